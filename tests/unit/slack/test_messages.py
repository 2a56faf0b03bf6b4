"""What stands for a card elsewhere: the thread's line, reminders, summaries, private prompts."""

import json

import pytest

from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.line import line_blocks, waiting_line
from countersign.slack.prompt import has_buttons, prompt_blocks
from countersign.slack.reminder import reminder_blocks, reminder_text
from tests.support.builders import ALICE, NOON, a_prepared, a_press, a_thread
from tests.unit.slack.cases import (
    CARD,
    CAROL,
    RULE,
    STATES,
    a_vote,
    labels,
    pending,
    prepared_as,
    refused_by_slack,
    text_of,
    written,
)
from workflows.contracts.activity_inputs import Batch, EphemeralMessage, Reminder
from workflows.contracts.approvals import ApprovalStatus, MessageKind
from workflows.contracts.core import ArgumentField
from workflows.contracts.decisions import Refusal, Refused
from workflows.contracts.notices import Notice, NoticeCode, Offer

LONG = ArgumentField(name="notes", value="x" * 5_000)
LINKED = f"<{CARD.permalink}|open the card>"


def _batch(*names: str) -> Batch:
    rows = tuple(
        STATES[name].model_copy(update={"id": f"approval-{at:012}"})
        for at, name in enumerate(names)
    )
    return Batch(origin=a_thread(), key="k", rows=rows)


def _post_ephemeral(**changes: object) -> EphemeralMessage:
    base = EphemeralMessage(to=ALICE, origin=a_thread(), notice=Notice(code=NoticeCode.NUDGED))
    return base.model_copy(update=changes)


@pytest.mark.parametrize("state", STATES)
def test_slack_takes_every_line_and_reminder(state: str) -> None:
    status = STATES[state]
    assert refused_by_slack(line_blocks(status, "main")) == []
    for kind in (MessageKind.REMINDER, MessageKind.ESCALATION, MessageKind.NUDGE):
        reminder = Reminder(status=status, number=1, kind=kind, by=ALICE)
        assert refused_by_slack(reminder_blocks(reminder, "main")) == []


def test_the_line_says_who_is_waited_for_and_until_when() -> None:
    line = waiting_line(pending(votes=(a_vote(),), counted=1))
    assert line.startswith("⏳ Waiting for @finance (1 of 2), until <!date^")
    assert line.endswith(f"*Order 100 widgets for €4,120.00* · {LINKED}")
    assert written(line_blocks(pending(), "main"))[0]["accessory"]["text"]["text"] == "Withdraw"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", ["✅ Order #7\nApproved by <@U0BOB>, <!date"]),
        ("rejected", ["⛔ Not done: Order 100", "Rejected by <@U0BOB>", ": “too expensive”"]),
        ("superseded", ["🔁 Not done: Order 100", "a newer request takes its place"]),
    ],
)
def test_the_line_ends_with_the_outcome_and_the_result(state: str, words: list[str]) -> None:
    line = waiting_line(STATES[state])
    assert [word for word in words if word not in line] == []
    assert len(line.split("\n")) <= 2
    assert "accessory" not in written(line_blocks(STATES[state], "main"))[0]


def test_the_line_of_a_card_that_nobody_can_see_says_how_it_is_decided() -> None:
    card = CARD.model_copy(update={"ts": "", "problems": ("C0FINANCE: not_in_channel",)})
    line = waiting_line(pending(card=card))
    for part in (
        "<#C0FINANCE>: I'm not in it; invite me there",
        "`/approvals`",
        "`countersign approve approval-",
    ):
        assert part in line


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        (MessageKind.REMINDER, "This is still waiting for your decision"),
        (MessageKind.ESCALATION, "Nobody has decided yet"),
        (MessageKind.NUDGE, "You are asked to decide"),
    ],
)
def test_a_reminder_says_why_it_comes_and_shows_what_the_card_shows(
    kind: MessageKind, headline: str
) -> None:
    reminder = Reminder(status=pending(), number=1, kind=kind, by=ALICE)
    shown = text_of(reminder_blocks(reminder, "main"))
    for part in (
        headline,
        "widget",
        "stock is low",
        "Nobody yet; two of @finance",
        "until <!date",
        LINKED,
    ):
        assert part in shown
    assert labels(reminder_blocks(reminder, "main")) == ["Approve", "Reject…"]
    assert headline in reminder_text(reminder)
    assert shown.count("alice") == 1


