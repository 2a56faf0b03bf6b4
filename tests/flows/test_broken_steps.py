"""Each step of a turn and of an approval breaks once; the thread and what waits in it live on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

import pytest
from agents import ModelResponse
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from tests.flows.flow import Flow, act, working
from tests.support.activity_faults import HUGE, Fault, FaultInjector, answer_of, steps_of
from tests.support.builders import ALICE, a_message, a_press, a_thread
from tests.support.scripted_model import Script, calls, says
from workflows.contracts.activities import LifecycleActivities
from workflows.contracts.core import Origin, Person
from workflows.contracts.decisions import Decision, Outcome, Verb

MODEL = "the model"
MANY = "show_batch"
"""The step that only several calls at once lead to."""
SELDOM = frozenset(LifecycleActivities.__abstractmethods__) | {"recount", "find_earlier"}
"""Steps that not every thread comes to: totals and direct messages have tests of their own."""
LATE = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED})
"""How a call ends that took too long; twenty threads at once are much for one server."""
PATIENCE = 60
MOST_PRESSES = 4
ASKED, MUCH = "please act", "please do much"
_NUMBERS = count()


class Player(Script):
    """Looks and acts if it is asked to, and then says that it is done; or breaks as armed."""

    def __init__(self, injector: FaultInjector) -> None:
        super().__init__()
        self._injector = injector

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        items: list[Any] = named["input"]
        last = max(place for place, item in enumerate(items) if item.get("role") == "user")
        text = str(items[last]["content"])
        if fault := self._injector.hit(MODEL, text):
            return says("x" * HUGE) if fault is Fault.HUGE else answer_of(fault)
        if any("output" in item for item in items[last:]):
            return says("It is done.")
        return self._answer(text)

    def _answer(self, text: str) -> ModelResponse:
        if text.startswith("wait"):
            return act(0)
        if text.startswith(ASKED):
            return calls(("look", '{"n": 1}'), ("act", '{"n": 1}'))
        return act(1, 2, 3, 4) if text.startswith(MUCH) else says("Here I am.")


def an_approver() -> Person:
    """Somebody by whom a look-up is told from those of other threads."""
    return Person(team="T0ACME", user=f"U0BOB{next(_NUMBERS):04}", name="bob")


@dataclass
class Case:
    """One thread in which one step breaks, and an approval that waits meanwhile."""

    flow: Flow
    injector: FaultInjector
    step: str
    thread: Origin = field(default_factory=a_thread)
    approver: Person = field(default_factory=an_approver)

    async def survive(self, faults: Sequence[Fault]) -> str:
        """Let the step break in these ways; what did not go on after that, if anything."""
        breaking = "before"
        try:
            await self._say("wait for me")
            await self._until(lambda: len(self._asked) == 1, "nobody was asked")
            for breaking in faults:
                await self._survive(breaking)
            await self._go_on(self._asked[0])
        except (AssertionError, TimeoutError, RPCError) as error:
            return f"{breaking}: {error!r}"
        return ""

    async def _survive(self, fault: Fault) -> None:
        words = (self.thread.id, self.approver.user)
        self.injector.arm(self.step, fault, *words)
        asked, told = len(self._asked), len(self._told)
        is_answered = self.step != "post_reply" or fault is Fault.UNFORESEEN

        await self._say(MUCH if self.step == MANY else ASKED)
        wanted = asked + (4 if self.step == MANY else 1)
        await self._until(
            lambda: len(self._told) > told or len(self._asked) == wanted, "not a word"
        )
        await asyncio.gather(*(self._decide(id_) for id_ in self._asked[asked:]))
        if is_answered:
            await self._until(lambda: len(self._told) > told, "the turn has no answer")
        if self.step not in SELDOM:
            await self._until(lambda: not self.injector.is_armed(*words), "it did not break")

    async def _go_on(self, sibling: str) -> None:
        told = len(self._told)
        await self._say("are you there?")
        await self._until(lambda: "Here I am." in self._told, "the next message has no answer")
        await self._decide(sibling)
        await self._until(lambda: len(self._told) > told + 1, "the sibling's turn has no answer")
        assert await self.flow.outcome(sibling) is Outcome.APPROVED
        assert await self.flow.failed_tasks(self.thread) == []

    async def _decide(self, id_: str) -> None:
        """The requester tries and asks for a reminder; then an approver presses until it counts."""
        await self._press(id_, a_press(ALICE))
        nudge = a_press(ALICE).model_copy(update={"verb": Verb.NUDGE})
        await _again(lambda: self.flow.approvals.decide(id_, False, nudge))
        for _ in range(MOST_PRESSES):
            if await self._press(id_, a_press(self.approver)):
                return
        raise AssertionError("an approval cannot be decided")

    async def _press(self, id_: str, press: Decision) -> bool:
        """Press Approve and wait for what comes of it: whether it is decided."""
        async with asyncio.timeout(PATIENCE):
            await _again(lambda: self.flow.approvals.decide(id_, True, press))
            while (counted := await self._counted(id_, press)) is None:  # noqa: ASYNC110 - an approval tells nobody but people
                await asyncio.sleep(0.3)
            return counted

    async def _counted(self, id_: str, press: Decision) -> bool | None:
        """Whether a press decided; None if nothing came of it yet."""
        with suppress(RPCError):  # a busy workflow answers later
            status = await self.flow.approvals.status(id_)
            if status.outcome is not Outcome.PENDING:
                return True
            if any(it.decision and it.decision.id == press.id for it in status.refused):
                return False
        return None

    async def _say(self, text: str) -> None:
        message = a_message(f"{text} ({self.thread.id})")
        await _again(lambda: self.flow.conversations.start(self.thread, message))

    async def _until(self, true: Callable[[], object], else_: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():  # noqa: ASYNC110 - of several fakes at once
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(else_) from None

    @property
    def _asked(self) -> Sequence[str]:
        shown = self.flow.cards.shown
        return list(dict.fromkeys(it.id for it in shown if it.origin.id == self.thread.id))

    @property
    def _told(self) -> Sequence[str]:
        return [it.markdown for it in self.flow.threads.posted if it.origin.id == self.thread.id]


async def _again(hand_over: Callable[[], Awaitable[None]]) -> None:
    """What Temporal does not take in time is delivered again, as Slack would."""
    while True:
        try:
            return await hand_over()
        except RPCError as error:
            if error.status not in LATE:
                raise


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([(Fault.FINAL,), (Fault.SHAPELESS,)], id="one in each"),
        pytest.param([tuple(Fault)], id="all in each", marks=pytest.mark.soak),
    ],
)
async def test_a_thread_survives_whichever_step_breaks(
    temporal: Client, faults: Sequence[Sequence[Fault]]
) -> None:
    """Each step breaks in one set of ways, in turns."""
    injector = FaultInjector()
    async with working(temporal, script=Player(injector), through=injector.wrap) as flow:
        steps = [MODEL, *(step for it in flow.activities for step in steps_of(it))]
        cases = [Case(flow, injector, step) for step in steps]
        ends = await asyncio.gather(*map(Case.survive, cases, cycle(faults)))

    assert {step: end for step, end in zip(steps, ends, strict=True) if end} == {}
