"""Modals about one approval, submitted: what is handed on, and what is said in the modal."""

import asyncio
import json
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from countersign.slack.actions import (
    ALWAYS,
    BREAK_GLASS,
    EDIT,
    HAND_OVER,
    MODALS,
    REJECT,
    REQUEST_CHANGES,
    REVIEW,
)
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import APPROVAL, CAROL, DIGEST, approved_by, ended, ruled
from tests.support.fake_slack import Json
from tests.support.slack_payloads import a_press, a_submission
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Verb, Via
from workflows.contracts.rules import People

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
CLEAR = {"response_action": "clear"}
REASON = {"reason": {"value": "too many"}}
FREE: dict[str, Any] = {
    "edit": True,
    "always": True,
    "hand_over": People(users=("U0DAVE",)),
    "break_glass": ("U0BOB",),
}
ENTERED: dict[str, dict[str, Any]] = {
    REJECT: REASON,
    REQUEST_CHANGES: REASON,
    REVIEW: {},
    EDIT: {"argument:quantity": {"value": "50"}, "argument:sku": {"value": "widget"}},
    ALWAYS: {},
    HAND_OVER: {"person": {"selected_user": "U0DAVE"}},
    BREAK_GLASS: REASON,
}
"""A way to fill in each modal."""
WITH_INPUTS = [REJECT, REQUEST_CHANGES, EDIT, HAND_OVER, BREAK_GLASS]


