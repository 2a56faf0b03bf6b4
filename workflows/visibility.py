"""Reads pages of Temporal's visibility, where approvals and grants are found."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from workflows.listing import GrantRow, Page, PendingApproval, grants_of

TIMEOUT = timedelta(seconds=2)
"""Slack gives a listener three seconds to acknowledge."""
MOST_CONVERSATIONS = 20
"""Conversations whose standing permissions are read."""


async def read_page(temporal: Client, query: str | None, token: bytes | None, size: int) -> Page:
    """A page of approvals in the store's own order, newest first; no query finds nothing."""
    if query is None:
        return Page((), None)
    found, next_token = await _fetch(temporal, query, token, size)
    return Page([await _row(it) for it in found], next_token)


async def read_grants(temporal: Client, query: str | None) -> Sequence[GrantRow]:
    """Standing permissions, newest first."""
    if query is None:
        return ()
    found, _ = await _fetch(temporal, query, None, MOST_CONVERSATIONS)
    rows = [row for it in found for row in grants_of(it.id, await it.memo())]
    return sorted(rows, key=lambda row: row.grant.at, reverse=True)


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
    )