def test_who_has_somebody_reminded_of_what_another_asked_for_is_named() -> None:
    reminder = Reminder(status=pending(), number=1, kind=MessageKind.NUDGE, by=CAROL)
    assert "@Carol Ng asks you to decide" in text_of(reminder_blocks(reminder, "main"))


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        (prepared_as(pending(), fields=(LONG,)), ["Review all…", "Reject…"]),
        (pending(RULE.model_copy(update={"from_slack": False})), []),
        (STATES["rejected"], []),
    ],
)
def test_a_reminder_offers_no_more_than_the_card(
    status: ApprovalStatus, offered: list[str]
) -> None:
    assert labels(reminder_blocks(Reminder(status=status, number=1), "main")) == offered


def test_a_reminder_is_no_card() -> None:
    actions = written(reminder_blocks(Reminder(status=pending(), number=2), "main"))[-1]
    assert actions["block_id"] == f"prompt:0:{'d' * 16}:main:reminder2"


def test_a_summary_lists_every_approval_with_its_state() -> None:
    batch = _batch("pending", "one of two", "done", "expired")
    shown = text_of(batch_blocks(batch, "main"))
    for part in (
        "*2 waiting*",
        "(0 of 2)",
        "(1 of 2)",
        "approved, done",
        "⌛",
        "expired",
    ):
        assert part in shown
    assert labels(batch_blocks(batch, "main")) == ["Approve all 2…"]
    value = written(batch_blocks(batch, "main"))[-1]["elements"][0]["value"]
    assert value == "approval-000000000000,approval-000000000001"
    assert "approved, done" in batch_text(batch)


def test_a_summary_without_anything_to_decide_has_no_button() -> None:
    batch = _batch("done", "rejected")
    assert labels(batch_blocks(batch, "main")) == []
    assert "All 2 are decided" in text_of(batch_blocks(batch, "main"))


def test_a_large_summary_still_fits() -> None:
    blocks = batch_blocks(_batch(*["everything offered"] * 200), "main")
    assert refused_by_slack(blocks) == []
    assert "…and 176 more" in text_of(blocks)


def test_a_prompt_offers_what_its_card_offers() -> None:
    first = a_prepared().model_copy(update={"digest": "d" * 64})
    offers = (
        Offer(id="approval-a", prepared=first, in_full=True),
        Offer(id="approval-b", prepared=a_prepared(), in_full=False),
    )
    message = _post_ephemeral(notice=Notice(code=NoticeCode.PRESS_HERE, offers=offers))
    blocks = prompt_blocks(message, "main")
    assert labels(blocks) == ["Approve", "Reject…", "Review…", "Reject…"]
    assert [it["block_id"] for it in written(blocks) if it["type"] == "actions"] == [
        f"prompt:0:{'d' * 16}:main:0",
        "prompt:0::main:1",
    ]
    assert refused_by_slack(blocks) == []


def test_who_may_not_decide_may_ask_those_who_can() -> None:
    blocks = prompt_blocks(_post_ephemeral(nudge="approval-a"), "main")
    assert labels(blocks) == ["Remind them"]
    assert written(blocks)[0]["text"]["text"] == "Reminded them."


def test_a_prompt_without_buttons_is_only_its_sentence() -> None:
    assert len(prompt_blocks(_post_ephemeral(), "main")) == 1


def _refused_edit(status: ApprovalStatus, arguments: str) -> EphemeralMessage:
    decision = a_press().model_copy(update={"arguments": arguments})
    refused = Refused(why=Refusal.BAD_EDIT, at=NOON, decision=decision, detail="Too many.")
    notice = Notice(code=NoticeCode.REFUSED, refused=refused, status=status)
    return _post_ephemeral(notice=notice)


def test_an_edit_that_was_refused_may_be_gone_on_with_while_it_waits() -> None:
    long = json.dumps({"sku": "w" * 1_500, "quantity": 9, "approval_reason": "r" * 5_000})
    message = _refused_edit(pending(RULE.model_copy(update={"edit": True})), long)
    blocks = prompt_blocks(message, "main")
    assert has_buttons(message)
    assert labels(blocks) == ["Edit again…"]
    assert refused_by_slack(blocks) == []

    fixed = pending(RULE.model_copy(update={"edit": False}))
    for refused in (
        _refused_edit(fixed, long),
        _refused_edit(STATES["withdrawn"], long),
        _refused_edit(pending(), ""),
    ):
        assert not has_buttons(refused)
        assert labels(prompt_blocks(refused, "main")) == []
