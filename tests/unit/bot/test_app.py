"""The app between Slack and Temporal: what is handed on, and what Slack is answered."""

import json
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from bot.dispatch import DEADLINE_SECONDS, dispatch
from bot.errors import TEMPORAL_AWAY
from bot.payloads.fields import PayloadError
from countersign.slack.actions import APPROVE
from tests.support.builders import a_status
from tests.support.fake_clients import APPROVAL, BOT, TEAM
from tests.support.slack_payloads import a_command, a_press, an_event
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.decisions import Outcome, Via

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")


async def test_a_mention_and_a_direct_message_start_a_conversation(bot: BotFixture) -> None:
    mention = {"type": "app_mention", "channel": "C0OPS", "text": f"<@{BOT}> hi"}
    for body in (an_event(), an_event(**mention)):
        assert (await bot.deliver(body)).status == 200
    assert [thread.channel for thread, _ in bot.conversations.started] == ["D0ALICE", "C0OPS"]
    assert bot.conversations.followed == []


async def test_a_reply_without_a_mention_only_goes_on_with_a_conversation(bot: BotFixture) -> None:
    reply = an_event(channel="C0OPS", channel_type="channel", ts="2.0", thread_ts="1.0")
    assert (await bot.deliver(reply)).status == 200
    ((thread, message),) = bot.conversations.followed
    assert thread.id == "1.0"
    assert message.ts == "2.0"
    assert bot.conversations.started == []


async def test_changed_words_are_told_to_the_conversation_and_start_none(bot: BotFixture) -> None:
    before = {"type": "message", "user": "U0ALICE", "ts": "1.0", "text": "order 2"}
    change = {"subtype": "message_changed", "previous_message": before, "user": None}
    for text in ("order 20", "order 2"):
        edited = {"text": text, "edited": {"user": "U0ALICE", "ts": "2.0"}}
        body = an_event(**change, ts="2.0", message={**before, **edited})
        assert (await bot.deliver(body)).status == 200
    ((thread, edit),) = bot.conversations.edits
    assert (thread.id, edit.before, edit.after) == ("1.0", "order 2", "order 20")
    assert bot.conversations.started + bot.conversations.followed == []


@pytest.mark.parametrize(
    "changes",
    [
        {"user": BOT, "bot_id": "B0SIGN"},
        {"subtype": "message_changed", "message": {"user": BOT, "ts": "2.0"}},
        {"type": "reaction_added", "item": {}},
        {"type": "from_the_future"},
    ],
    ids=str,
)
async def test_what_concerns_nobody_is_acknowledged(
    bot: BotFixture, changes: dict[str, Any]
) -> None:
    assert (await bot.deliver(an_event(**changes))).status == 200
    assert bot.conversations.started + bot.conversations.followed == []


async def test_a_deleted_card_is_reported_and_any_other_message_is_not(bot: BotFixture) -> None:
    card = {"ts": "2.0", "metadata": {"event_payload": {"approval_id": "approval-1"}}}
    for previous in (card, {"ts": "3.0", "text": "hi"}):
        body = an_event(subtype="message_deleted", previous_message=previous, user=None)
        assert (await bot.deliver(body)).status == 200
    assert bot.approvals.lost == [("approval-1", "2.0")]


async def test_a_press_is_handed_on_with_all_that_is_known_of_it(bot: BotFixture) -> None:
    assert (await bot.deliver(a_press(APPROVE))).status == 200
    ((approval_id, approve, decision),) = bot.approvals.decided
    assert (approval_id, approve) == (APPROVAL, True)
    assert decision.id == "3.000100:U0BOB"
    assert decision.via is Via.BUTTON
    assert decision.by is not None
    assert (decision.by.team, decision.by.user, decision.by.name) == (TEAM, "U0BOB", "bob")
    assert (decision.channel, decision.card) == ("C0OPS", "2.0")


async def test_a_press_of_a_button_of_another_release_is_acknowledged(bot: BotFixture) -> None:
    assert (await bot.deliver(a_press("approval_open_card"))).status == 200
    assert bot.approvals.decided == []


async def test_the_command_asks_for_the_callers_workspace(bot: BotFixture) -> None:
    answer = await bot.deliver(a_command())
    (listing,) = bot.approvals.looked_for
    assert (listing.team, listing.viewer.user) == (TEAM, "U0BOB")
    said = json.loads(answer.body)
    assert said["response_type"] == "ephemeral"
    assert "Nothing is waiting" in said["text"]


