"""Every kind of message about an approval says how it stands for as long as it is there."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.support.builders import ALICE, BOB, NOON, a_press, a_status, everywhere
from tests.unit.worker.workspace import Json, Workspace
from worker.cards.activities import SlackCards
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.approvals import ApprovalStatus, MessageKind, Posted
from workflows.contracts.core import Person
from workflows.contracts.decisions import CountedVote, Execution, HandOver, Outcome

CAROL = Person(team="T0ACME", user="U0CAROL", name="carol")
REMINDERS = (
    MessageKind.REMINDER,
    MessageKind.ESCALATION,
    MessageKind.HAND_OVER,
    MessageKind.NUDGE,
)
BUTTONS: list[Json] = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approval_approve",
                "text": {"type": "plain_text", "text": "Approve"},
            }
        ],
    }
]


@pytest.fixture
def cards(client: AsyncWebClient, directory: Directory) -> SlackCards:
    return SlackCards(client, directory, Surfaces([SlackThreads(client, "main")]), "main")


def _posted(slack: Workspace, **changes: Any) -> ApprovalStatus:
    """An approval with a message of every kind, each of which still has a button."""
    status = everywhere(a_status()).model_copy(update=changes)
    for it in status.messages:
        slack.put(it.channel, it.ts, text="waiting", blocks=BUTTONS, user="U0SIGN")
    return status


async def _redrawn(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, status: ApprovalStatus
) -> dict[MessageKind, Json]:
    await within.run(cards.redraw_card, status)
    said = {it["ts"]: it for it in slack.given("chat.update")}
    return {it.kind: said[it.ts] for it in status.messages if it.ts in said}


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.APPROVED, "Approved"),
        (Outcome.REJECTED, "Rejected"),
        (Outcome.WITHDRAWN, "Withdrawn"),
        (Outcome.EXPIRED, "Expired"),
        (Outcome.STOPPED, "Stopped"),
    ],
)
async def test_all_of_them_lose_their_buttons_and_say_how_it_ended(
    slack: Workspace,
    cards: SlackCards,
    within: ActivityEnvironment,
    outcome: Outcome,
    word: str,
) -> None:
    decided = {"decision": a_press(BOB)} if outcome is not Outcome.EXPIRED else {}
    done = Execution.DONE if outcome is Outcome.APPROVED else Execution.NOT_STARTED
    status = _posted(slack, outcome=outcome, execution=done, ended_at=NOON, **decided)
    shown = await _redrawn(slack, cards, within, status)

    assert set(shown) == set(MessageKind)
    for kind, message in shown.items():
        assert word in message["text"], kind
        assert "approval_approve" not in str(message["blocks"]), kind
        assert "approval_withdraw" not in str(message["blocks"]), kind


async def test_while_it_waits_all_of_them_are_drawn_as_it_stands(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    shown = await _redrawn(slack, cards, within, _posted(slack))

    assert set(shown) == set(MessageKind)
    for kind in REMINDERS:
        assert "approval_approve" in str(shown[kind]["blocks"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"votes": (CountedVote(decision=a_press(BOB)),)}, "Your approval is counted"),
        (
            {"votes": (CountedVote(decision=a_press(CAROL), instead_of=BOB.user),)},
            "<@U0CAROL> approved in your place",
        ),
        (
            {"handed": (HandOver(by=BOB, to=CAROL, at=NOON),)},
            "You handed this over to <@U0CAROL>",
        ),
    ],
)
async def test_who_is_no_longer_waited_for_reads_why_and_presses_nothing(
    slack: Workspace,
    cards: SlackCards,
    within: ActivityEnvironment,
    changes: dict[str, Any],
    told: str,
) -> None:
    shown = await _redrawn(slack, cards, within, _posted(slack, **changes))

    for kind in REMINDERS:
        assert told in shown[kind]["text"]
        assert "approval_approve" not in str(shown[kind]["blocks"])


async def test_who_got_their_vote_back_is_waited_for_again(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    handed = (HandOver(by=BOB, to=CAROL, at=NOON), HandOver(by=CAROL, to=BOB, at=NOON))
    shown = await _redrawn(slack, cards, within, _posted(slack, handed=handed))

    assert "approval_approve" in str(shown[MessageKind.REMINDER]["blocks"])


async def test_what_is_gone_or_refused_keeps_none_of_the_others_from_it(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _posted(slack, outcome=Outcome.EXPIRED, ended_at=NOON)
    slack.refuses("chat.update", "cant_update_message", "D0BOB")
    slack.delete("6.2")
    card = await within.run(cards.redraw_card, status)

    assert card.copies == ()
    assert "Expired" in next(it for it in slack.given("chat.update") if it["ts"] == "6.4")["text"]


async def test_what_may_yet_work_is_tried_again(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _posted(slack, outcome=Outcome.EXPIRED, ended_at=NOON)
    slack.refuses("chat.update", "ratelimited", "D0BOB")
    with pytest.raises(ApplicationError, match="ratelimited"):
        await within.run(cards.redraw_card, status)


async def test_a_letter_is_kept_where_the_thread_takes_no_line(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    request = a_status().request
    rule = request.rule.model_copy(update={"targets": ("C0FINANCE",)})
    status = a_status().model_copy(update={"request": request.model_copy(update={"rule": rule})})
    slack.refuses("chat.postMessage", "is_archived", "C0OPS")
    card = await within.run(cards.post_card, status)

    (there,) = slack.seen_in("D0ALICE")
    letter = Posted(kind=MessageKind.LETTER, channel="D0ALICE", ts=there["ts"], user=ALICE.user)
    assert card.letter == letter
    assert "can't post in <#C0OPS>: it is archived. ⏳ Waiting" in there["text"]
