"""A fault in any step of an approval harms that step: the rest can still be decided, or ends.

Steps are broken one at a time: activities that fail for good or answer what nobody planned for,
and bugs in the workflow's own code.
"""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from tests.flows.flow import CAROL, Flow, a_rule, act, working
from tests.support.builders import ALICE, BOB
from tests.support.fakes import FakeAgent, FakeCards, FakeDirectory, FakeThreads
from tests.support.scripted_model import says
from worker.runtime import Activities
from workflows.approval import display
from workflows.approval.state import ApprovalState
from workflows.approval.workflow import BROKE_OFF, UNANSWERED
from workflows.client import ApprovalClosedError
from workflows.contracts.activities import VoteActivities
from workflows.contracts.activity_inputs import EligibilityQuery, EphemeralMessage, VoteCheck
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Call
from workflows.contracts.decisions import Execution, Outcome, Refusal
from workflows.voting import protocol
from workflows.voting.ballot import Ballot
from workflows.voting.docket import Docket
from workflows.voting.protocol import Voting
from workflows.voting.requirements import Requirements

SECONDS = 20


def _break(how: str) -> Any:
    """What an activity does that is broken: it fails for good, or answers nonsense."""
    if how == "fails":
        raise ApplicationError("out of order", type="odd", non_retryable=True)
    return 7


class Book(FakeDirectory):
    """A directory that can be broken."""

    broken = ""

    @activity.defn
    async def look_up(self, query: EligibilityQuery) -> Any:
        return _break(self.broken) if self.broken else await super().look_up(query)


class Shop(FakeAgent):
    """A shop whose preview and whose till can be broken."""

    broken = ""
    till = ""

    @activity.defn
    async def prepare_call(self, call: Call) -> Any:
        return _break(self.broken) if self.broken else await super().prepare_call(call)

    @activity.defn
    async def run_tool(self, call: Call) -> Any:
        done = await super().run_tool(call)
        return _break(self.till) if self.till else done


class BrokenChecks(VoteActivities):
    """Takes the place of what checks votes, and answers nonsense when it is broken."""

    def __init__(self) -> None:
        self.are_broken = False
        self._checks: VoteActivities | None = None

    def __call__(self, activities: Activities) -> Activities:
        if not isinstance(activities, VoteActivities):
            return activities
        self._checks = activities
        return self

    @activity.defn
    async def check_vote(self, check: VoteCheck) -> Any:
        assert self._checks is not None
        return 7 if self.are_broken else await self._checks.check_vote(check)


class Board(FakeCards):
    """A channel that can be broken once a card is there."""

    broken = ""

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Any:
        return _break(self.broken) if self.broken else await super().redraw_card(status)


class Nobody(FakeCards):
    """A channel that answers nonsense when a card is posted."""

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Any:
        await super().post_card(status)
        return _break("answers nonsense")


class Deaf(FakeThreads):
    """A thread in which nobody can be told anything privately."""

    @activity.defn
    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> Any:
        await super().post_ephemeral(ephemeral)
        return _break("fails")


async def _failed_tasks(flow: Flow, approval_id: str) -> int:
    """How often the workflow's own code failed."""
    handle = flow.temporal.get_workflow_handle(approval_id)
    kinds = [it.event_type async for it in handle.fetch_history_events()]
    return kinds.count(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)


@pytest.mark.parametrize("how", ["fails", "answers nonsense"])
@pytest.mark.parametrize("step", ["look-up", "preview"])
async def test_a_check_that_is_broken_ends_that_vote_in_words(
    temporal: Client, step: str, how: str
) -> None:
    directory, agent = Book(), Shop()
    async with working(temporal, act(1), says("Done."), directory=directory, agent=agent) as flow:
        id_ = await flow.ask()
        part: Any = directory if step == "look-up" else agent
        part.broken = how
        await flow.vote(id_, BOB)
        words = (await flow.told()).text
        part.broken = ""

        assert "Please press again" in words
        assert await flow.refusals(id_) == [Refusal.UNVERIFIED]
        await flow.vote(id_, BOB)
        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1
        assert await _failed_tasks(flow, id_) == 0


async def test_an_answer_to_a_check_that_is_none_is_a_fault_in_words(temporal: Client) -> None:
    broken = BrokenChecks()
    async with working(temporal, act(1), says("Done."), through=broken) as flow:
        id_ = await flow.ask()
        broken.are_broken = True
        await flow.vote(id_, BOB)
        words = (await flow.told()).text
        broken.are_broken = False

        assert f"give an administrator this id: `{id_}`" in words
        assert await flow.refusals(id_) == [Refusal.FAULT]
        await flow.vote(id_, BOB)
        assert await flow.answered() == "Done."
        assert await _failed_tasks(flow, id_) == 0


@pytest.mark.parametrize(("how", "told"), [("fails", BROKE_OFF), ("answers nonsense", UNANSWERED)])
async def test_a_tool_that_does_not_answer_may_have_done_it(
    temporal: Client, how: str, told: str
) -> None:
    agent = Shop()
    async with working(temporal, act(1), says("I don't know."), agent=agent) as flow:
        agent.till = how
        id_ = await flow.ask()
        await flow.vote(id_, BOB)

        assert await flow.answered() == "I don't know."
        card = flow.cards.of(id_)
        assert (card.outcome, card.execution) == (Outcome.APPROVED, Execution.UNKNOWN)
        assert card.result == told
        assert await _failed_tasks(flow, id_) == 0


