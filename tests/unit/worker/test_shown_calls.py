"""Calls that nobody is asked about are shown, and no call waits for that or fails because of it."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from tests.support.builders import NOON, a_call, a_status
from tests.support.fakes import FakeAgent, FakePolicy, FakeThreads
from worker import shown_calls
from worker.shown_calls import ShownReviews, ShownTools
from worker.surface import Surface, Surfaces
from worker.turns import TurnSteps
from workflows.contracts.activity_inputs import Batch, ReviewQuery
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import SLACK, Call, Origin, ToolResult
from workflows.contracts.rules import Ruling, Verdict

LOOK = a_call().model_copy(update={"tool": "look"})
ACT = a_call().model_copy(update={"tool": "act"})


class ShowingSurface(Surface, FakeThreads):
    """A surface that notes what it shows, or fails as a test says."""

    kind = SLACK

    def __init__(self, agent: FakeAgent) -> None:
        FakeThreads.__init__(self)
        self.agent = agent
        self.shown: list[tuple[str, str, datetime, int]] = []
        """What was shown, its words, its moment, and how many calls had run by then."""
        self.fails: BaseException | None = None
        self.hangs = False

    async def link(self, origin: Origin) -> str:
        return origin.id

    async def show_approval(self, status: ApprovalStatus, card: Card) -> Card:
        del status
        return card

    async def show_batch(self, batch: Batch) -> str:
        return batch.ts

    async def show_call(self, call: Call, at: datetime, arguments: str) -> None:
        await self._note(call.tool, arguments, at)

    async def show_result(self, call: Call, at: datetime, result: ToolResult) -> None:
        del call
        await self._note(f"ok={result.ok}", result.text, at)

    async def _note(self, what: str, words: str, at: datetime) -> None:
        self.shown.append((what, words, at, len(self.agent.ran)))
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails


@pytest.fixture
def agent() -> FakeAgent:
    return FakeAgent()


@pytest.fixture
def surface(agent: FakeAgent) -> ShowingSurface:
    return ShowingSurface(agent)


def an_activity() -> ActivityEnvironment:
    within = ActivityEnvironment()
    within.info = replace(within.info, scheduled_time=NOON)
    return within


async def run(agent: FakeAgent, surface: ShowingSurface, call: Call = LOOK) -> ToolResult:
    tools = ShownTools(agent, Surfaces([surface]), lambda call: f"masked {call.id}")
    return await an_activity().run(tools.run_tool, call)


async def test_a_free_call_is_shown_before_it_runs_and_its_result_after(
    agent: FakeAgent, surface: ShowingSurface
) -> None:
    result = await run(agent, surface)
    asked, answered = surface.shown
    assert asked == ("look", "masked call_1", NOON, 0)
    assert answered == ("ok=True", result.text, NOON, 1)


async def test_a_call_that_was_asked_for_is_shown_by_its_approval(
    agent: FakeAgent, surface: ShowingSurface
) -> None:
    await run(agent, surface, LOOK.model_copy(update={"approval": "approval-1"}))
    assert (len(agent.ran), surface.shown) == (1, [])


@pytest.mark.parametrize(
    "failure",
    [ApplicationError("gone", non_retryable=True), ConnectionError(), ZeroDivisionError()],
)
async def test_a_call_runs_although_it_cannot_be_shown(
    agent: FakeAgent, surface: ShowingSurface, failure: Exception
) -> None:
    surface.fails = failure
    assert (await run(agent, surface)).ok


async def test_a_call_does_not_wait_for_a_surface_that_hangs(
    agent: FakeAgent, surface: ShowingSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_calls, "SHOW_SECONDS", 0)
    surface.hangs = True
    assert (await run(agent, surface)).ok


async def test_a_worker_without_the_surface_runs_the_call(agent: FakeAgent) -> None:
    tools = ShownTools(agent, Surfaces([]), lambda call: call.arguments)
    assert (await an_activity().run(tools.run_tool, LOOK)).ok


async def reviewed(
    agent: FakeAgent, surface: ShowingSurface, policy: FakePolicy, call: Call = ACT
) -> None:
    surfaces = Surfaces([surface])
    steps = TurnSteps(agent.describe, agent, policy, surfaces)
    reviews = ShownReviews(steps, surfaces, lambda call: call.id)
    await an_activity().run(reviews.review_call, ReviewQuery(call=call))


async def test_a_call_that_is_denied_is_shown_with_the_reason(
    agent: FakeAgent, surface: ShowingSurface
) -> None:
    policy = FakePolicy()
    policy.rulings = [Ruling(verdict=Verdict.DENY, because="Not on Sundays.")]
    await reviewed(agent, surface, policy)
    asked, answered = surface.shown
    assert asked[:2] == ("act", "call_1")
    assert answered[0] == "ok=False"
    assert "Not on Sundays." in answered[1]


async def test_a_call_that_cannot_be_made_ready_is_shown_with_the_problem(
    agent: FakeAgent, surface: ShowingSurface
) -> None:
    await reviewed(agent, surface, FakePolicy(), ACT.model_copy(update={"arguments": "no"}))
    assert "JSON object" in surface.shown[1][1]


async def test_a_call_that_people_are_asked_about_is_left_to_its_approval(
    agent: FakeAgent, surface: ShowingSurface
) -> None:
    await reviewed(agent, surface, FakePolicy())
    assert surface.shown == []


async def test_slack_threads_show_no_calls_of_their_own(agent: FakeAgent) -> None:
    class Quiet(ShowingSurface):
        show_call = Surface.show_call
        show_result = Surface.show_result

    quiet = Quiet(agent)
    await run(agent, quiet)
    await quiet.show_automatic(a_status())
    assert quiet.shown == []
