"""A rule counts what was split, wherever it was asked: a policy with real Temporal under it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from temporalio import activity
from temporalio.client import Client

from countersign.runtime.waiting import Waiting
from tests.flows.flow import Flow, act, at_work
from tests.support.builders import ALICE, BOB, a_call, a_prepared, a_request, a_thread
from tests.support.fakes import FakeAgent, FakePolicy
from tests.support.scripted_model import Answer, Script, calls, says
from tests.unit.policy.policies import InMemoryDirectory
from worker.policy import PolicyFile, open_policy
from worker.totals import TemporalTotals, Totals, TotalsAwayError, UncountableError
from workflows.contracts.activity_inputs import AskedHere, PolicyQuery, Recount, Recounted
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import APPROVAL_WORKFLOW, Call, Difference, Prepared
from workflows.contracts.decisions import Execution, Outcome, Verb
from workflows.contracts.rules import Ruling
from workflows.digest import TOTAL
from workflows.listing import costs
from workflows.listing.pages import read_page
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import attributes

DAY = timedelta(days=1)

POLICY = """
version: 1
deny:
  - {name: over-9000, tool: act, when: total_today > 9000, because: That is too much for a day.}
rules:
  - name: more-than-4000
    tool: act
    when: total_today > 4000
    approvers: {users: [U0BOB, U0CAROL]}
    quorum: 2
    edit: true
  - {name: small, tool: act, when: total_today <= 50, auto_approve: true}
  - {name: orders, tool: act, approvers: {users: [U0BOB]}, edit: true, always: true}