@pytest.mark.parametrize(
    ("error", "status"), [(AWAY, 500), (RuntimeError("bug"), 500), (PayloadError("bad"), 200)]
)
async def test_an_event_that_was_not_stored_is_not_acknowledged(
    bot: BotFixture, error: Exception, status: int
) -> None:
    bot.conversations.error = error
    assert (await bot.deliver(an_event())).status == status
    assert bot.ephemerals() == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AWAY, TEMPORAL_AWAY),
        (ApprovalNotFoundError("approval-1"), "I have no record of this request"),
        (ApprovalClosedError("approval-1", None), "This is no longer waiting"),
        (RuntimeError("sql: secret"), "give an administrator the incident"),
    ],
    ids=repr,
)
async def test_a_press_that_fails_is_explained_to_who_pressed(
    bot: BotFixture, error: Exception, words: str
) -> None:
    bot.approvals.error = error
    assert (await bot.deliver(a_press(APPROVE))).status == 200
    (told,) = bot.ephemerals()
    assert (told["user"], told["channel"], told["thread_ts"]) == ("U0BOB", "C0OPS", "1.0")
    assert words in told["text"]
    assert "secret" not in told["text"]


async def test_a_press_after_the_end_is_told_how_it_ended(bot: BotFixture) -> None:
    bot.approvals.error = ApprovalClosedError(
        "approval-1", a_status().model_copy(update={"outcome": Outcome.FAILED_TO_ASK})
    )
    await bot.deliver(a_press(APPROVE))
    assert "could not be shown to anybody" in bot.ephemerals()[0]["text"]


async def test_a_press_that_cannot_be_read_is_explained_and_decides_nothing(
    bot: BotFixture,
) -> None:
    body = a_press(APPROVE)
    del body["actions"][0]["value"]
    assert (await bot.deliver(body)).status == 200
    assert "couldn't read" in bot.ephemerals()[0]["text"]
    assert bot.approvals.decided == []


async def test_a_slack_that_refuses_the_explanation_changes_nothing(bot: BotFixture) -> None:
    bot.approvals.error = AWAY
    bot.slack.refuses("chat.postEphemeral", "user_not_in_channel")
    assert (await bot.deliver(a_press(APPROVE))).status == 200


async def test_a_command_that_fails_is_explained_in_its_answer(bot: BotFixture) -> None:
    bot.approvals.error = AWAY
    answer = await bot.deliver(a_command())
    assert answer.status == 200
    assert json.loads(answer.body)["text"] == TEMPORAL_AWAY


async def test_a_listener_that_hangs_is_given_up_before_slack_gives_up(bot: BotFixture) -> None:
    assert DEADLINE_SECONDS < 3
    bot.conversations.gate.clear()
    assert (await bot.deliver(an_event())).status == 503
    assert bot.conversations.started == []


async def test_headers_cannot_steer_bolt(bot: BotFixture) -> None:
    headers = {"X-Slack-Bolt-Lazy-Only": "1", "x-slack-bolt-lazy-function-name": "heard"}
    answer = await dispatch(bot.app, an_event(), headers, "socket_mode")
    assert answer.status == 200
    assert len(bot.conversations.started) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"event": 5}, {"type": "block_actions", "actions": []}, {"team": "T", "user": "U"}],
    ids=str,
)
async def test_a_payload_of_no_known_kind_is_answered(
    bot: BotFixture, body: dict[str, Any]
) -> None:
    assert (await bot.deliver(body)).status in (200, 400, 404)


def _nested(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"blocks": value}
    return value


@pytest.mark.parametrize("levels", [61, 900, 100_000])
async def test_what_is_nested_too_deep_is_refused_and_not_read(
    bot: BotFixture, levels: int
) -> None:
    for body in (an_event(blocks=_nested(levels)), a_press(APPROVE, state=_nested(levels))):
        assert (await bot.deliver(body)).status == 400
    assert bot.conversations.started + bot.approvals.decided == []


async def test_half_of_a_character_does_not_stop_a_message(bot: BotFixture) -> None:
    body = an_event(text="order \ud83d desks", files=[{"name": "\udfff.pdf"}])
    assert (await bot.deliver(body)).status == 200
    ((_, message),) = bot.conversations.started
    assert message.model_dump_json().encode()
    assert message.text.startswith("order ? desks")


@pytest.mark.parametrize("odd", [[], "text", 5, None, [[]], {"type": []}, {"type": "message"}])
async def test_an_event_of_an_odd_shape_is_answered(bot: BotFixture, odd: Any) -> None:
    status = (await bot.deliver({**an_event(), "event": odd})).status
    assert 200 <= status < 500
    assert bot.conversations.started == []
