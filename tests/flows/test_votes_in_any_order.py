"""Whatever order yes, no and never mind come in, and however their checks go, nothing runs wrongly.

Each example is one real approval. What it may have come to is read from its history: the order
in which Temporal took the presses is the order in which people got their answer.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import Phase, event, given, note, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bot.listeners.votes import ballot_of
from tests.flows.flow import Flow, working
from tests.flows.slow_fakes import SlowAgent, SlowDirectory
from tests.support.builders import ANYBODY, a_press, a_thread
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import DECIDE_SIGNAL, STATUS_QUERY, Call, Person
from workflows.contracts.decisions import Decision, Execution, Outcome, Refusal, Verb
from workflows.voting.docket import MOST_OF_ONE

NUMBERS = count()
UNHURRIED: dict[str, Any] = {"deadline": None, "phases": [Phase.explicit, Phase.generate]}


class Who(Enum):
    """Those who press, and what becomes of their look-up."""

    REQUESTER = "asked for it"
    BOB = "may decide"
    CAROL = "may decide, and Slack takes its time to say so"
    DAVE = "may not decide"
    ERIN = "may not decide, and Slack takes its time to say so"
    FRANK = "may decide, but Slack does not say so"
    GRACE = "Slack takes its time and then does not say who it is"


SLOW = (Who.CAROL, Who.ERIN, Who.GRACE)
ENTITLED = (Who.BOB, Who.CAROL)
OUTSIDERS = (Who.DAVE, Who.ERIN)
UNKNOWN = (Who.FRANK, Who.GRACE)
SAY_YES = (*[Who.BOB] * 4, *[Who.CAROL] * 4, Who.DAVE, Who.FRANK)
SAY_NO = (*[Who.CAROL, Who.ERIN] * 3, *[Who.BOB, Who.DAVE, Who.FRANK, Who.GRACE])
"""Mostly those whose check is still under way when somebody else's ends."""


@dataclass(frozen=True)
class Press:
    """Somebody presses something."""

    who: Who
    verb: Verb = Verb.DECIDE
    approve: bool = False
    late: bool = False


@dataclass(frozen=True)
class Door:
    """Slack answers for somebody, or the tool previews, from now on or no more."""

    of: Who | None
    is_open: bool


@dataclass(frozen=True)
class Rest:
    """What can be answered now is answered before the next step."""


SEEDS = st.integers(0, 2**24 - 1)  # up to here Hypothesis prefers no number to another


def _step(seed: int) -> Press | Door | Rest:
    """What chance brings."""
    chance = Random(seed)
    kinds = {"yes": 16, "no": 10, "never mind": 1, "door": 3, "rest": 8}
    match chance.choices(list(kinds), list(kinds.values()))[0]:
        case "yes":
            return Press(chance.choice(SAY_YES), approve=True, late=chance.random() < 0.15)
        case "no":
            verb = chance.choice([Verb.DECIDE, Verb.REQUEST_CHANGES])
            return Press(chance.choice(SAY_NO), verb)
        case "never mind":
            return Press(Who.REQUESTER, Verb.WITHDRAW)
        case "door":
            return Door(chance.choice([*SLOW, None]), chance.random() < 0.5)
        case _:
            return Rest()


LAST = Press(Who.REQUESTER, Verb.WITHDRAW)
"""What is still open when all else has happened is taken back."""


