"""What a vote depends on, asked at once; each part says by itself what could not be found out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.agents.mcp.errors import ServerAwayError
from tests.support.builders import ANYBODY, BOB, a_call
from tests.support.fakes import FakeAgent, FakeDirectory, FakePolicy
from worker.vote_checks import VoteChecks
from workflows.contracts.activities import LifecycleActivities
from workflows.contracts.activity_inputs import (
    EligibilityQuery,
    Recount,
    Recounted,
    VoteCheck,
    VoteFacts,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import Stop, Unchecked
from workflows.contracts.rules import Ruling, Verdict

CALL = a_call().model_copy(update={"arguments": '{"n": 1}'})
QUERY = EligibilityQuery(people=(BOB,), rule=ANYBODY)
EDIT = VoteCheck(edited=CALL)
RECOUNT = Recount(call=CALL, prepared=Prepared(digest="d"), counted=1.0, rule="anybody")
EVERYTHING = VoteCheck(
    query=QUERY, call=CALL, recount=RECOUNT, edited=CALL, conversation="conversation-1"
)


class Lifecycle(LifecycleActivities):
    """Knows of one conversation how it ended."""

    end = ""
    is_down = False

    @activity.defn
    async def how_conversation_ended(self, workflow_id: str) -> str:
        if self.is_down:
            raise ConnectionError("no Temporal")
        return self.end

    @activity.defn
    async def ended_approvals(self, ids: tuple[str, ...]) -> tuple[ApprovalStatus, ...]:
        raise NotImplementedError

    @activity.defn
    async def report_end(self, status: ApprovalStatus) -> bool:
        raise NotImplementedError

    @activity.defn
    async def sweep(self) -> int:
        raise NotImplementedError


class Shop(FakeAgent):
    """A tool whose preview may fail, hang or be impossible."""

    answer: Prepared | Exception | None = Prepared(digest="d")

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer


@dataclass
class Known:
    """All who are asked, and what they are asked through."""

    shop: Shop = field(default_factory=Shop)
    policy: FakePolicy = field(default_factory=FakePolicy)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)

    async def check(self, what: VoteCheck, seconds: float = 10) -> VoteFacts:
        checks = VoteChecks(self.shop, self.policy, self.directory, self.lifecycle)
        within = ActivityEnvironment()
        within.info = replace(
            within.info,
            scheduled_time=datetime.now(UTC),
            schedule_to_close_timeout=timedelta(seconds=seconds),
        )
        return await within.run(checks.check_vote, what)

    async def unchecked(self, what: VoteCheck, seconds: float = 10) -> ApplicationError:
        with pytest.raises(ApplicationError) as raised:
            await self.check(what, seconds)
        return raised.value


async def test_what_is_not_asked_is_not_answered() -> None:
    assert await Known().check(VoteCheck()) == VoteFacts()


async def test_everything_is_answered_in_one_go() -> None:
    known = Known()
    known.lifecycle.end = Stop.TERMINATED
    facts = await known.check(EVERYTHING)
    assert facts.eligibilities is not None
    assert [it.user for it in facts.eligibilities] == [BOB.user]
    assert facts.prepared == Prepared(digest="d")
    assert facts.edited == Prepared(digest="d")
    assert facts.ruling is not None
    assert facts.recounted == Recounted(total=1.0)
    assert facts.conversation_end == Stop.TERMINATED


BREAKS: dict[Unchecked, Callable[[Known], None]] = {
    Unchecked.IDENTITY: lambda it: setattr(it.directory, "down", True),
    Unchecked.PREVIEW: lambda it: setattr(it.shop, "answer", KeyError("a bug in the tool")),
    Unchecked.POLICY: lambda it: setattr(it.policy, "down", True),
    Unchecked.TOTAL: lambda it: setattr(it.policy, "is_uncounted", True),
    Unchecked.CONVERSATION: lambda it: setattr(it.lifecycle, "is_down", True),
}


@pytest.mark.parametrize("what", BREAKS)
async def test_whatever_fails_is_named(what: Unchecked) -> None:
    known = Known()
    BREAKS[what](known)
    assert (await known.unchecked(EVERYTHING)).type == what


@pytest.mark.parametrize("seconds", [0.2, -1])
@pytest.mark.parametrize("check", [VoteCheck(call=CALL), EDIT])
async def test_what_hangs_is_named_before_the_time_is_over(
    check: VoteCheck, seconds: float
) -> None:
    known = Known()
    known.shop.answer = None
    async with asyncio.timeout(5):
        error = await known.unchecked(check, seconds)
    assert error.type == Unchecked.PREVIEW
    assert not error.non_retryable


async def test_whether_and_when_to_try_again_is_said_by_who_failed() -> None:
    known, pause = Known(), timedelta(seconds=7)
    known.shop.answer = ApplicationError("busy", non_retryable=True, next_retry_delay=pause)
    error = await known.unchecked(VoteCheck(call=CALL))
    assert (error.message, error.non_retryable, error.next_retry_delay) == ("busy", True, pause)


@pytest.mark.parametrize("check", [VoteCheck(query=QUERY, call=CALL), EDIT])
async def test_a_server_that_is_away_is_an_answer_beside_the_others(check: VoteCheck) -> None:
    known = Known()
    known.shop.answer = ServerAwayError("deploys", "it is stopped")
    with capture_logs() as logs:
        facts = await known.check(check)
    assert (facts.away, facts.prepared, facts.edited) == ("deploys", None, None)
    assert (facts.eligibilities is not None) is (check.query is not None)
    (line,) = logs
    assert (line["log_level"], line["approval"]) == (
        "warning",
        ActivityEnvironment().info.workflow_id,
    )
    assert "it is stopped" in line["why"]


async def test_an_edited_call_is_judged_as_it_was_made_ready() -> None:
    known = Known()
    known.shop.answer = Prepared(reason="stock is low")
    known.policy.rulings = [Ruling(verdict=Verdict.DENY, because="too much")]
    facts = await known.check(EDIT)
    assert facts.ruling == Ruling(verdict=Verdict.DENY, because="too much")
    (query,) = known.policy.queries
    assert (query.call, query.prepared.reason) == (CALL, "stock is low")


async def test_an_edited_call_that_is_impossible_is_not_judged() -> None:
    known = Known()
    known.shop.answer = Prepared(problem="Sold out.")
    facts = await known.check(EDIT)
    assert (facts.edited, facts.ruling) == (Prepared(problem="Sold out."), None)
    assert known.policy.queries == []
