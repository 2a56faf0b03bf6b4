"""Phones ring once: what is posted mentions whom the rule notifies, in one place, and no others."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from slack_sdk.models.blocks import Block

from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.card import approval_card, card_text, minimal_card
from countersign.slack.line import line_blocks, waiting_line
from countersign.slack.people import QUIET, Mentions
from countersign.slack.reminder import reminder_blocks, reminder_text
from tests.support.builders import ALICE, BOB
from tests.unit.slack.cases import CARD, EVIL, FULL_RULE, live, pending, requested_as, written
from workflows.contracts.activity_inputs import Batch, Reminder
from workflows.contracts.approvals import ApprovalStatus, MessageKind
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import Escalation, Panel, People, Rule

APPROVERS = People(users=("U0BOB", "U0DAVE"), groups=("S0FINANCE",), channels=("C0OPS",))
RULE = FULL_RULE.model_copy(
    update={
        "panels": (Panel(who=APPROVERS, needed=2),),
        "notify": People(users=("U0OLGA",), groups=("S0ONCALL",)),
        "escalation": Escalation(after=timedelta(hours=1), to=People(users=("U0CAROL",))),
    }
)
REQUESTER, NOTIFIED = "@U0ALICE", ["@U0OLGA", "!subteam^S0ONCALL"]
ELSEWHERE = Mentions(requester=False)
LINK = "https://acme.slack.com/x"


def _ruled(rule: Rule = RULE) -> ApprovalStatus:
    return pending(rule, card=None)


def _rings(part: Sequence[Block] | str) -> list[str]:
    """Every mention in what is posted."""
    shown = {"type": "mrkdwn", "text": part} if isinstance(part, str) else written(part)
    return [item for item in live(shown) if re.match(r"@|!subteam|!here|!channel|!everyone", item)]


@pytest.mark.parametrize(
    ("mentions", "rung"),
    [
        (Mentions(), {"text": [*NOTIFIED, REQUESTER], "blocks": [REQUESTER, *NOTIFIED]}),
        (ELSEWHERE, {"text": NOTIFIED, "blocks": NOTIFIED}),
        (Mentions(notified=False), {"text": [REQUESTER], "blocks": [REQUESTER]}),
        (QUIET, {"text": [], "blocks": []}),
    ],
    ids=["thread", "channel", "posted anew", "direct message"],
)
@pytest.mark.parametrize("status", [_ruled(), _ruled().model_copy(update={"escalated": True})])
def test_a_new_card_mentions_whom_the_rule_notifies_and_in_its_own_thread_who_asked(
    status: ApprovalStatus, mentions: Mentions, rung: dict[str, list[str]]
) -> None:
    text, blocks = card_text(status, mentions), approval_card(status, LINK, "main", mentions)
    assert {"text": _rings(text), "blocks": _rings(blocks)} == rung
    assert _rings(minimal_card(status, "main", mentions)) == rung["text"]


@pytest.mark.parametrize("status", [_ruled(), pending(RULE)], ids=["no link", "linked"])
def test_a_line_in_the_thread_mentions_nobody(status: ApprovalStatus) -> None:
    assert _rings(waiting_line(status)) == []
    assert _rings(line_blocks(status, "main")) == []
    nowhere = CARD.model_copy(update={"ts": "", "problems": ("C0FINANCE: not_in_channel",)})
    lost = status.model_copy(update={"card": nowhere})
    assert _rings(line_blocks(lost, "main")) == []


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.EXPIRED])
def test_a_summary_of_several_mentions_nobody(outcome: Outcome) -> None:
    rows = tuple(
        _ruled().model_copy(update={"id": f"approval-{at:012}", "outcome": outcome})
        for at in range(4)
    )
    batch = Batch(origin=rows[0].origin, key="k", rows=rows)
    assert _rings(batch_blocks(batch, "main")) == []
    assert _rings(batch_text(batch)) == []


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.ESCALATION, MessageKind.NUDGE])
def test_a_reminder_rings_by_being_one(kind: MessageKind) -> None:
    reminder = Reminder(status=_ruled(), number=1, kind=kind, by=BOB)
    assert _rings(reminder_blocks(reminder, "main")) == []
    assert _rings(reminder_text(reminder)) == []


@pytest.mark.parametrize("show", [waiting_line, lambda it: str(written(approval_card(it)))])
def test_those_who_may_decide_are_named(show: Callable[[ApprovalStatus], str]) -> None:
    shown = show(_ruled())
    assert "@Bob Keller, U0DAVE, @finance or anyone in <#C0OPS>" in shown, "the unknown by their id"


def test_who_is_notified_can_be_read_where_nobody_is_mentioned() -> None:
    rule = RULE.model_copy(update={"names": {"U0OLGA": "Olga", "S0ONCALL": "on-call"}})
    assert "for @Olga, @on-call" in str(written(approval_card(_ruled(rule), mentions=QUIET)))


@pytest.mark.parametrize("view", [waiting_line, card_text, lambda it: str(written(reminded(it)))])
def test_the_requester_is_not_waited_for_where_they_may_not_decide(
    view: Callable[[ApprovalStatus], str],
) -> None:
    who = People(users=("U0ALICE", "U0BOB"))
    rule = RULE.model_copy(update={"panels": (Panel(who=who),), "names": {"U0ALICE": "Al"}})
    told = view(_ruled(rule))
    assert "@Al or " not in told
    assert " or @Al" not in told


def reminded(status: ApprovalStatus) -> Sequence[Block]:
    """A reminder of it."""
    return reminder_blocks(Reminder(status=status, number=1), "main")


@pytest.mark.parametrize("own", ["self_approval", "solo"])
def test_the_requester_is_waited_for_where_they_may_decide(own: str) -> None:
    panels = (Panel(who=People(users=("U0ALICE",))),)
    rule = RULE.model_copy(update={"panels": panels, "names": {"U0ALICE": "Al"}, own: True})
    assert "Waiting for @Al, until" in waiting_line(_ruled(rule))
    assert "One approval from @Al" in str(written(approval_card(_ruled(rule))))


def test_whose_name_nobody_knows_is_mentioned_rather_than_left_out() -> None:
    status = _ruled()
    nameless = ALICE.model_copy(update={"name": ""})
    call = status.request.call.model_copy(update={"requester": nameless})
    asked = requested_as(status, call=call)
    assert _rings(card_text(asked, QUIET)) == [REQUESTER]
    known = RULE.model_copy(update={"names": {"U0ALICE": "Al"}})
    assert "asked by @Al" in card_text(requested_as(asked, rule=known), QUIET)


def test_a_name_is_no_more_than_a_name() -> None:
    rule = RULE.model_copy(update={"names": {"S0FINANCE": EVIL, "U0BOB": "x` · ✔ *@carol*"}})
    for text in (waiting_line(_ruled(rule)), str(written(approval_card(_ruled(rule), LINK)))):
        assert "<!channel>" not in text
        assert "\u202e" not in text
        assert "@x @carol" in text
        assert "✔" not in text


@pytest.mark.parametrize("channel", ["D0ALICE", "C0OPS"])
def test_a_link_to_a_private_conversation_is_not_shown_to_others(channel: str) -> None:
    status = _ruled()
    thread = status.origin.model_copy(update={"channel": channel})
    call = status.request.call.model_copy(update={"origin": thread})
    card = str(written(approval_card(requested_as(status, call=call), LINK, mentions=ELSEWHERE)))
    assert (LINK in card) is (channel == "C0OPS")
    assert ("@alice" in card and "in a direct message" in card) is (channel == "D0ALICE")