"""


class Shop(FakeAgent):
    """An agent whose acts cost as much as their number says."""

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        prepared = await super().prepare_call(call)
        digits = "".join(it for it in call.arguments if it.isdigit())
        return prepared.model_copy(update={"amount": float(digits)})


class Company(FakePolicy):
    """The policy from a file."""

    file: PolicyFile

    @activity.defn
    async def judge(self, query: PolicyQuery) -> Ruling:
        self.queries.append(query)
        return await self.file.judge(query)

    @activity.defn
    async def recount(self, recount: Recount) -> Recounted:
        return await self.file.recount(recount)


@dataclass
class Office(Flow):
    """A flow whose policy counts."""

    agent: FakeAgent = field(default_factory=Shop)
    policy: FakePolicy = field(default_factory=Company)

    @property
    def totals(self) -> TemporalTotals:
        return TemporalTotals(self.temporal, self.queue)

    async def listed(self, count: int, outcome: Outcome | None = None) -> None:
        """Wait until Temporal lists so many approvals, with this outcome: it takes a moment."""
        query = f"WorkflowType = 'ApprovalWorkflow' AND TaskQueue = '{self.queue}'"
        rows = []
        for _ in range(500):
            rows = (await read_page(self.temporal, query, None, 100)).rows
            if len([it for it in rows if outcome in {None, it.outcome}]) == count:
                return
        raise AssertionError(f"listed: {rows}")

    async def ask_elsewhere(self, known: int) -> ApprovalStatus:
        """Ask in a thread of its own, once what was asked before is listed; the card."""
        await self.listed(known)
        self.thread = a_thread()
        return self.cards.of(await self.ask())


@asynccontextmanager
async def office(
    temporal: Client,
    path: Path,
    *answers: Answer,
    totals: Totals | None = None,
    policy: str = POLICY,
) -> AsyncGenerator[Office]:
    file = path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    flow, company = Office(temporal, Script(*answers)), Company()
    specs = {tool.name: tool for tool in (await flow.agent.describe()).tools}
    company.file = await open_policy(file, specs, InMemoryDirectory(), Waiting(pause=0))
    company.file.count_by(totals or flow.totals)
    flow.policy = company
    async with at_work(flow):
        yield flow


def rules(flow: Office, ids: Sequence[str]) -> list[tuple[str, float | None]]:
    """Under which rule each was asked, and what it came to."""
    requests = [flow.cards.of(id_).request for id_ in ids]
    return [(it.rule.name, it.total) for it in requests]


async def test_what_is_split_over_five_threads_meets_the_rule_for_the_whole(
    temporal: Client, tmp_path: Path
) -> None:
    async with office(temporal, tmp_path, *(act(1000) for _ in range(5))) as flow:
        cards = [await flow.ask_elsewhere(known) for known in range(5)]

        assert [(it.request.rule.name, it.request.total) for it in cards] == [
            ("orders", 1000),
            ("orders", 2000),
            ("orders", 3000),
            ("orders", 4000),
            ("more-than-4000", 5000),
        ]


async def test_what_was_approved_counts_and_what_was_not_does_not(
    temporal: Client, tmp_path: Path
) -> None:
    answers = [act(1000), says("Done."), act(2000), says("No."), act(3000), says("No."), act(500)]
    async with office(temporal, tmp_path, *answers) as flow:
        approved = await flow.ask_elsewhere(0)
        await flow.vote(approved.id)
        await flow.settled(approved.id)
        rejected = await flow.ask_elsewhere(1)
        await flow.vote(rejected.id, approve=False)
        await flow.settled(rejected.id)
        withdrawn = await flow.ask_elsewhere(2)
        await flow.vote(withdrawn.id, ALICE, approve=False, verb=Verb.WITHDRAW)
        await flow.settled(withdrawn.id)
        await flow.listed(1, Outcome.REJECTED)
        await flow.listed(1, Outcome.WITHDRAWN)

        last = await flow.ask_elsewhere(3)

        assert (last.request.rule.name, last.request.total) == ("orders", 1500)


async def test_what_failed_does_not_count_and_what_may_have_been_done_does(
    temporal: Client, tmp_path: Path
) -> None:
    async with office(temporal, tmp_path, act(1000), says("No."), act(700), act(600)) as flow:
        flow.agent.fails = "Out of stock."
        failed = await flow.ask_elsewhere(0)
        await flow.vote(failed.id)
        assert (await flow.settled(failed.id)).execution is Execution.FAILED
        await flow.listed(0, Outcome.PENDING)
        ended = await flow.ask_elsewhere(1)
        assert ended.request.total == 700
        await temporal.get_workflow_handle(ended.id).terminate()

        assert (await flow.ask_elsewhere(2)).request.total == 1300


async def test_other_people_are_not_counted(temporal: Client, tmp_path: Path) -> None:
    async with office(temporal, tmp_path, act(1000), act(900)) as flow:
        await flow.ask_elsewhere(0)
        await flow.listed(1)
        flow.thread = a_thread()
        carol = ALICE.model_copy(update={"user": "U0CAROL", "name": "carol"})

        card = flow.cards.of(await flow.ask(who=carol))

        assert card.request.total == 900


async def test_calls_of_one_answer_count_each_other_in_order(
    temporal: Client, tmp_path: Path
) -> None:
    async with office(temporal, tmp_path, act(1000, 1500, 1100, 600)) as flow:
        await flow.say("four things")

        requests = [flow.cards.of(id_).request for id_ in await flow.asked(4)]

        asked = sorted(requests, key=lambda it: it.total or 0)
        assert [(it.call.arguments, it.rule.name, it.total) for it in asked] == [
            ('{"n": 1000}', "orders", 1000),
            ('{"n": 1500}', "orders", 2500),
            ('{"n": 1100}', "orders", 3600),
            ('{"n": 600}', "more-than-4000", 4200),
        ]


async def test_what_runs_without_asking_counts_too(temporal: Client, tmp_path: Path) -> None:
    answers = [act(30), act(15), act(10)]
    async with office(temporal, tmp_path, *answers) as flow:
        card = flow.cards.of(await flow.ask())  # only the third is asked for

        assert [call.arguments for call in flow.agent.ran] == ['{"n": 30}', '{"n": 15}']
        assert (card.request.rule.name, card.request.total) == ("orders", 55)


async def test_an_edit_is_judged_with_its_own_amount(temporal: Client, tmp_path: Path) -> None:
    async with office(temporal, tmp_path, act(1000), act(2000)) as flow:
        await flow.ask_elsewhere(0)
        card = await flow.ask_elsewhere(1)

        await flow.vote(card.id, BOB, arguments='{"n": 3100}')

        edited = await flow.counted(card.id, 1)
        assert edited.in_force.name == "more-than-4000"
        assert edited.outcome is Outcome.PENDING


async def test_what_could_not_be_counted_when_it_was_asked_is_asked_anew(
    temporal: Client, tmp_path: Path
) -> None:
    blind = Blind()
    answers = [act(3000), act(2000), says("Done."), says("Done.")]
    async with office(temporal, tmp_path, *answers, totals=blind) as flow:
        blind.totals = flow.totals
        first, second = await flow.ask_elsewhere(0), await flow.ask_elsewhere(1)
        assert [it.request.total for it in (first, second)] == [3000, 2000]
        await flow.listed(2)
        blind.sees = True

        await flow.vote(second.id)

        assert (await flow.settled(second.id)).outcome is Outcome.SUPERSEDED
        (*_, anew) = await flow.asked(3)
        assert rules(flow, [anew]) == [("more-than-4000", 5000)]
        counted = Difference(name=TOTAL, before="2,000", after="5,000")
        assert flow.cards.of(second.id).drift == (counted,)
        assert flow.cards.of(anew).request.changes == (counted,)
        await flow.vote(first.id)
        assert (await flow.settled(first.id)).outcome is Outcome.APPROVED


async def test_a_list_that_does_not_answer_asks_nobody_and_says_so(
    temporal: Client, tmp_path: Path
) -> None:
    answers = [act(1000), says("Later.")]
    async with office(temporal, tmp_path, *answers, totals=Away()) as flow:
        await flow.say("please act")

        assert "nobody has been asked" in await flow.answered(seconds=60)
        await flow.say("cancel that")
        await flow.threads.until(lambda: "Later." in flow.threads.replies, 60)
        assert flow.cards.posted == 0
        assert flow.agent.ran == []


async def test_a_window_beyond_temporals_memory_denies_in_words(
    temporal: Client, tmp_path: Path
) -> None:
    weeks = POLICY.replace("version: 1", "version: 1\ntotals: {window: 52w}")
    async with office(temporal, tmp_path, act(1000), says("No."), policy=weeks) as flow:
        await flow.say("please act")

        assert await flow.answered() == "No."
        assert "Temporal forgets requests 1d after they end" in flow.outputs[-1]
        assert flow.cards.posted == 0


async def test_more_than_can_be_counted_is_denied(
    temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = Office(temporal, Script())
    monkeypatch.setattr(costs, "MOST", 2)
    requests = [await an_approval(flow) for _ in range(3)]
    await flow.listed(3)

    with pytest.raises(UncountableError, match="more than"):
        await flow.totals.costs_before(a_question(requests[0]), DAY)

    await end(flow, requests)


async def test_an_approval_that_does_not_say_what_it_costs_is_not_passed_over(
    temporal: Client,
) -> None:
    flow = Office(temporal, Script())
    requests = [await an_approval(flow), await an_approval(flow, amount=False)]
    await flow.listed(2)

    with pytest.raises(UncountableError, match="couldn't add up"):
        await flow.totals.costs_before(a_question(requests[0]), DAY)

    await end(flow, requests)


async def test_an_edit_does_not_count_what_it_replaces_and_a_recount_only_what_came_before(
    temporal: Client,
) -> None:
    flow = Office(temporal, Script())
    requests = [await an_approval(flow) for _ in range(3)]
    await flow.listed(3)

    here = (AskedHere(id="approval-unlisted", amount=7), AskedHere(id=requests[0].id, amount=9))
    question = a_question(requests[1]).model_copy(update={"asked_here": here})

    assert sorted(await flow.totals.costs_before(question, DAY)) == [7, 500, 500]
    assert await flow.totals.costs_ahead_of(requests[1].call, DAY) == [500]
    unlisted = requests[0].call.model_copy(update={"approval": "approval-unlisted"})
    with pytest.raises(TotalsAwayError):
        await flow.totals.costs_ahead_of(unlisted, DAY)

    await end(flow, requests)


async def an_approval(flow: Office, *, amount: bool = True) -> ApprovalStatus:
    """Start an approval for 500 that no worker takes up; or one that does not say for how much."""
    id_ = f"approval-{uuid4().hex[:12]}"
    call = a_call().model_copy(update={"approval": id_})
    prepared = a_prepared().model_copy(update={"amount": 500.0})
    request = a_request().model_copy(update={"call": call, "prepared": prepared})
    status = ApprovalStatus.pending(request)
    memo = approval_memo(status)
    await flow.temporal.start_workflow(
        APPROVAL_WORKFLOW,
        request,
        id=id_,
        task_queue=flow.queue,
        memo=memo if amount else {"tool": call.tool},
        search_attributes=attributes(request),
    )
    return status


def a_question(status: ApprovalStatus) -> PolicyQuery:
    return PolicyQuery(call=status.call, prepared=status.shown)


async def end(flow: Office, asked: Sequence[ApprovalStatus]) -> None:
    for it in asked:
        await flow.temporal.get_workflow_handle(it.id).terminate()


class Away:
    """Lists that do not answer."""

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:
        raise TotalsAwayError("UNAVAILABLE")

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:
        raise TotalsAwayError("UNAVAILABLE")


class Blind:
    """Lists that lag behind: at first nothing stands in them."""

    totals: Totals
    sees = False

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:
        return await self.totals.costs_before(query, window) if self.sees else ()

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:
        return await self.totals.costs_ahead_of(call, window)


async def test_a_request_that_gives_way_is_not_counted(temporal: Client, tmp_path: Path) -> None:
    async with office(temporal, tmp_path, act(3000)) as flow:
        old = await flow.ask()
        await flow.listed(1)
        flow.script.answers.append(calls(("act", f'{{"n": 2000, "replaces": "{old}"}}')))

        new = await flow.ask("make it 2000")

        assert flow.cards.of(new).request.rule.name == "orders"
        assert flow.cards.of(new).request.replaces == old


@pytest.mark.parametrize(("window", "is_told"), [("52w", True), ("1h", False)])
async def test_a_window_that_temporal_cannot_serve_is_found_at_the_start(
    temporal: Client, tmp_path: Path, window: str, is_told: bool
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY.replace("version: 1", f"version: 1\ntotals: {{window: {window}}}"))
    specs = {tool.name: tool for tool in (await FakeAgent().describe()).tools}
    policy = await open_policy(path, specs, InMemoryDirectory(), Waiting(pause=0))

    with capture_logs() as logged:
        await TemporalTotals(temporal, "any").check(policy.policy)

    assert [it["window"] for it in logged] == (["364d"] if is_told else [])