@pytest.fixture(autouse=True)
def _a_rule_that_allows_everything(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ruled(**FREE)


async def _submitted(bot: BotFixture, action: str) -> Json:
    """Open a modal, fill it in and send it; what Slack is told to do with it."""
    return await bot.submit(await bot.open(a_press(action)), ENTERED[action])


def _error(answer: Json) -> str:
    assert answer["response_action"] == "errors"
    (sentence,) = answer["errors"].values()
    return str(sentence)


@pytest.mark.parametrize("action", ENTERED)
async def test_a_modal_closes_once_its_vote_is_handed_on(bot: BotFixture, action: str) -> None:
    assert await _submitted(bot, action) == CLEAR
    _, decision = bot.decision()
    assert (decision.id, decision.at, decision.by) == ("V0MODAL:17.abc:U0BOB", NOON, BOB)
    assert (decision.via, decision.channel, decision.card) == (Via.MODAL, "C0OPS", "")
    assert decision.digest == DIGEST
    assert bot.ephemerals() == []


async def test_a_rejection_has_its_reason(bot: BotFixture) -> None:
    await _submitted(bot, REJECT)
    approve, decision = bot.decision()
    assert not approve
    assert (decision.verb, decision.reason) == (Verb.DECIDE, "too many")


async def test_a_quick_reason_is_a_sentence(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    quick = {"quick_reason": {"selected_option": {"value": "not_needed"}}}
    assert await bot.submit(view, quick) == CLEAR
    assert bot.decision()[1].reason.startswith("This is not needed")


async def test_a_rejection_needs_no_reason_where_the_rule_wants_none(bot: BotFixture) -> None:
    assert await bot.submit(await bot.open(a_press(REJECT))) == CLEAR
    assert bot.decision()[1].reason == ""


async def test_a_rejection_without_the_reason_that_its_rule_wants_stays_open(
    bot: BotFixture,
) -> None:
    bot.approvals.known[APPROVAL] = ruled(reason_required=True)
    answer = await bot.submit(await bot.open(a_press(REJECT)))
    assert "needs a reason" in _error(answer)
    assert list(answer["errors"]) == ["reason"]
    assert bot.approvals.decided == []


async def test_changes_are_asked_for_in_words(bot: BotFixture) -> None:
    await _submitted(bot, REQUEST_CHANGES)
    approve, decision = bot.decision()
    assert not approve
    assert (decision.verb, decision.reason) == (Verb.REQUEST_CHANGES, "too many")


async def test_changes_without_words_stay_open(bot: BotFixture) -> None:
    answer = await bot.submit(await bot.open(a_press(REQUEST_CHANGES)), {"reason": {}})
    assert "needs a reason" in _error(answer)
    assert bot.approvals.decided == []


async def test_a_review_approves_what_it_showed(bot: BotFixture) -> None:
    await _submitted(bot, REVIEW)
    approve, decision = bot.decision()
    assert approve
    assert (decision.verb, decision.arguments, decision.always) == (Verb.DECIDE, "", False)


async def test_an_edit_is_approved_with_its_arguments(bot: BotFixture) -> None:
    await _submitted(bot, EDIT)
    approve, decision = bot.decision()
    assert approve
    edited = json.loads(decision.arguments)
    assert (edited["quantity"], edited["sku"]) == (50, "widget")
    assert edited["approval_reason"] == "stock is low"


async def test_an_edit_that_does_not_fit_is_explained_beside_its_field(bot: BotFixture) -> None:
    view = await bot.open(a_press(EDIT))
    answer = await bot.submit(view, {"argument:quantity": {"value": "many"}})
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["argument:quantity"]
    assert bot.approvals.decided == []


async def test_always_is_an_approval_and_more(bot: BotFixture) -> None:
    await _submitted(bot, ALWAYS)
    approve, decision = bot.decision()
    assert (approve, decision.always) == (True, True)


async def test_a_vote_is_handed_to_who_was_chosen(bot: BotFixture) -> None:
    await _submitted(bot, HAND_OVER)
    approve, decision = bot.decision()
    assert not approve
    assert decision.verb is Verb.HAND_OVER
    assert decision.to == Person(team="T0ACME", user="U0DAVE")


@pytest.mark.parametrize("user", ["U0ALICE", "U0BOB"])
async def test_a_vote_is_not_handed_to_the_requester_or_to_oneself(
    bot: BotFixture, user: str
) -> None:
    view = await bot.open(a_press(HAND_OVER))
    answer = await bot.submit(view, {"person": {"selected_user": user}})
    assert "Choose somebody else." in _error(answer)
    assert bot.approvals.decided == []


async def test_a_vote_is_handed_to_somebody(bot: BotFixture) -> None:
    answer = await bot.submit(await bot.open(a_press(HAND_OVER)), {"person": {}})
    assert "Choose who" in _error(answer)
    assert bot.approvals.decided == []


async def test_breaking_the_glass_says_why(bot: BotFixture) -> None:
    await _submitted(bot, BREAK_GLASS)
    approve, decision = bot.decision()
    assert approve
    assert (decision.verb, decision.reason) == (Verb.BREAK_GLASS, "too many")


async def test_what_ended_meanwhile_is_said_in_the_modal_in_plain_words(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    named = approved_by(ruled(), CAROL)
    bot.approvals.known[APPROVAL] = ended(named, Outcome.APPROVED, CAROL)
    answer = await bot.submit(view, REASON)
    assert "@carol already approved this at" in _error(answer)
    for markup in "<>`*|":
        assert markup not in _error(answer)
    assert bot.approvals.decided == []


async def test_what_ended_at_the_last_moment_is_said_too(bot: BotFixture) -> None:
    bot.approvals.error = ApprovalClosedError(APPROVAL, ended(ruled(), Outcome.EXPIRED, None))
    assert "expired" in _error(await _submitted(bot, REJECT))


async def test_who_has_approved_meanwhile_is_told_so(bot: BotFixture) -> None:
    view = await bot.open(a_press(REVIEW))
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB)
    answer = await bot.submit(view)
    assert answer["response_action"] == "push"
    assert "already counts" in json.dumps(answer["view"])
    assert bot.approvals.decided == []


async def test_what_was_changed_meanwhile_is_not_approved(bot: BotFixture) -> None:
    view = await bot.open(a_press(BREAK_GLASS))
    status = ruled(**FREE)
    prepared = status.shown.model_copy(update={"digest": "f" * 64})
    bot.approvals.known[APPROVAL] = status.model_copy(update={"prepared": prepared})
    assert "has changed since you saw it" in _error(await bot.submit(view, REASON))
    assert bot.approvals.decided == []


@pytest.mark.parametrize("action", WITH_INPUTS)
async def test_a_modal_keeps_what_was_typed_while_temporal_is_away(
    bot: BotFixture, action: str
) -> None:
    bot.approvals.error = AWAY
    answer = await _submitted(bot, action)
    assert "can't reach my memory" in _error(answer)
    assert bot.slack.methods == ["views.open"]


@pytest.mark.parametrize("action", [REVIEW, ALWAYS])
async def test_a_modal_without_fields_stays_below_the_news_that_temporal_is_away(
    bot: BotFixture, action: str
) -> None:
    bot.approvals.error = AWAY
    answer = await _submitted(bot, action)
    assert answer["response_action"] == "push"
    assert answer["view"]["type"] == "modal"
    assert "can't reach my memory" in json.dumps(answer["view"])


async def test_a_vote_does_not_wait_for_a_look_that_fails(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    bot.approvals.unread = AWAY
    assert await bot.submit(view, REASON) == CLEAR
    assert bot.decision()[1].reason == "too many"


async def test_a_vote_does_not_wait_for_a_look_that_takes_long(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    bot.approvals.gate = asyncio.Event()
    assert await bot.submit(view, REASON) == CLEAR
    assert len(bot.approvals.decided) == 1


async def test_the_second_delivery_of_a_submission_closes_the_modal_and_counts_once(
    bot: BotFixture,
) -> None:
    view = await bot.open(a_press(REVIEW))
    assert await bot.submit(view) == CLEAR
    _, decision = bot.decision()
    counted = ended(ruled(), Outcome.APPROVED)
    bot.approvals.known[APPROVAL] = counted.model_copy(update={"decision": decision})
    assert await bot.submit(view) == CLEAR
    assert len(bot.approvals.decided) == 1


async def test_a_second_delivery_at_the_same_time_has_the_same_id(bot: BotFixture) -> None:
    view = await bot.open(a_press(REVIEW))
    await asyncio.gather(bot.submit(view), bot.submit(view))
    first, second = bot.approvals.decided
    assert first == second


async def test_an_approval_that_nobody_knows_is_said_in_the_modal(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    bot.approvals.known = {}
    assert "another installation" in _error(await bot.submit(view, REASON))
    bot.approvals.known[APPROVAL] = ruled()
    bot.approvals.error = ApprovalNotFoundError(APPROVAL)
    assert "another installation" in _error(await bot.submit(view, REASON))


async def test_who_asked_cannot_submit_what_somebody_else_opened(bot: BotFixture) -> None:
    view = await bot.open(a_press(REJECT))
    answer = await bot.submit(view, REASON, by=ALICE)
    assert "You asked for this yourself" in _error(answer)
    assert "@bob" not in _error(answer).lower()
    assert bot.approvals.decided == []


@pytest.mark.parametrize("metadata", ["", "{}", "[1]", '{"ids":["approval-1","approval-2"]}'])
async def test_a_modal_that_is_none_of_ours_decides_nothing(bot: BotFixture, metadata: str) -> None:
    view = {**await bot.open(a_press(REJECT)), "private_metadata": metadata}
    assert "couldn't read" in _error(await bot.submit(view, REASON))
    assert bot.approvals.decided == []


async def test_a_bug_is_said_in_the_modal_with_an_incident(bot: BotFixture) -> None:
    bot.approvals.error = RuntimeError("sql: secret")
    sentence = _error(await _submitted(bot, REJECT))
    assert "give an administrator the incident" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("callback_id", ["from_the_future", MODALS[REJECT] + "x"])
async def test_a_modal_that_nobody_knows_is_acknowledged(bot: BotFixture, callback_id: str) -> None:
    view = {**await bot.open(a_press(REJECT)), "callback_id": callback_id}
    assert (await bot.deliver(a_submission(view))).status == 200
    assert bot.approvals.decided == []


async def test_a_modal_that_was_closed_is_acknowledged(bot: BotFixture) -> None:
    body = a_submission(await bot.open(a_press(REJECT)))
    assert (await bot.deliver({**body, "type": "view_closed"})).status == 200
    assert bot.approvals.decided == []
