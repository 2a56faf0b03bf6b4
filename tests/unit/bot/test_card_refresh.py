"""Cards that offer buttons although their approval has ended."""

import pytest

from countersign.slack.actions import (
    APPROVE,
    APPROVE_ALL,
    DETAILS,
    LIST,
    PROMPT,
    REJECT,
    WITHDRAW,
    BlockId,
)
from countersign.slack.card import approval_card, card_text
from countersign.slack.line import waiting_line
from countersign.slack.people import QUIET
from tests.support.builders import ALICE, NOON, everywhere
from tests.support.fake_clients import APPROVAL, DIGEST, ended, ruled
from tests.support.fake_slack import Json, parsed
from tests.support.slack_payloads import a_press
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted, as_ended
from workflows.contracts.decisions import Execution, Outcome, Stop


def too_late(bot: BotFixture, status: ApprovalStatus) -> None:
    bot.approvals.known[APPROVAL] = status
    bot.approvals.undecidable = ApprovalClosedError(APPROVAL, status)


def elsewhere(channel: str = "C0OPS", ts: str = "7.0", thread: str = "") -> Json:
    """In another message than the card."""
    container = {"type": "message", "message_ts": ts, "channel_id": channel}
    message = {"ts": ts, **({"thread_ts": thread} if thread else {})}
    return {"channel": {"id": channel}, "container": container, "message": message}


async def test_a_press_on_a_stale_card_rewrites_it_from_the_state(bot: BotFixture) -> None:
    status = ended(ruled(), Outcome.REJECTED)
    too_late(bot, status)
    await bot.deliver(a_press(APPROVE))
    (given,) = bot.slack.given("chat.update")

    assert (given["channel"], given["ts"], given["text"]) == ("C0OPS", "2.0", card_text(status))
    assert parsed(given["blocks"]) == [it.to_dict() for it in approval_card(status, "", "main")]
    assert "already rejected" in bot.told()


async def test_a_dialog_that_comes_too_late_heals_its_card_too(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(), Outcome.EXPIRED, None)
    await bot.deliver(a_press(REJECT))

    assert len(bot.slack.given("chat.update")) == 1
    assert "This expired" in bot.told()


@pytest.mark.parametrize("execution", [Execution.NOT_STARTED, Execution.RUNNING])
async def test_what_is_being_carried_out_is_drawn_by_its_workflow(
    bot: BotFixture, execution: Execution
) -> None:
    status = ended(ruled(), Outcome.APPROVED).model_copy(update={"execution": execution})
    too_late(bot, status)
    await bot.deliver(a_press(APPROVE))

    assert bot.slack.given("chat.update") == []


async def test_what_was_ended_by_force_says_nothing_that_a_card_could(bot: BotFixture) -> None:
    too_late(bot, ruled())
    await bot.deliver(a_press(APPROVE))
    bot.approvals.undecidable = ApprovalClosedError(APPROVAL, None)
    await bot.deliver(a_press(APPROVE))

    assert bot.slack.given("chat.update") == []


async def test_a_row_of_a_list_is_not_rewritten_as_a_card(bot: BotFixture) -> None:
    too_late(bot, ended(ruled(), Outcome.REJECTED))
    place = BlockId(LIST, 0, DIGEST[:16], "main", "x")
    await bot.deliver(a_press(APPROVE, place=place, **elsewhere()))

    assert bot.slack.given("chat.update") == []
    assert "already rejected" in bot.told()


async def test_what_was_ended_by_force_is_cleaned_up_after_by_a_worker(bot: BotFixture) -> None:
    status = as_ended(ruled(), Stop.TERMINATED, NOON)
    too_late(bot, status)
    await bot.deliver(a_press(APPROVE))
    (given,) = bot.slack.given("chat.update")

    assert parsed(given["blocks"]) == [it.to_dict() for it in approval_card(status, "", "main")]
    assert bot.approvals.cleaned_up == [APPROVAL]
    assert "was ended by an operator" in bot.told()
    assert "nothing was done" in bot.told()


async def test_an_end_by_force_while_it_ran_is_not_said_to_have_done_nothing(
    bot: BotFixture,
) -> None:
    running = ended(ruled(), Outcome.APPROVED).model_copy(update={"execution": Execution.RUNNING})
    too_late(bot, as_ended(running, Stop.TERMINATED, NOON))
    await bot.deliver(a_press(APPROVE))

    assert "may have been done: check before asking again" in bot.told()
    assert "nothing was done" not in bot.told().lower()
    (given,) = bot.slack.given("chat.update")
    assert "Nothing was done" not in str(given["blocks"])
    assert "Approved before that by" in str(given["blocks"])