@dataclass
class Course:
    """One approval, and what happened to it."""

    flow: Flow
    directory: SlowDirectory
    agent: SlowAgent
    number: int = field(default_factory=lambda: next(NUMBERS))
    pressed: list[tuple[Press, Decision]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"approval-{self.flow.queue}-{self.number}"

    @property
    def arguments(self) -> str:
        return f'{{"n": {self.number}}}'

    def person(self, who: Who) -> Person:
        return Person(team="T0ACME", user=f"U{self.number}{who.name}", name=who.name)

    def prepare(self) -> None:
        """Slack and the tool, as they are for these people."""
        for who in OUTSIDERS:
            self.directory.panels[self.person(who).user] = ()
        self.directory.unknown |= {self.person(who).user for who in UNKNOWN}
        self.directory.doors.close(*(self.person(who).user for who in SLOW))

    async def begin(self) -> None:
        self.prepare()
        call = Call(
            id="call_1",
            tool="act",
            arguments=self.arguments,
            origin=a_thread(),
            requester=self.person(Who.REQUESTER),
            approval=self.id,
        )
        request = ApprovalRequest(
            call=call,
            prepared=await self.flow.agent.prepare_call(call),
            asked_at=datetime.now(UTC),
            rule=ANYBODY.model_copy(update={"expires_after": timedelta(days=1)}),
        )
        await self.flow.temporal.start_workflow(
            ApprovalWorkflow.run, request, id=self.id, task_queue=self.flow.queue
        )

    async def take(self, step: Press | Door | Rest) -> None:
        if isinstance(step, Press):
            await self.press(step)
            return
        if isinstance(step, Rest):
            await self.rest()
            return
        doors = self.directory.doors if step.of else self.agent.doors
        name = self.person(step.of).user if step.of else self.arguments
        (doors.open if step.is_open else doors.close)(name)

    async def rest(self) -> None:
        """Wait until nothing more happens but what a door holds back."""
        seen = -1
        while seen != (seen := await self._length()):
            for _ in range(3):
                await self._status()

    async def _status(self) -> ApprovalStatus:
        handle = self.flow.temporal.get_workflow_handle(self.id)
        return await handle.query(STATUS_QUERY, result_type=ApprovalStatus)

    async def _length(self) -> int:
        handle = self.flow.temporal.get_workflow_handle(self.id)
        return len([event async for event in handle.fetch_history_events()])

    async def press(self, press: Press) -> None:
        at = datetime.now(UTC) + timedelta(days=2 if press.late else 0)
        fields: dict[str, Any] = {"at": at, "verb": press.verb, "reason": "so it is"}
        decision = a_press(self.person(press.who)).model_copy(update=fields)
        handle = self.flow.temporal.get_workflow_handle(self.id)
        try:
            await handle.signal(DECIDE_SIGNAL, args=[press.approve, decision])
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # then the bot says that it has ended
                raise
        else:
            self.pressed.append((press, decision))

    async def end(self) -> ApprovalStatus:
        """Everything that takes its time is answered; who asked takes back what is still open."""
        await self.rest()
        self.directory.doors.open(*(self.person(who).user for who in SLOW))
        self.agent.doors.open(self.arguments)
        if (await self._settled()).outcome is Outcome.PENDING:
            await self.press(LAST)
        handle = self.flow.temporal.get_workflow_handle(self.id, result_type=ApprovalStatus)
        return await handle.result()

    async def _settled(self) -> ApprovalStatus:
        """Wait until each press has counted or is refused."""
        while True:
            status = await self._status()
            if all(ballot_of(status).knows(decision) for _, decision in self.pressed):
                return status


@dataclass
class Record:
    """What Temporal has of an approval: the number of each event that matters."""

    signals: dict[str, int] = field(default_factory=dict)
    ran: list[int] = field(default_factory=list)
    faults: int = 0

    @classmethod
    async def read(cls, course: Course) -> "Record":
        record, temporal = cls(), course.flow.temporal
        async for it in temporal.get_workflow_handle(course.id).fetch_history_events():
            signal = it.workflow_execution_signaled_event_attributes
            if signal.signal_name == DECIDE_SIGNAL:
                _, decision = await temporal.data_converter.decode(
                    signal.input.payloads, [bool, Decision]
                )
                record.signals[decision.id] = it.event_id
            if it.activity_task_scheduled_event_attributes.activity_type.name == "run_tool":
                record.ran.append(it.event_id)
            record.faults += it.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        return record


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def flow(temporal: Client) -> AsyncGenerator[Flow]:
    """One worker for all examples."""
    async with working(temporal, directory=SlowDirectory(), agent=SlowAgent()) as it:
        yield it


YES_BY_BOB = Press(Who.BOB, approve=True)
NEVER_MIND = Press(Who.REQUESTER, Verb.WITHDRAW)
YES_BY_CAROL = Press(Who.CAROL, approve=True)
KNOWN: dict[str, list[Press | Door | Rest]] = {
    "a no that is looked up, then a yes": [Press(Who.CAROL), YES_BY_BOB, Rest()],
    "a yes that is looked up, then a no of which nobody knows whose it is": [
        *(YES_BY_CAROL, Press(Who.FRANK), Rest())
    ],
    "an outsider's no that is looked up, then a yes": [Press(Who.ERIN), YES_BY_BOB, Rest()],
    "a yes, and it is taken back while the tool is asked": [
        *(Door(None, is_open=False), YES_BY_BOB, Rest(), NEVER_MIND)
    ],
}


@pytest.mark.parametrize("name", KNOWN)
async def test_in_an_order_that_once_went_wrong_it_goes_right(flow: Flow, name: str) -> None:
    await _run(flow, KNOWN[name])


STEPS = st.lists(SEEDS, min_size=4, max_size=8)


@settings(max_examples=12, **UNHURRIED)
@given(seeds=STEPS)
async def test_in_any_order_it_is_decided_once_and_never_against_a_no(
    flow: Flow, seeds: list[int]
) -> None:
    await _decides_rightly(flow, seeds)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
@settings(max_examples=400, **UNHURRIED)
@given(seeds=STEPS)
async def test_in_any_of_many_orders_it_is_decided_once_and_never_against_a_no(
    flow: Flow, seeds: list[int]
) -> None:
    await _decides_rightly(flow, seeds)


async def _decides_rightly(flow: Flow, seeds: list[int]) -> None:
    steps = [_step(seed) for seed in seeds]
    note(str(steps))
    end = await _run(flow, steps)
    event(str(end.outcome))


async def _run(flow: Flow, steps: list[Press | Door | Rest]) -> ApprovalStatus:
    """Let it happen, and hold it against what may be true afterwards."""
    assert isinstance(flow.directory, SlowDirectory)
    assert isinstance(flow.agent, SlowAgent)
    course = Course(flow, flow.directory, flow.agent)
    await course.begin()
    for step in steps:
        await course.take(step)
    end = await course.end()
    record = await Record.read(course)
    assert record.faults == 0
    _assert_decided_once(course, end, record)
    _assert_nothing_was_said_against_it(course, end, record)
    _assert_honoured(course, end)
    await _assert_told(course, end)
    return end


def _assert_decided_once(course: Course, end: ApprovalStatus, record: Record) -> None:
    ran = [call for call in course.agent.ran if call.approval == course.id]
    approved = end.outcome is Outcome.APPROVED
    assert len(ran) == len(record.ran) == approved
    assert end.execution is (Execution.DONE if approved else Execution.NOT_STARTED)
    assert end.outcome in {
        *(Outcome.APPROVED, Outcome.REJECTED),
        *(Outcome.CHANGES_REQUESTED, Outcome.WITHDRAWN),
    }


def _assert_nothing_was_said_against_it(
    course: Course, end: ApprovalStatus, record: Record
) -> None:
    """Who said no before it ran was not allowed to, and is known not to be."""
    if end.outcome is not Outcome.APPROVED:
        return
    assert end.decision is not None
    for press, decision in course.pressed:
        if press.approve or record.signals[decision.id] > record.ran[0]:
            continue
        assert press.who is not Who.REQUESTER
        assert press.who not in ENTITLED
        after = record.signals[decision.id] > record.signals[end.decision.id]
        assert not (after and press.who in UNKNOWN)


def _assert_honoured(course: Course, end: ApprovalStatus) -> None:
    """Where nobody stood against it who may, or may be one who may, a yes in time counts."""
    presses = [it for it, _ in course.pressed if it is not LAST]
    valid = [it for it in presses if it.approve and not it.late and it.who in ENTITLED]
    against = [it for it in presses if not it.approve and it.who not in OUTSIDERS]
    often = [who for who in Who if len([it for it in presses if it.who is who]) > MOST_OF_ONE]
    if valid and not against and not often:
        assert end.outcome is Outcome.APPROVED


async def _assert_told(course: Course, end: ApprovalStatus) -> None:
    """Whoever pressed without deciding it was told why, once for each press."""
    for who in Who:
        person = course.person(who)
        mine = [it for it in course.pressed if it[0].who is who]
        silent = [it for it in mine if end.decision and it[1].id == end.decision.id]
        ephemerals = [it for it in course.flow.threads.ephemerals if it.to.user == person.user]
        assert len(ephemerals) == len(mine) - len(silent)
    late = {it.id for press, it in course.pressed if press.late}
    for refused in end.refused:
        if refused.why is Refusal.TOO_LATE:
            assert refused.decision is not None
            assert refused.decision.id in late
    if end.decision is not None:
        assert end.decision.id not in late
