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
from tests.builders import ALICE, BOB, NOON
from tests.unit.bot.desk import Desk
from tests.unit.bot.fake_slack import Json
from tests.unit.bot.standins import (
    APPROVAL,
    CAROL,
    DIGEST,
    a_press,
    a_submission,
    approved_by,
    ended,
    ruled,
)
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
def _a_rule_that_allows_everything(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ruled(**FREE)


async def _submitted(desk: Desk, action: str) -> Json:
    """Open a modal, fill it in and send it; what Slack is told to do with it."""
    return await desk.submit(await desk.open(a_press(action)), ENTERED[action])


def _error(answer: Json) -> str:
    assert answer["response_action"] == "errors"
    (sentence,) = answer["errors"].values()
    return str(sentence)


@pytest.mark.parametrize("action", ENTERED)
async def test_a_modal_closes_once_its_vote_is_handed_on(desk: Desk, action: str) -> None:
    assert await _submitted(desk, action) == CLEAR
    _, decision = desk.decision()
    assert (decision.id, decision.at, decision.by) == ("V0MODAL:17.abc:U0BOB", NOON, BOB)
    assert (decision.via, decision.channel, decision.card) == (Via.MODAL, "C0OPS", "")
    assert decision.digest == DIGEST
    assert desk.whispers() == []


async def test_a_rejection_has_its_reason(desk: Desk) -> None:
    await _submitted(desk, REJECT)
    approve, decision = desk.decision()
    assert not approve
    assert (decision.verb, decision.reason) == (Verb.DECIDE, "too many")


async def test_a_quick_reason_is_a_sentence(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    quick = {"quick_reason": {"selected_option": {"value": "not_needed"}}}
    assert await desk.submit(view, quick) == CLEAR
    assert desk.decision()[1].reason.startswith("This is not needed")


async def test_a_rejection_needs_no_reason_where_the_rule_wants_none(desk: Desk) -> None:
    assert await desk.submit(await desk.open(a_press(REJECT))) == CLEAR
    assert desk.decision()[1].reason == ""


async def test_a_rejection_without_the_reason_that_its_rule_wants_stays_open(desk: Desk) -> None:
    desk.votes.known[APPROVAL] = ruled(reason_required=True)
    answer = await desk.submit(await desk.open(a_press(REJECT)))
    assert "needs a reason" in _error(answer)
    assert list(answer["errors"]) == ["reason"]
    assert desk.votes.decided == []


async def test_changes_are_asked_for_in_words(desk: Desk) -> None:
    await _submitted(desk, REQUEST_CHANGES)
    approve, decision = desk.decision()
    assert not approve
    assert (decision.verb, decision.reason) == (Verb.REQUEST_CHANGES, "too many")


async def test_changes_without_words_stay_open(desk: Desk) -> None:
    answer = await desk.submit(await desk.open(a_press(REQUEST_CHANGES)), {"reason": {}})
    assert "needs a reason" in _error(answer)
    assert desk.votes.decided == []


async def test_a_review_approves_what_it_showed(desk: Desk) -> None:
    await _submitted(desk, REVIEW)
    approve, decision = desk.decision()
    assert approve
    assert (decision.verb, decision.arguments, decision.always) == (Verb.DECIDE, "", False)


async def test_an_edit_is_approved_with_its_arguments(desk: Desk) -> None:
    await _submitted(desk, EDIT)
    approve, decision = desk.decision()
    assert approve
    edited = json.loads(decision.arguments)
    assert (edited["quantity"], edited["sku"]) == (50, "widget")
    assert edited["reason"] == "stock is low"


async def test_an_edit_that_does_not_fit_is_explained_beside_its_field(desk: Desk) -> None:
    view = await desk.open(a_press(EDIT))
    answer = await desk.submit(view, {"argument:quantity": {"value": "many"}})
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["argument:quantity"]
    assert desk.votes.decided == []


async def test_always_is_an_approval_and_more(desk: Desk) -> None:
    await _submitted(desk, ALWAYS)
    approve, decision = desk.decision()
    assert (approve, decision.always) == (True, True)


async def test_a_vote_is_handed_to_who_was_chosen(desk: Desk) -> None:
    await _submitted(desk, HAND_OVER)
    approve, decision = desk.decision()
    assert not approve
    assert decision.verb is Verb.HAND_OVER
    assert decision.to == Person(team="T0ACME", user="U0DAVE")


@pytest.mark.parametrize("user", ["U0ALICE", "U0BOB"])
async def test_a_vote_is_not_handed_to_the_requester_or_to_oneself(desk: Desk, user: str) -> None:
    view = await desk.open(a_press(HAND_OVER))
    answer = await desk.submit(view, {"person": {"selected_user": user}})
    assert "can't be handed over" in _error(answer)
    assert desk.votes.decided == []


async def test_a_vote_is_handed_to_somebody(desk: Desk) -> None:
    answer = await desk.submit(await desk.open(a_press(HAND_OVER)), {"person": {}})
    assert "Choose to whom" in _error(answer)
    assert desk.votes.decided == []


async def test_breaking_the_glass_says_why(desk: Desk) -> None:
    await _submitted(desk, BREAK_GLASS)
    approve, decision = desk.decision()
    assert approve
    assert (decision.verb, decision.reason) == (Verb.BREAK_GLASS, "too many")


async def test_what_ended_meanwhile_is_said_in_the_modal_in_plain_words(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    named = approved_by(ruled(), CAROL)
    desk.votes.known[APPROVAL] = ended(named, Outcome.APPROVED, CAROL)
    answer = await desk.submit(view, REASON)
    assert "was already approved by @carol (" in _error(answer)
    for markup in "<>`*|":
        assert markup not in _error(answer)
    assert desk.votes.decided == []


async def test_what_ended_at_the_last_moment_is_said_too(desk: Desk) -> None:
    desk.votes.error = ApprovalClosedError(APPROVAL, ended(ruled(), Outcome.EXPIRED, None))
    assert "expired" in _error(await _submitted(desk, REJECT))


async def test_who_has_approved_meanwhile_is_told_so(desk: Desk) -> None:
    view = await desk.open(a_press(REVIEW))
    desk.votes.known[APPROVAL] = approved_by(ruled(), BOB)
    answer = await desk.submit(view)
    assert answer["response_action"] == "push"
    assert "counted already" in json.dumps(answer["view"])
    assert desk.votes.decided == []


async def test_what_was_changed_meanwhile_is_not_approved(desk: Desk) -> None:
    view = await desk.open(a_press(BREAK_GLASS))
    status = ruled(**FREE)
    prepared = status.shown.model_copy(update={"digest": "f" * 64})
    desk.votes.known[APPROVAL] = status.model_copy(update={"prepared": prepared})
    assert "no longer what is asked for" in _error(await desk.submit(view, REASON))
    assert desk.votes.decided == []


@pytest.mark.parametrize("action", WITH_INPUTS)
async def test_a_modal_keeps_what_was_typed_while_temporal_is_away(desk: Desk, action: str) -> None:
    desk.votes.error = AWAY
    answer = await _submitted(desk, action)
    assert "can't reach my memory" in _error(answer)
    assert desk.slack.methods == ["views.open"]


@pytest.mark.parametrize("action", [REVIEW, ALWAYS])
async def test_a_modal_without_fields_stays_below_the_news_that_temporal_is_away(
    desk: Desk, action: str
) -> None:
    desk.votes.error = AWAY
    answer = await _submitted(desk, action)
    assert answer["response_action"] == "push"
    assert answer["view"]["type"] == "modal"
    assert "can't reach my memory" in json.dumps(answer["view"])


async def test_a_vote_does_not_wait_for_a_look_that_fails(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    desk.votes.unread = AWAY
    assert await desk.submit(view, REASON) == CLEAR
    assert desk.decision()[1].reason == "too many"


async def test_a_vote_does_not_wait_for_a_look_that_takes_long(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    desk.votes.gate = asyncio.Event()
    assert await desk.submit(view, REASON) == CLEAR
    assert len(desk.votes.decided) == 1


async def test_the_second_delivery_of_a_submission_closes_the_modal_and_counts_once(
    desk: Desk,
) -> None:
    view = await desk.open(a_press(REVIEW))
    assert await desk.submit(view) == CLEAR
    _, decision = desk.decision()
    counted = ended(ruled(), Outcome.APPROVED)
    desk.votes.known[APPROVAL] = counted.model_copy(update={"decision": decision})
    assert await desk.submit(view) == CLEAR
    assert len(desk.votes.decided) == 1


async def test_a_second_delivery_at_the_same_time_has_the_same_id(desk: Desk) -> None:
    view = await desk.open(a_press(REVIEW))
    await asyncio.gather(desk.submit(view), desk.submit(view))
    first, second = desk.votes.decided
    assert first == second


async def test_an_approval_that_nobody_knows_is_said_in_the_modal(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    desk.votes.known = {}
    assert "another installation" in _error(await desk.submit(view, REASON))
    desk.votes.known[APPROVAL] = ruled()
    desk.votes.error = ApprovalNotFoundError(APPROVAL)
    assert "another installation" in _error(await desk.submit(view, REASON))


async def test_who_asked_cannot_submit_what_somebody_else_opened(desk: Desk) -> None:
    view = await desk.open(a_press(REJECT))
    answer = await desk.submit(view, REASON, by=ALICE)
    assert "You asked for this yourself" in _error(answer)
    assert "@bob" not in _error(answer).lower()
    assert desk.votes.decided == []


@pytest.mark.parametrize("metadata", ["", "{}", "[1]", '{"ids":["approval-1","approval-2"]}'])
async def test_a_modal_that_is_none_of_ours_decides_nothing(desk: Desk, metadata: str) -> None:
    view = {**await desk.open(a_press(REJECT)), "private_metadata": metadata}
    assert "could not read" in _error(await desk.submit(view, REASON))
    assert desk.votes.decided == []


async def test_a_bug_is_said_in_the_modal_with_an_incident(desk: Desk) -> None:
    desk.votes.error = RuntimeError("sql: secret")
    sentence = _error(await _submitted(desk, REJECT))
    assert "give an administrator the incident" in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("callback_id", ["from_the_future", MODALS[REJECT] + "x"])
async def test_a_modal_that_nobody_knows_is_acknowledged(desk: Desk, callback_id: str) -> None:
    view = {**await desk.open(a_press(REJECT)), "callback_id": callback_id}
    assert (await desk.deliver(a_submission(view))).status == 200
    assert desk.votes.decided == []


async def test_a_modal_that_was_closed_is_acknowledged(desk: Desk) -> None:
    body = a_submission(await desk.open(a_press(REJECT)))
    assert (await desk.deliver({**body, "type": "view_closed"})).status == 200
    assert desk.votes.decided == []