async def test_who_looks_at_details_heals_a_card_too(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = as_ended(ruled(), Stop.CANCELED, NOON)
    await bot.deliver(a_press(DETAILS))

    assert len(bot.slack.given("chat.update")) == 1
    assert "ended by an operator" in str(bot.opened()["blocks"])
    assert bot.approvals.cleaned_up == [APPROVAL]


async def test_a_dialog_that_was_open_when_it_was_ended_cleans_up(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    bot.approvals.known[APPROVAL] = as_ended(ruled(), Stop.TERMINATED, NOON)
    answer = await bot.submit(view, {"reason": "too dear"})

    assert "was ended by an operator" in str(answer["errors"])
    assert bot.approvals.cleaned_up == [APPROVAL]


@pytest.mark.parametrize("row", ["reminder1", "nudge2", "hand over1", "0", "nudge"])
async def test_what_the_state_does_not_know_of_says_how_it_ended(bot: BotFixture, row: str) -> None:
    status = ended(ruled(), Outcome.REJECTED)
    too_late(bot, status)
    place = BlockId(PROMPT, 0, DIGEST[:16], "main", row)
    await bot.deliver(a_press(APPROVE, place=place, **elsewhere("D0BOB")))
    (given,) = bot.slack.given("chat.update")

    assert (given["channel"], given["ts"]) == ("D0BOB", "7.0")
    assert "Rejected by <@U0BOB>" in str(given["blocks"])
    assert "'actions'" not in str(given["blocks"])


@pytest.mark.parametrize("kind", MessageKind)
async def test_any_message_of_an_approval_that_ended_by_force_is_healed_by_a_press(
    bot: BotFixture, kind: MessageKind
) -> None:
    status = as_ended(everywhere(ruled()), Stop.TERMINATED, NOON)
    (posted,) = [it for it in status.messages if it.kind is kind]
    too_late(bot, status)
    await bot.deliver(a_press(APPROVE, **elsewhere(posted.channel, posted.ts)))
    (given,) = bot.slack.given("chat.update")

    assert (given["channel"], given["ts"]) == (posted.channel, posted.ts)
    assert "ended by an operator" in str(given["blocks"])
    assert "'approval_approve'" not in str(given["blocks"])


async def test_a_line_and_a_copy_stay_what_they_are(bot: BotFixture) -> None:
    copy = Posted(kind=MessageKind.COPY, channel="D0CAROL", ts="8.0", user="U0CAROL")
    card = Card(channel="D0BOB", ts="6.0", copies=(copy,), line="7.0")
    status = ended(ruled(), Outcome.EXPIRED, None).model_copy(update={"card": card})
    too_late(bot, status)
    line = BlockId(PROMPT, 0, DIGEST[:16], "main", "line")
    await bot.deliver(a_press(WITHDRAW, by=ALICE, place=line, **elsewhere(thread="1.0")))
    await bot.deliver(a_press(APPROVE, **elsewhere("D0CAROL", "8.0")))
    shown, copied = bot.slack.given("chat.update")

    assert shown["text"] == waiting_line(status)
    assert copied["text"] == card_text(status, QUIET)


async def test_a_summary_of_what_has_ended_offers_nothing(bot: BotFixture) -> None:
    other = "approval-0000000000zz"
    bot.approvals.known |= {
        APPROVAL: as_ended(ruled(), Stop.TERMINATED, NOON),
        other: ended(ruled(other), Outcome.REJECTED),
    }
    place = BlockId(PROMPT, deployment="main", row="batch")
    await bot.deliver(a_press(APPROVE_ALL, f"{APPROVAL},{other}", place=place, **elsewhere()))
    (given,) = bot.slack.given("chat.update")

    assert [it["type"] for it in parsed(given["blocks"])] == ["section", "section"]
    assert "Nothing waits here any more" in given["text"]
    assert "each card shows how it ended" in bot.told()
    assert bot.approvals.cleaned_up == [APPROVAL]


HEADER = {"type": "header", "text": {"type": "plain_text", "text": "✋ Order"}}
ASKED = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "100 ×"}]}],
}
WAITS = {"type": "context", "elements": [{"type": "mrkdwn", "text": "expires tomorrow"}]}
PRESSABLE = {"type": "actions", "elements": []}


async def test_a_card_of_which_nothing_is_known_keeps_its_words_and_loses_its_buttons(
    bot: BotFixture,
) -> None:
    del bot.approvals.known[APPROVAL]
    bot.approvals.undecidable = ApprovalNotFoundError(APPROVAL)
    message = {"ts": "2.0", "blocks": [HEADER, ASKED, WAITS, PRESSABLE]}
    await bot.deliver(a_press(APPROVE, message=message))
    (given,) = bot.slack.given("chat.update")
    header, told, asked = parsed(given["blocks"])

    assert header["text"]["text"] == "🛑 No longer on record: Order"
    assert "no longer have a record" in told["text"]["text"]
    assert asked == ASKED
    assert "no record of this request" in bot.told()


@pytest.mark.parametrize("deployment", ["", "other"])
async def test_what_may_be_another_installations_is_not_touched(
    bot: BotFixture, deployment: str
) -> None:
    bot.approvals.undecidable = ApprovalNotFoundError(APPROVAL)
    await bot.deliver(a_press(APPROVE, place=BlockId("decide", 0, "", deployment)))

    assert bot.slack.given("chat.update") == []


async def test_what_slack_finds_too_much_is_said_with_less(bot: BotFixture) -> None:
    too_late(bot, ended(ruled(), Outcome.REJECTED))
    bot.slack.refuses("chat.update", "msg_blocks_too_long")
    bot.slack.refuses("chat.update", "invalid_blocks")
    await bot.deliver(a_press(APPROVE))

    assert [len(parsed(it["blocks"])) for it in bot.slack.given("chat.update")][-1] == 0


async def test_a_card_that_slack_does_not_let_us_rewrite_is_still_answered(bot: BotFixture) -> None:
    too_late(bot, ended(ruled(), Outcome.REJECTED))
    bot.slack.refuses("chat.update", "message_not_found")
    assert (await bot.deliver(a_press(APPROVE))).status == 200

    assert "already rejected" in bot.told()
