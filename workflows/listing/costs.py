"""What approvals cost, as their memos have it, for totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, FiniteFloat, ValidationError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecution

from workflows.contracts.approvals import may_be_done
from workflows.contracts.decisions import Execution, Outcome
from workflows.listing.pages import PAGE, TIMEOUT

MOST = 1_000
"""Approvals that are counted for one total."""


class TooManyError(Exception):
    """More was asked than is counted."""


class UnreadableCostError(Exception):
    """The memo of an approval does not say what it costs. The text is its id."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one approval costs, in whole units of the currency; nothing if it is sure not to."""

    id: str
    asked_at: datetime
    amount: float

    @property
    def place(self) -> tuple[datetime, str]:
        """Sorts approvals by when they were asked for; no two have the same."""
        return self.asked_at, self.id


async def read_costs(temporal: Client, query: str) -> Sequence[Cost]:
    """Every approval that a query finds, newest first.

    Raises:
        TooManyError: there are more than `MOST`.
        UnreadableCostError: one of them does not say what it costs.
        RPCError: Temporal does not answer.
    """
    found = temporal.list_workflows(query, page_size=PAGE, limit=MOST + 1, rpc_timeout=TIMEOUT)
    costs = [await _cost(it) async for it in found]
    if len(costs) > MOST:
        raise TooManyError
    return costs


async def kept_for(temporal: Client) -> timedelta:
    """How long Temporal keeps approvals that have ended.

    Raises:
        RPCError: Temporal does not answer.
    """
    request = DescribeNamespaceRequest(namespace=temporal.namespace)
    found = await temporal.workflow_service.describe_namespace(request, timeout=TIMEOUT)
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


class _Memo(BaseModel, frozen=True):
    """What a memo says of a cost; one that leaves it out cannot be counted."""

    amount: FiniteFloat | None
    outcome: Outcome
    execution: Execution


async def _cost(found: WorkflowExecution) -> Cost:
    """The cost of one. What was ended by force counts as long as its memo leaves it open."""
    try:
        memo = _Memo.model_validate(await found.memo())
    except ValidationError as error:
        raise UnreadableCostError(found.id) from error
    is_open = may_be_done(memo.outcome, memo.execution)
    return Cost(found.id, found.start_time, (memo.amount or 0.0) if is_open else 0.0)
