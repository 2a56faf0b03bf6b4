"""Reads pages of Temporal's visibility, where approvals and grants are found."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from workflows.contracts.decisions import Stop
from workflows.listing.rows import GrantRow, Page, PendingApproval, grants_of

TIMEOUT = timedelta(seconds=2)
"""Slack gives a listener three seconds to acknowledge."""
PAGE = 100
MOST_CONVERSATIONS = 20
"""Conversations that are looked at, of whatever a query finds."""
STOPS = {
    WorkflowExecutionStatus.TERMINATED: Stop.TERMINATED,
    WorkflowExecutionStatus.CANCELED: Stop.CANCELED,
    WorkflowExecutionStatus.TIMED_OUT: Stop.TIMED_OUT,
    WorkflowExecutionStatus.FAILED: Stop.FAILED,
}
"""How Temporal calls an end by force."""


async def read_page(temporal: Client, query: str | None, token: bytes | None, size: int) -> Page:
    """A page of approvals in the store's own order, newest first; no query finds nothing."""
    if query is None:
        return Page((), None)
    found, next_token = await _fetch(temporal, query, token, size)
    return Page([await _row(it) for it in found], next_token)


async def read_grants(temporal: Client, query: str | None) -> Sequence[GrantRow]:
    """Eligibility permissions, newest first."""
    if query is None:
        return ()
    found, _ = await _fetch(temporal, query, None, MOST_CONVERSATIONS)
    rows = [row for it in found for row in grants_of(it.id, await it.memo())]
    return sorted(rows, key=lambda row: row.grant.at, reverse=True)


async def read_ids(temporal: Client, query: str) -> Sequence[str]:
    """The ids of all that a query finds."""
    found = temporal.list_workflows(query, page_size=PAGE, rpc_timeout=TIMEOUT)
    return [it.id async for it in found]


async def newest(temporal: Client, query: str | None) -> Sequence[str]:
    """The ids of the newest workflows that a query finds."""
    found, _ = await _fetch(temporal, query, None, MOST_CONVERSATIONS) if query else ((), None)
    return [it.id for it in found]


async def parents(temporal: Client, query: str | None) -> Sequence[str]:
    """Who began them, newest first."""
    found, _ = await _fetch(temporal, query, None, MOST_CONVERSATIONS) if query else ((), None)
    return [it.parent_id for it in found if it.parent_id]


def how_ended(execution: WorkflowExecution) -> Stop | None:
    """By what it was ended by force; None while it runs, and where it ended by itself."""
    return STOPS.get(execution.status) if execution.status else None


def chain_of(execution: WorkflowExecution) -> str:
    """The run with which a chain of runs began, each of which renewed the one before."""
    return execution.raw_info.first_run_id


async def _fetch(
    temporal: Client, query: str, token: bytes | None, size: int
) -> tuple[Sequence[WorkflowExecution], bytes | None]:
    found = temporal.list_workflows(
        query, page_size=size, next_page_token=token, rpc_timeout=TIMEOUT
    )
    await found.fetch_next_page()
    return found.current_page or (), found.next_page_token or None


async def _row(execution: WorkflowExecution) -> PendingApproval:
    return PendingApproval.from_memo(
        execution.id,
        execution.start_time,
        await execution.memo(),
        is_open=execution.status is WorkflowExecutionStatus.RUNNING,
        stop=how_ended(execution),
    )
