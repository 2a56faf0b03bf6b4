"""What calls cost together: how it is added up, and what the policy does with it."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from countersign.policy.totals import total
from countersign.runtime.waiting import Waiting
from tests.support.builders import STRANGER, a_prepared, a_status, from_elsewhere
from tests.unit.policy.policies import TOOLS, Counted, InMemoryDirectory, a_policy, an_order, faults
from worker.policy import PolicyFile, open_policy
from worker.totals import TotalsAwayError, UncountableError
from workflows.contracts.activity_inputs import PolicyQuery, Recount, Recounted
from workflows.contracts.approvals import ApprovalStatus, may_be_done
from workflows.contracts.decisions import Execution, Outcome
from workflows.contracts.rules import POLICY_UNAVAILABLE, Outage, Verdict

POLICY = """
version: 1
totals: {window: 7d}
rules:
  - name: over-5000
    tool: place_order
    when: total_today > 5000
    approvers: {users: [U0BOB, U0CAROL]}
    quorum: 2
  - {name: orders, tool: place_order, approvers: {users: [U0BOB, U0CAROL]}, expires_after: 2h}
  - {name: cancellations, tool: cancel_order, approvers: {users: [U0BOB]}}
"""


@pytest.mark.parametrize(
    ("costs", "together"),
    [
        ([], 0.0),
        ([1_000.0] * 5, 5_000.0),
        ([0.1] * 3, 0.3),
        ([1_666.66, 1_666.67, 1_666.67], 5_000.0),
        ([1e9, 0.01, 0.01], 1_000_000_000.02),
        ([5_000.0, -4_000.0], 5_000.0),
    ],
)
def test_costs_are_added_up_in_cents_and_nothing_lowers_them(
    costs: list[float], together: float
) -> None:
    assert total(costs) == together


def test_what_waits_was_done_or_may_have_been_done_counts() -> None:
    counted = {
        (outcome, execution)
        for outcome in Outcome
        for execution in Execution
        if may_be_done(outcome, execution)
    }
    unsure = (Execution.RUNNING, Execution.UNKNOWN, Execution.PASSED_ON)
    uncertain = {(outcome, it) for outcome in Outcome for it in unsure}
    open_ = {(it, Execution.NOT_STARTED) for it in (Outcome.PENDING, Outcome.APPROVED)}
    done = {(it, Execution.DONE) for it in (Outcome.PENDING, Outcome.APPROVED)}
    assert counted == uncertain | open_ | done


def test_a_total_is_a_number_that_only_this_tools_conditions_need() -> None:
    policy = a_policy(POLICY.replace("version: 1\n", ""))
    assert policy.needs("place_order").total
    assert not policy.needs("cancel_order").total
    assert policy.window == timedelta(days=7)
    (fault,) = faults(POLICY.replace("> 5000", "== 'much'"))
    assert (fault.rule, fault.field) == ("rule over-5000", "when")


def test_a_total_that_is_not_known_denies() -> None:
    ruling = a_policy(POLICY.replace("version: 1\n", "")).judge(an_order())
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)
    assert "the call has no `total_today`" in ruling.because


@pytest.mark.parametrize("window", ["0h", "53w", "a day", "24"])
def test_a_window_is_a_span_of_time(window: str) -> None:
    (fault,) = faults(POLICY.replace("7d", window))
    assert fault.field == "totals.window"


async def counting(
    folder: Path, totals: Counted, directory: InMemoryDirectory | None = None
) -> PolicyFile:
    file = folder / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    policy = await open_policy(file, TOOLS, directory or InMemoryDirectory(), Waiting(pause=0))
    policy.count_by(totals)
    return policy


def a_query(
    amount: float | None = 1_000, tool: str = "place_order", status: ApprovalStatus | None = None
) -> PolicyQuery:
    call = (status or a_status()).request.call.model_copy(update={"tool": tool})
    return PolicyQuery(call=call, prepared=a_prepared().model_copy(update={"amount": amount}))


@pytest.mark.parametrize("status", [a_status(), from_elsewhere(a_status(), STRANGER)])
async def test_a_call_is_judged_with_those_before_it(
    tmp_path: Path, status: ApprovalStatus
) -> None:
    totals = Counted(1_000, 3_000)
    policy = await counting(tmp_path, totals)

    five, more = [await policy.judge(a_query(it, status=status)) for it in (1_000, 1_000.01)]

    assert [(it.rule and it.rule.name, it.total) for it in (five, more)] == [
        ("orders", 5_000),
        ("over-5000", 5_000.01),
    ]
    assert totals.asked == [("place_order", timedelta(days=7))] * 2


async def test_nothing_is_counted_that_no_rule_asks_for(tmp_path: Path) -> None:
    totals = Counted()
    policy = await counting(tmp_path, totals)

    assert (await policy.judge(a_query(tool="cancel_order"))).verdict is Verdict.ASK
    assert (await policy.judge(a_query(None))).verdict is Verdict.DENY
    assert (await policy.judge(a_query(float("inf")))).verdict is Verdict.DENY
    assert totals.asked == []


async def test_a_list_that_does_not_answer_is_asked_again_as_long_as_a_rule_waits(
    tmp_path: Path,
) -> None:
    policy = await counting(tmp_path, Counted(error=TotalsAwayError("UNAVAILABLE")))

    with pytest.raises(ApplicationError) as unavailable:
        await policy.judge(a_query())

    assert unavailable.value.type == POLICY_UNAVAILABLE
    assert not unavailable.value.non_retryable
    outage = Outage.model_validate(unavailable.value.details[0])
    assert (outage.cause, outage.patience_seconds) == ("UNAVAILABLE", 86_400)
    assert "couldn't add up what was asked for before" in outage.because
    with pytest.raises(ApplicationError, match="UNAVAILABLE"):
        await policy.recount(a_recount())


async def test_what_cannot_be_counted_is_denied_in_words(tmp_path: Path) -> None:
    policy = await counting(tmp_path, Counted(error=UncountableError("There are too many.")))

    ruling = await policy.judge(a_query())

    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)
    assert ruling.because == "There are too many."


async def test_before_it_is_connected_nothing_that_counts_is_judged(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    policy = await open_policy(file, TOOLS, InMemoryDirectory(), Waiting(pause=0))

    with pytest.raises(ApplicationError, match="not connected"):
        await policy.judge(a_query())


def a_recount(counted: float = 1_000, rule: str = "orders") -> Recount:
    query = a_query()
    return Recount(call=query.call, prepared=query.prepared, counted=counted, rule=rule)


@pytest.mark.parametrize(
    ("before", "alike", "asks_slack"),
    [((), True, False), ((4_000.0,), True, True), ((2_000.0, 2_000.01), False, True)],
)
async def test_more_than_was_known_matters_if_another_rule_asks_for_it(
    tmp_path: Path, before: tuple[float, ...], *, alike: bool, asks_slack: bool
) -> None:
    directory = InMemoryDirectory()
    policy = await counting(tmp_path, Counted(*before), directory)
    directory.asked.clear()

    recounted = await policy.recount(a_recount())

    assert recounted == Recounted(total=1_000 + sum(before), is_ruled_alike=alike)
    assert bool(directory.asked) is asks_slack