@pytest.mark.parametrize("how", ["fails", "answers nonsense"])
async def test_a_card_that_cannot_be_redrawn_keeps_nothing_from_being_told(
    temporal: Client, how: str
) -> None:
    board = Board()
    async with working(temporal, act(1), says("Done."), cards=board) as flow:
        id_ = await flow.ask()
        board.broken = how
        await flow.vote(id_, BOB)

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1
        assert await _failed_tasks(flow, id_) == 0


async def test_a_card_that_was_posted_nobody_knows_where_asks_nobody(temporal: Client) -> None:
    async with working(temporal, act(1), says("I could not ask."), cards=Nobody()) as flow:
        id_ = await flow.ask()

        assert await flow.answered() == "I could not ask."
        assert (await _last_status(flow, id_)).outcome is Outcome.FAILED_TO_ASK
        assert await _failed_tasks(flow, id_) == 0


async def test_who_cannot_be_told_keeps_nobody_else_from_deciding(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done."), threads=Deaf()) as flow:
        id_ = await flow.ask()
        await flow.vote(id_, ALICE)
        await flow.told()
        await flow.vote(id_, BOB)

        assert await flow.answered() == "Done."
        assert await _failed_tasks(flow, id_) == 0


class Bug:
    """Takes the place of a function, fails, and lets a test know that it was called."""

    def __init__(self) -> None:
        self._hit = threading.Event()  # workflows run in threads of their own

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._hit.set()
        raise KeyError("nobody foresaw this")

    async def hit(self) -> None:
        """Wait until somebody ran into it."""
        assert await asyncio.to_thread(self._hit.wait, SECONDS)


BUGS: dict[str, tuple[Any, str]] = {
    "screen": (protocol, "screen"),
    "cast": (Ballot, "cast"),
    "stands at once": (Ballot, "stands_at_once"),
    "what somebody is asked about": (Ballot, "asked_about"),
    "enter": (Docket, "enter"),
    "turn": (Docket, "is_free"),
    "missing": (Requirements, "eligibilities"),
    "learn": (Voting, "_learn"),
    "put": (Voting, "_put"),
    "status": (ApprovalState, "status"),
    "lists": (display, "approval_memo"),
    "search": (display, "changes"),
}


@pytest.mark.parametrize("name", BUGS)
async def test_a_bug_in_a_step_of_a_vote_ends_in_words_and_nothing_runs_after_a_no(
    temporal: Client, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with working(temporal, act(1), says("It is over.")) as flow:
        id_ = await flow.ask()
        bug = Bug()
        with monkeypatch.context() as patch:
            patch.setattr(*BUGS[name], bug)
            await flow.vote(id_, BOB)
            await bug.hit()
        approved = flow.agent.ran != []
        await _press_no_if_it_is_open(flow, id_)

        assert await flow.answered() == "It is over."
        assert await _failed_tasks(flow, id_) == 0
        if not approved:
            assert flow.agent.ran == []


async def _press_no_if_it_is_open(flow: Flow, approval_id: str) -> None:
    with suppress(ApprovalClosedError):
        await flow.vote(approval_id, CAROL, approve=False)


async def _last_status(flow: Flow, approval_id: str) -> ApprovalStatus:
    """With what it ended; asking it now would replay it without the fault."""
    handle = flow.temporal.get_workflow_handle(approval_id, result_type=ApprovalStatus)
    return await handle.result()


@pytest.mark.parametrize("of", ["words", "record"])
async def test_a_bug_in_the_words_for_a_refusal_leaves_the_vote_of_others(
    temporal: Client, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target: tuple[Any, str] = {
        "words": (display, "Notice"),
        "record": (Ballot, "refuse"),
    }[of]
    async with working(temporal, act(1), says("Done.")) as flow:
        id_ = await flow.ask()
        bug = Bug()
        with monkeypatch.context() as patch:
            patch.setattr(*target, bug)
            await flow.vote(id_, ALICE)
            await bug.hit()
        await flow.vote(id_, BOB)

        assert await flow.answered() == "Done."
        assert await _failed_tasks(flow, id_) == 0


async def test_a_clock_that_breaks_at_the_deadline_still_ends_it(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = Ballot.close, threading.Event()

    def close(ballot: Ballot, outcome: Outcome, decision: Any = None) -> Ballot:
        if outcome is Outcome.EXPIRED:
            failed.set()
            raise KeyError("nobody foresaw this")
        return real(ballot, outcome, decision)

    monkeypatch.setattr(Ballot, "close", close)
    async with working(temporal, act(1), says("It was stopped.")) as flow:
        flow.policy.rule = a_rule(expires_after=timedelta(seconds=1))
        id_ = await flow.ask()

        assert await flow.answered() == "It was stopped."
        assert failed.is_set()
        assert flow.cards.of(id_).outcome is Outcome.STOPPED
        assert flow.agent.ran == []
        assert await _failed_tasks(flow, id_) == 0
