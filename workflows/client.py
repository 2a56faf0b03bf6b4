"""The door to Temporal for everyone outside the worker: bot, command line and tests.

Workflows are named, not imported: importing them would pull the agent in, which costs a
stateless bot three seconds and 60 MiB.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dotenv import dotenv_values
from temporalio.client import Client, WorkflowFailureError, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from workflows.contracts import (
    APPROVAL_PREFIX,
    APPROVAL_WORKFLOW,
    CARD_LOST_SIGNAL,
    CONVERSATION_WORKFLOW,
    DECIDE_SIGNAL,
    SAY_SIGNAL,
    STATUS_QUERY,
    ApprovalStatus,
    Decision,
    Memory,
    Message,
    PendingApproval,
    Thread,
)
from workflows.search import TEAM

DEFAULT_ADDRESS = "127.0.0.1:7233"
RPC_TIMEOUT = timedelta(seconds=2)
"""Slack gives a listener three seconds to acknowledge."""
PAGE = 10
_APPROVAL_ID = re.compile(rf"{APPROVAL_PREFIX}[0-9a-z-]{{1,200}}")
_SLACK_ID = re.compile(r"[A-Z0-9]+")


class ApprovalNotFoundError(Exception):
    """There is no approval of this id here."""

    def __init__(self, approval_id: str) -> None:
        super().__init__(approval_id)
        self.approval_id = approval_id


class ApprovalClosedError(Exception):
    """The approval has ended. `status` is its end, or None if it could not be read."""

    def __init__(self, approval_id: str, status: ApprovalStatus | None) -> None:
        super().__init__(approval_id)
        self.approval_id = approval_id
        self.status = status


async def connect(**overrides: Any) -> Client:
    """Connect as Temporal's own `TEMPORAL_*` variables and profiles say, and `.env`.

    The worker brings a plugin, and the plugin its own converter, which writes the same JSON.

    Raises:
        RuntimeError: when no server answers at the address.
    """
    written = {key: value for key, value in dotenv_values(".env").items() if value is not None}
    config: dict[str, Any] = {
        "target_host": DEFAULT_ADDRESS,
        **ClientConfig.load_client_connect_config(override_env_vars={**written, **os.environ}),
    }
    if "plugins" not in overrides:
        overrides["data_converter"] = pydantic_data_converter
    return await Client.connect(**{**config, **overrides})


class Conversations:
    """Threads in which the agent takes part."""

    def __init__(self, temporal: Client, task_queue: str) -> None:
        self._temporal = temporal
        self._task_queue = task_queue

    async def start(self, thread: Thread, message: Message) -> None:
        """Hand the message to the thread's conversation, which is started if there is none."""
        await self._temporal.start_workflow(
            CONVERSATION_WORKFLOW,
            Memory(thread=thread),
            id=thread.workflow_id,
            task_queue=self._task_queue,
            start_signal=SAY_SIGNAL,
            start_signal_args=[message],
            rpc_timeout=RPC_TIMEOUT,
        )

    async def follow_up(self, thread: Thread, message: Message) -> bool:
        """Hand the message on if the agent takes part in this thread; say whether it does."""
        handle = self._temporal.get_workflow_handle(thread.workflow_id)
        try:
            await handle.signal(SAY_SIGNAL, message, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


@dataclass(frozen=True, slots=True)
class Page:
    """Some pending approvals, and the token of the next page or None."""

    rows: Sequence[PendingApproval]
    next_token: bytes | None


class Approvals:
    """Decisions that are asked of people."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def decide(self, approval_id: str, approve: bool, decision: Decision) -> None:
        """Hand a decision to its approval, durably. Whether it counts is decided there.

        Raises:
            ApprovalNotFoundError: there is no such approval.
            ApprovalClosedError: it has ended.
        """
        await self._signal(approval_id, DECIDE_SIGNAL, [approve, decision])

    async def card_lost(self, approval_id: str, card_ts: str) -> None:
        """Say that the card was deleted; an approval that has ended does not mind."""
        try:
            await self._signal(approval_id, CARD_LOST_SIGNAL, [card_ts])
        except (ApprovalNotFoundError, ApprovalClosedError):
            return

    async def status(self, approval_id: str) -> ApprovalStatus:
        """Everything the card shows, of an open approval or one that has ended.

        Raises:
            ApprovalNotFoundError: there is no such approval.
        """
        if not _APPROVAL_ID.fullmatch(approval_id):
            raise ApprovalNotFoundError(approval_id)
        handle = self._temporal.get_workflow_handle(approval_id)
        try:
            return await handle.query(
                STATUS_QUERY, result_type=ApprovalStatus, rpc_timeout=RPC_TIMEOUT
            )
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise ApprovalNotFoundError(approval_id) from error
            raise

    async def pending(self, team: str, token: bytes | None = None, size: int = PAGE) -> Page:
        """A page of what waits in this workspace, newest first: one visibility query."""
        if not _SLACK_ID.fullmatch(team):
            return Page((), None)
        found = self._temporal.list_workflows(
            f"WorkflowType = '{APPROVAL_WORKFLOW}' AND ExecutionStatus = 'Running' "
            f"AND {TEAM.name} = '{team}'",
            page_size=size,
            next_page_token=token,
            rpc_timeout=RPC_TIMEOUT,
        )
        await found.fetch_next_page()
        rows = [
            PendingApproval.from_memo(it.id, it.start_time, await it.memo())
            for it in found.current_page or ()
        ]
        rows.sort(key=lambda row: row.asked_at, reverse=True)
        return Page(rows, found.next_page_token or None)

    async def _signal(self, approval_id: str, name: str, args: Sequence[Any]) -> None:
        if not _APPROVAL_ID.fullmatch(approval_id):
            raise ApprovalNotFoundError(approval_id)
        handle = self._temporal.get_workflow_handle(approval_id)
        try:
            await handle.signal(name, args=args, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise await self._gone(approval_id) from error

    async def _gone(self, approval_id: str) -> ApprovalNotFoundError | ApprovalClosedError:
        """Which of the two it is; an end that cannot be read is still an end."""
        try:
            return ApprovalClosedError(approval_id, await self.status(approval_id))
        except ApprovalNotFoundError as error:
            return error
        except (RPCError, WorkflowQueryFailedError, WorkflowFailureError):
            return ApprovalClosedError(approval_id, None)
