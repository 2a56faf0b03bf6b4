"""Steps of a turn that ask several parts of the worker, and what becomes of each part's failure."""

import asyncio

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError

from tests.support.builders import a_call, a_thread
from tests.support.fakes import FakeAgent, FakePolicy, FakeThreads
from worker import turns
from worker.turns import TurnSteps
from workflows.contracts.activity_inputs import PolicyQuery, ReviewQuery, StatusLine
from workflows.contracts.rules import POLICY_UNAVAILABLE, Ruling, Verdict

THINKING = StatusLine(origin=a_thread(), text="is thinking…")
ACT = a_call().model_copy(update={"tool": "act"})


class Mute(FakeThreads):
    """A thread whose status line cannot be shown, at once or ever."""

    hangs = False

    @activity.defn
    async def show_status(self, status: StatusLine) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        raise ConnectionError(status.text)


class Faulty(FakePolicy):
    """A policy with a bug."""

    @activity.defn
    async def judge(self, query: PolicyQuery) -> Ruling:
        raise ZeroDivisionError(query.call.tool)


def steps_of(
    agent: FakeAgent | None = None,
    policy: FakePolicy | None = None,
    threads: FakeThreads | None = None,
) -> TurnSteps:
    agent = agent or FakeAgent()
    return TurnSteps(agent.describe, agent, policy or FakePolicy(), threads or FakeThreads())


async def test_the_thread_is_told_before_the_agent_is_described() -> None:
    threads = FakeThreads()
    spec = await steps_of(threads=threads).start_thinking(THINKING)
    assert (threads.statuses, spec) == ([THINKING.text], await FakeAgent().describe())


@pytest.mark.parametrize("hangs", [False, True], ids=["fails", "hangs"])
async def test_an_agent_works_without_a_status_line(
    monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    monkeypatch.setattr(turns, "STATUS_SECONDS", 0)
    threads = Mute()
    threads.hangs = hangs
    spec = await steps_of(threads=threads).start_thinking(THINKING)
    assert spec == await FakeAgent().describe()


async def test_a_call_is_judged_as_it_was_made_ready() -> None:
    policy = FakePolicy()
    reviewed = await steps_of(policy=policy).review_call(ReviewQuery(call=ACT))
    assert [it.prepared for it in policy.queries] == [reviewed.prepared]
    assert reviewed.ruling.verdict is Verdict.ASK


async def test_a_call_with_a_problem_is_not_judged_and_would_be_denied() -> None:
    policy = FakePolicy()
    reviewed = await steps_of(policy=policy).review_call(
        ReviewQuery(call=ACT.model_copy(update={"arguments": ""}))
    )
    assert "JSON object" in reviewed.prepared.problem
    assert (policy.queries, reviewed.ruling.verdict) == ([], Verdict.DENY)


async def test_a_policy_that_cannot_say_now_is_told_from_a_call_that_cannot_be_made_ready() -> None:
    policy, agent = FakePolicy(), FakeAgent()
    policy.busy = 1
    with pytest.raises(ApplicationError) as away:
        await steps_of(policy=policy).review_call(ReviewQuery(call=ACT))
    assert (away.value.type, away.value.non_retryable) == (POLICY_UNAVAILABLE, False)
    assert away.value.details == ({"patience_seconds": 3_600},)

    agent.unpreparable.add(ACT.arguments)
    with pytest.raises(ApplicationError) as unprepared:
        await steps_of(agent).review_call(ReviewQuery(call=ACT))
    assert unprepared.value.type is None


@pytest.mark.parametrize("is_final", [True, False])
async def test_whatever_fails_in_the_policy_is_a_failure_of_the_policy(is_final: bool) -> None:
    policy = FakePolicy() if is_final else Faulty()
    policy.down = is_final
    with pytest.raises(ApplicationError) as failed:
        await steps_of(policy=policy).review_call(ReviewQuery(call=ACT))
    assert (failed.value.type, failed.value.non_retryable) == (POLICY_UNAVAILABLE, is_final)
