"""Where cards are posted, what is done when Slack refuses, and how they stay true."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.support.builders import a_press, a_request, a_status
from tests.support.fake_slack import Json
from tests.unit.slack.cases import live
from tests.unit.worker.workspace import Workspace
from worker.cards.activities import SlackCards
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import Batch
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted
from workflows.contracts.decisions import CountedVote, Outcome
from workflows.contracts.rules import DIRECT, THREAD, Panel, People, Rule

FINANCE = People(groups=("S0FINANCE",))
DIRECTS = ("D0BOB", "D0CAROL")


@pytest.fixture
def cards(client: AsyncWebClient, directory: Directory) -> SlackCards:
    return SlackCards(client, directory, Surfaces([SlackThreads(client, "main")]), "main")


def _rule(*targets: str, **more: Any) -> Rule:
    return Rule(
        name="large",
        version="3",
        panels=(Panel(who=FINANCE),),
        targets=targets or (THREAD,),
        **more,
    )


def _asked(*targets: str, channel: str = "C0OPS", **more: Any) -> ApprovalStatus:
    request = a_request()
    thread = request.call.origin.model_copy(update={"channel": channel})
    call = request.call.model_copy(update={"origin": thread})
    asked = request.model_copy(update={"call": call, "rule": _rule(*targets, **more)})
    return a_status().model_copy(update={"request": asked})


def _approved(status: ApprovalStatus, card: Card) -> ApprovalStatus:
    decision = a_press()
    ended = {"outcome": Outcome.APPROVED, "decision": decision, "card": card}
    return status.model_copy(update={**ended, "votes": (CountedVote(decision=decision),)})


def _buttons(message: Json) -> list[str]:
    return [
        element["action_id"]
        for block in message["blocks"] or []
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def _post(within: ActivityEnvironment, cards: SlackCards, status: ApprovalStatus) -> Card:
    return await within.run(cards.post_card, status)


async def _redraw(
    within: ActivityEnvironment, cards: SlackCards, status: ApprovalStatus, card: Card
) -> Card:
    return await within.run(cards.redraw_card, status.model_copy(update={"card": card}))


async def test_a_card_in_its_thread_is_posted_with_one_key_and_rewritten(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = a_status()
    card = await _post(within, cards, status)
    assert slack.methods == ["chat.getPermalink", "chat.postMessage", "chat.getPermalink"]
    (posted,) = slack.given("chat.postMessage")
    assert posted["thread_ts"] == status.origin.id
    assert posted["metadata"] == {
        "event_type": "approval_requested",
        "event_payload": {"key": f"{status.id}/0", "approval_id": status.id},
    }
    assert [it["block_id"] for it in posted["blocks"] if it["type"] == "actions"] == [
        "decide:0::main"
    ]
    assert await _redraw(within, cards, status, card) == card
    assert slack.methods[3:] == ["chat.update"]


async def test_a_card_in_its_thread_needs_no_line(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(THREAD)
    card = await _post(within, cards, status)
    assert (card.line, card.copies, card.problems) == ("", (), ())
    (message,) = slack.messages
    assert message["thread_ts"] == status.origin.id
    assert "approval_approve" in _buttons(message)
    ended = await _redraw(within, cards, _approved(status, card), card)
    assert ended == card
    assert _buttons(message) == ["approval_details"]
    assert len(slack.messages) == 1


@pytest.mark.parametrize("channel", ["C0FINANCE", "C0OPS"])
async def test_a_card_in_a_channel_leaves_a_line_in_the_thread_that_stays_true(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, channel: str
) -> None:
    status = _asked(channel, THREAD)
    card = await _post(within, cards, status)
    in_channel, line = slack.messages
    assert (in_channel["channel"], in_channel.get("thread_ts")) == (channel, None)
    assert (line["channel"], line["thread_ts"]) == ("C0OPS", status.origin.id)
    assert card.permalink in line["text"]
    assert (card.channel, card.ts, card.line) == (channel, in_channel["ts"], line["ts"])
    assert await _redraw(within, cards, _approved(status, card), card) == card
    assert "Approved" in in_channel["text"]
    assert "Approved" in line["text"]
    assert len(slack.messages) == 2


async def test_the_next_target_is_tried_when_one_refuses(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "is_archived", "C0GONE")
    slack.refuses("conversations.open", "missing_scope")
    status = _asked("C0GONE", DIRECT, "C0FINANCE")
    card = await _post(within, cards, status)
    assert card.channel == "C0FINANCE"
    assert card.problems == (
        "C0GONE: is_archived",
        "dm: U0BOB: missing_scope; U0CAROL: missing_scope",
    )


async def test_a_failure_that_passes_is_waited_for_and_no_other_target_is_tried(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "ratelimited", "C0FINANCE")
    with pytest.raises(ApplicationError, match="ratelimited"):
        await _post(within, cards, _asked("C0FINANCE", THREAD))
    assert slack.messages == []


async def test_everybody_gets_a_direct_message_and_all_of_them_stay_true(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(DIRECT)
    card = await _post(within, cards, status)
    bobs, carols = (slack.seen_in(channel)[0] for channel in DIRECTS)
    assert (card.channel, card.ts, card.permalink) == ("D0BOB", bobs["ts"], "")
    assert card.copies == (
        Posted(kind=MessageKind.COPY, channel="D0CAROL", ts=carols["ts"], user="U0CAROL"),
    )
    (line,) = slack.seen_in("C0OPS")
    assert card.line == line["ts"]
    assert await _redraw(within, cards, _approved(status, card), card) == card
    assert all("Approved" in message["text"] for message in (bobs, carols, line))
    assert all(_buttons(message) == ["approval_details"] for message in (bobs, carols))


async def test_who_is_to_be_notified_gets_the_direct_message_instead_of_the_approvers(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    await _post(within, cards, _asked(DIRECT, notify=People(users=("U0CAROL",))))
    assert [it["channel"] for it in slack.messages] == ["D0CAROL", "C0OPS"]


async def test_the_requester_gets_one_only_if_they_may_approve(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    everybody = People(users=("U0ALICE", "U0BOB"))
    await _post(within, cards, _asked(DIRECT, notify=everybody))
    assert slack.seen_in("D0ALICE") == []
    await _post(within, cards, _asked(DIRECT, notify=everybody, self_approval=True))
    assert len(slack.seen_in("D0ALICE")) == 1


async def test_who_cannot_be_reached_is_named_and_apps_are_passed_over(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.groups["S0FINANCE"] = ["U0APP", "U0BOB", "U0CAROL"]
    slack.refuses("conversations.open", "user_disabled", "U0BOB")
    slack.refuses("conversations.open", "cannot_dm_bot", "U0APP")
    card = await _post(within, cards, _asked(DIRECT))
    assert (card.channel, card.copies) == ("D0CAROL", ())
    assert card.problems == ("U0BOB: user_disabled",)


async def test_a_vanished_group_is_named_and_the_next_target_tried(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    del slack.groups["S0FINANCE"]
    card = await _post(within, cards, _asked(DIRECT, THREAD))
    assert card.channel == "C0OPS"
    assert card.problems == ("dm: S0FINANCE: gone",)


async def test_at_most_twenty_people_are_written_to(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.groups["S0FINANCE"] = [f"U0{number}" for number in range(23)]
    card = await _post(within, cards, _asked(DIRECT))
    assert len(card.shown_at) == 20
    assert card.problems == ("3 more people: left_out",)


async def test_in_a_direct_message_the_thread_is_no_place_for_a_card_of_others(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    card = await _post(within, cards, _asked(THREAD, "C0FINANCE", channel="D0ALICE"))
    assert card.channel == "C0FINANCE"
    assert card.problems == ("thread: nobody_else_sees_it",)
    (line,) = slack.seen_in("D0ALICE")
    assert card.line == line["ts"]


@pytest.mark.parametrize("who", [{"solo": True}, {"self_approval": True}], ids=str)
async def test_in_a_direct_message_the_thread_is_the_place_for_ones_own_card(
    cards: SlackCards, within: ActivityEnvironment, who: dict[str, bool]
) -> None:
    card = await _post(within, cards, _asked(THREAD, channel="D0ALICE", **who))
    assert (card.channel, card.line, card.problems) == ("D0ALICE", "", ())


async def test_where_no_place_takes_the_card_the_thread_says_how_it_is_still_decided(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel", "C0FINANCE")
    status = _asked("C0FINANCE")
    card = await _post(within, cards, status)
    (line,) = slack.messages
    assert card.ts == ""
    assert card.line == line["ts"]
    for said in (
        "<#C0FINANCE>: I'm not in it; invite me there",
        "/approvals",
        f"countersign approve {status.id}",
    ):
        assert said in line["text"]


async def test_a_place_that_takes_cards_again_gets_it_with_the_next_change(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel", "C0FINANCE")
    status = _asked("C0FINANCE")
    card = await _post(within, cards, status)
    assert await _redraw(within, cards, status, card) == card
    slack.takes_again("chat.postMessage", "C0FINANCE")
    found = await _redraw(within, cards, status, card)
    assert (found.channel, found.line, found.problems) == ("C0FINANCE", card.line, ())
    line, posted = slack.messages
    assert found.ts == posted["ts"]
    assert found.permalink in line["text"]


async def test_after_the_end_no_new_card_is_posted_for_one_that_never_was(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel", "C0FINANCE")
    status = _asked("C0FINANCE")
    card = await _post(within, cards, status)
    slack.takes_again("chat.postMessage", "C0FINANCE")
    assert await _redraw(within, cards, _approved(status, card), card) == card
    (line,) = slack.messages
    assert "Approved" in line["text"]


async def test_an_approval_of_which_nobody_can_be_told_fails(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "is_archived")
    with pytest.raises(ApplicationError, match="is_archived") as failed:
        await _post(within, cards, _asked("C0FINANCE", THREAD))
    assert failed.value.non_retryable


async def test_a_card_stays_where_it_is_although_its_line_is_refused(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "is_archived", "C0OPS")
    card = await _post(within, cards, _asked("C0FINANCE"))
    assert (card.channel, card.line, card.problems) == ("C0FINANCE", "", ("thread: is_archived",))


@pytest.mark.parametrize(
    "targets", [(THREAD,), ("C0FINANCE",), (DIRECT,)], ids=["thread", "channel", "dm"]
)
async def test_a_second_try_finds_what_the_first_posted(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, targets: Sequence[str]
) -> None:
    status = _asked(*targets)
    first = await _post(within, cards, status)
    posted = len(slack.messages)
    within.info = replace(within.info, attempt=2)
    assert await _post(within, cards, status) == first
    assert len(slack.messages) == posted


async def test_a_second_try_posts_only_what_the_first_did_not(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "ratelimited", "D0CAROL")
    status = _asked(DIRECT)
    with pytest.raises(ApplicationError, match="ratelimited"):
        await _post(within, cards, status)
    slack.takes_again("chat.postMessage", "D0CAROL")
    within.info = replace(within.info, attempt=2)
    card = await _post(within, cards, status)
    assert [len(slack.seen_in(channel)) for channel in DIRECTS] == [1, 1]
    assert [it.channel for it in card.copies] == ["D0CAROL"]


@pytest.mark.parametrize("target", [THREAD, "C0FINANCE"])
async def test_a_card_that_is_gone_is_posted_anew_where_it_was(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, target: str
) -> None:
    status = _asked(target)
    card = await _post(within, cards, status)
    slack.delete(card.ts)
    new = await _redraw(within, cards, status, card)
    assert new.ts != card.ts
    assert (new.channel, new.line) == (card.channel, card.line)
    posted = slack.given("chat.postMessage")[-1]
    assert posted["metadata"]["event_payload"]["key"].startswith(f"{status.id}/1")
    assert new.shown_at == (new.ts,)


async def test_a_direct_message_that_is_gone_comes_back_and_the_others_stay(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(DIRECT)
    card = await _post(within, cards, status)
    slack.delete(card.ts)
    new = await _redraw(within, cards, status, card)
    assert (new.channel, new.copies, new.permalink) == ("D0BOB", card.copies, "")
    assert [len(slack.seen_in(channel)) for channel in DIRECTS] == [1, 1]


async def test_a_copy_that_is_gone_is_let_go(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(DIRECT)
    card = await _post(within, cards, status)
    slack.delete(card.copies[0].ts)
    new = await _redraw(within, cards, status, card)
    assert (new.ts, new.copies) == (card.ts, ())


async def test_a_copy_takes_the_place_of_a_card_that_cannot_come_back(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(DIRECT)
    card = await _post(within, cards, status)
    for method in ("chat.update", "chat.postMessage"):
        slack.refuses(method, "channel_not_found", "D0BOB")
    new = await _redraw(within, cards, status, card)
    assert (new.channel, new.ts, new.copies) == ("D0CAROL", card.copies[0].ts, ())


async def test_a_card_whose_channel_is_closed_moves_to_the_next_target(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked("C0FINANCE", DIRECT)
    card = await _post(within, cards, status)
    for method in ("chat.update", "chat.postMessage"):
        slack.refuses(method, "is_archived", "C0FINANCE")
    new = await _redraw(within, cards, status, card)
    assert new.channel == "D0BOB"
    assert new.line == card.line
    assert new.problems == ("C0FINANCE: is_archived",)


async def test_a_settled_card_in_a_closed_channel_is_left_and_the_line_still_tells(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked("C0FINANCE", DIRECT)
    card = await _post(within, cards, status)
    slack.refuses("chat.update", "is_archived", "C0FINANCE")
    assert await _redraw(within, cards, _approved(status, card), card) == card
    assert "Approved" in slack.seen_in("C0OPS")[0]["text"]
    assert slack.seen_in("D0BOB") == []


async def test_a_line_that_is_gone_comes_back(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked("C0FINANCE")
    card = await _post(within, cards, status)
    slack.delete(card.line)
    new = await _redraw(within, cards, status, card)
    assert new.line != card.line
    assert [it["ts"] for it in slack.seen_in("C0OPS")] == [new.line]


async def test_blocks_that_slack_refuses_take_the_buttons_away(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(THREAD)
    card = await _post(within, cards, status)
    slack.refuses("chat.update", "invalid_blocks")
    await _redraw(within, cards, status, card)
    assert slack.given("chat.update")[-1]["blocks"] == []


ONCALL = People(users=("U0OLGA",), groups=("S0ONCALL",))
RUNG = {"@U0OLGA", "!subteam^S0ONCALL"}


def _rung(message: Json) -> set[str]:
    """Whose phones ring when it is posted."""
    blocks = message["blocks"] or []
    shown = [*(json.loads(blocks) if isinstance(blocks, str) else blocks)]
    found = live([*shown, {"type": "mrkdwn", "text": message["text"]}])
    return {it for it in found if it.startswith(("@", "!sub"))}


@pytest.mark.parametrize(
    ("target", "rung"), [(THREAD, RUNG | {"@U0ALICE"}), ("C0FINANCE", RUNG)], ids=["thread", "away"]
)
async def test_phones_ring_once_where_the_card_is(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, target: str, rung: set[str]
) -> None:
    status = _asked(target, notify=ONCALL)
    card = await _post(within, cards, status)
    assert [_rung(it) for it in slack.given("chat.postMessage")] == [
        rung,
        *([] if target == THREAD else [set[str]()]),
    ]
    slack.delete(card.ts)
    await _redraw(within, cards, status, card)
    assert _rung(slack.given("chat.postMessage")[-1]) == rung - RUNG, "it has rung already"


async def test_a_card_that_nobody_has_seen_yet_still_rings(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel", "C0FINANCE")
    status = _asked("C0FINANCE", notify=ONCALL)
    card = await _post(within, cards, status)
    slack.takes_again("chat.postMessage", "C0FINANCE")
    await _redraw(within, cards, status, card)
    assert [_rung(it) for it in slack.messages] == [set(), RUNG]


async def test_direct_messages_mention_nobody(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    notify = People(groups=("S0FINANCE",))
    status = _asked(DIRECT, channel="D0ALICE", notify=notify)
    card = await _post(within, cards, status)
    assert len(slack.messages) == 3
    for message in slack.messages:
        assert _rung(message) == set()
        assert "open the thread" not in str(message["blocks"])
    slack.delete(card.ts)
    await _redraw(within, cards, status, card)
    assert _rung(slack.given("chat.postMessage")[-1]) == set()


async def test_a_card_that_slack_refuses_is_posted_with_less_and_reviewed(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _asked(THREAD)
    slack.refuses_once("chat.postMessage", "invalid_blocks")
    card = await _post(within, cards, status)
    assert card.ts
    (message,) = slack.messages
    assert _buttons(message)[:2] == ["approval_review", "approval_reject"]
    assert "approval_approve" not in str(message["blocks"])
    assert "Order 100 widgets" in str(message["blocks"])


async def test_a_card_that_slack_refuses_altogether_is_text(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses_once("chat.postMessage", "invalid_blocks")
    slack.refuses_once("chat.postMessage", "msg_blocks_too_long")
    await _post(within, cards, _asked(THREAD))
    (message,) = slack.messages
    assert not message.get("blocks")
    assert "Approval needed" in message["text"]


async def test_a_summary_is_posted_once_rewritten_and_comes_back(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    rows = tuple(_asked(THREAD).model_copy(update={"id": f"approval-{it}"}) for it in "abcd")
    batch = Batch(origin=rows[0].origin, key="conversation-1/2", rows=rows)
    ts = await within.run(cards.show_batch, batch)
    within.info = replace(within.info, attempt=2)
    assert await within.run(cards.show_batch, batch) == ts
    within.info = replace(within.info, attempt=1)
    known = batch.model_copy(update={"ts": ts})
    assert await within.run(cards.show_batch, known) == ts
    assert len(slack.messages) == 1
    slack.delete(ts)
    assert await within.run(cards.show_batch, known) not in {"", ts}
