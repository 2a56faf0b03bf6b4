"""The door to Temporal for everyone outside the worker: bot, command line and tests.

Workflows are named, not imported: importing them would pull the agent in, which costs a
stateless bot three seconds and 60 MiB.
"""

import asyncio
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from dotenv import dotenv_values
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows.agent_queues import AgentQueues
from workflows.approval.remains import read_remains
from workflows.contracts.activity_inputs import EarlierQuery
from workflows.contracts.approvals import ApprovalStatus, as_ended
from workflows.contracts.core import (
    APPROVAL_PREFIX,
    CARD_LOST_SIGNAL,
    CONVERSATION_WORKFLOW,
    DECIDE_SIGNAL,
    EDITED_SIGNAL,
    ENDED_PREFIX,
    ENDED_SIGNAL,
    ENDED_WORKFLOW,
    REVOKE_SIGNAL,
    SAY_SIGNAL,
    STATUS_QUERY,
    STOP_SIGNAL,
    Edit,
    Message,
    Origin,
    Person,
    StopRequest,
)
from workflows.contracts.decisions import Decision, Outcome, Stop
from workflows.conversation.memory import Memory
from workflows.listing.pages import (
    TIMEOUT,
    chain_of,
    how_ended,
    newest,
    parents,
    read_grants,
    read_ids,
    read_page,
)
from workflows.listing.queries import (
    all_approvals,
    approvals_for,
    cleaned_up,
    conversation_prefix,
    conversations_in,
    ended_by_force,
    grants_for,
    replacing,
)
from workflows.listing.rows import GrantRow, Listing, Page, Viewer
from workflows.listing.summaries import conversation_memo, conversation_summary

DEFAULT_ADDRESS = "127.0.0.1:7233"
RPC_TIMEOUT = TIMEOUT
MENTION_SECONDS = 60
"""How soon after the beginning of a thread a reply may be to a mention that is still to come.
Slack keeps no order, but delivers within seconds what it delivers at all."""
GOES_ON_SECONDS = 7 * 24 * 3_600
"""How old a thread may be with which a message goes on that was said outside of it."""
WORKER_PATIENCE = 0.8
"""Seconds for a worker to say how an approval stood that was ended by force; then its history
has to do."""
REPLACED = frozenset({Outcome.CHANGES_REQUESTED, Outcome.SUPERSEDED, Outcome.WITHDRAWN})
"""Ends after which something newer may be asked."""
PAGE = 10
"""Rows of an operator's page."""
LIST_PAGE = 5
"""Rows of a page in Slack, each with its buttons."""
_APPROVAL_ID = re.compile(rf"{APPROVAL_PREFIX}[0-9a-z-]{{1,200}}")
_CONVERSATION_ID = re.compile(r"conversation(-[A-Za-z0-9.]{1,64}){2,12}")


def is_missing(error: RPCError) -> bool:
    """Whether Temporal has no such workflow. Without its namespace, it has only been asked badly.

    What is missing is taken for gone, and its card loses its buttons.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return False
    return not any("NamespaceNotFound" in it.type_url for it in error.grpc_status.details)


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


class ConversationNotFoundError(Exception):
    """There is no conversation of this id here, or it has ended."""

    def __init__(self, workflow_id: str) -> None:
        super().__init__(workflow_id)
        self.workflow_id = workflow_id


async def connect(**overrides: Any) -> Client:
    """Connect as Temporal's own `TEMPORAL_*` variables and profiles say, and `.env`.

    The worker brings a plugin, and the plugin its own converter, which writes the same JSON.

    Raises:
        RuntimeError: no server answers at the address, or it does not want us.
        ValueError: the settings contradict each other, or the address is none.
        OSError: a file that they name cannot be read.
    """
    if "plugins" not in overrides:
        overrides["data_converter"] = pydantic_data_converter
    config = {**_connect_config(), **overrides}
    if "://" in config["target_host"]:
        raise ValueError("invalid target URL: it has a scheme")  # the SDK only warns
    return await Client.connect(**config)


def temporal_address() -> str:
    """Where Temporal is looked for; its default if the settings cannot be read."""
    try:
        return _connect_config()["target_host"]
    except (RuntimeError, ValueError, OSError):
        return os.environ.get("TEMPORAL_ADDRESS") or DEFAULT_ADDRESS


def _connect_config() -> dict[str, Any]:
    written = {key: value for key, value in dotenv_values(".env").items() if value is not None}
    return {
        "target_host": DEFAULT_ADDRESS,
        **ClientConfig.load_client_connect_config(override_env_vars={**written, **os.environ}),
    }


class ConversationEndedError(Exception):
    """The conversation is over, and is not begun anew."""

    def __init__(self, workflow_id: str) -> None:
        super().__init__(workflow_id)
        self.workflow_id = workflow_id


class Conversations:
    """Threads and tasks in which the agent takes part."""

    def __init__(self, temporal: Client, agents: AgentQueues) -> None:
        self._temporal = temporal
        self.agents = agents

    async def start(self, origin: Origin, message: Message, *, anew: bool = True) -> None:
        """Hand a message to its conversation, which is started if there is none.

        Args:
            origin: where it was said.
            message: what was said.
            anew: whether one begins anew that has come to its end. One that was ended by force
                always does.

        Raises:
            ConversationEndedError: it has come to its end.
        """
        await self._begin(Memory(origin=origin), message, anew=anew)

    async def open(self, origin: Origin) -> None:
        """Begin a conversation in which nothing was said yet; done twice, it is done once.

        Raises:
            ConversationEndedError: it has come to its end.
        """
        await self._begin(Memory(origin=origin), anew=False)

    async def stop(self, origin: Origin, request: StopRequest) -> bool:
        """Have the agent leave off what it is at; False if there is no conversation (any more)."""
        return await self._signal(origin, STOP_SIGNAL, request)

    async def follow_up(self, origin: Origin, message: Message) -> bool:
        """Hand on what was not said to the bot, if it takes part in this thread; whether it does.

        A reply may come before the mention that began its thread, so one that was written soon
        after it waits for that. A conversation that was ended by force is begun anew.
        """
        if await self._signal(origin, SAY_SIGNAL, message):
            return True
        if message.ts == origin.id:
            return False  # no reply; whoever begins a thread begins it with a mention
        if await self.how_ended(origin.workflow_id) not in {None, Stop.GONE}:
            await self.start(origin, message)
            return True
        if float(message.ts) - float(origin.id) > MENTION_SECONDS:
            return False
        await self._begin(Memory(origin=origin, listening=True), message)
        return True

    async def edited(self, origin: Origin, edit: Edit) -> bool:
        """Say that words were changed, if the agent takes part in this thread; whether it does.

        What was handed on to another thread is said there.
        """
        if await self._signal(origin, EDITED_SIGNAL, edit):
            return True
        onward = await self._handed_on(origin)
        return onward is not None and await self._signal(onward, EDITED_SIGNAL, edit)

    async def _handed_on(self, origin: Origin) -> Origin | None:
        """Where a conversation that has ended left its first message to be answered."""
        latest = await self._described(origin.workflow_id)
        if latest is None or latest.status is not WorkflowExecutionStatus.COMPLETED:
            return None
        handle = self._temporal.get_workflow_handle(origin.workflow_id, result_type=Origin)
        return await handle.result(rpc_timeout=RPC_TIMEOUT)

    async def how_ended(self, workflow_id: str, run_id: str = "") -> Stop | None:
        """How a conversation ended; None while it runs, also in a later run of its chain.

        A thread's conversation that was ended by force is begun anew by the next message, and
        knows of nothing that came before. With the id of a run, that run's chain is meant.
        """
        latest = await self._described(workflow_id)
        if latest is None:
            return Stop.GONE
        if not run_id or run_id == latest.run_id or how_ended(latest):
            return how_ended(latest)
        meant = await self._described(workflow_id, run_id)
        if meant is None or chain_of(meant) == chain_of(latest):
            return None
        return how_ended(meant) or Stop.TERMINATED

    async def how_asker_ended(self, approval_id: str, workflow_id: str) -> Stop | None:
        """How the conversation ended that asked for an approval."""
        asked = await self._described(approval_id)
        is_child = asked is not None and asked.parent_id == workflow_id
        run_id = asked.parent_run_id if asked and is_child else None
        return await self.how_ended(workflow_id, run_id or "")

    async def _described(
        self, workflow_id: str, run_id: str | None = None
    ) -> WorkflowExecutionDescription | None:
        handle = self._temporal.get_workflow_handle(workflow_id, run_id=run_id)
        try:
            return await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if is_missing(error):
                return None
            raise

    async def _begin(
        self, memory: Memory, message: Message | None = None, *, anew: bool = True
    ) -> None:
        id_ = memory.origin.workflow_id
        reuse = WorkflowIDReusePolicy
        try:
            await self._temporal.start_workflow(
                CONVERSATION_WORKFLOW,
                memory,
                id=id_,
                task_queue=await self._task_queue(memory.origin),
                memo=conversation_memo(memory.origin, message),
                static_summary=conversation_summary(memory.origin, message),
                id_reuse_policy=(
                    reuse.ALLOW_DUPLICATE if anew else reuse.ALLOW_DUPLICATE_FAILED_ONLY
                ),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal=SAY_SIGNAL if message else None,
                start_signal_args=[message] if message else [],
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError as error:
            raise ConversationEndedError(id_) from error

    async def _task_queue(self, origin: Origin) -> str:
        """Where the agent works that began the conversation, else the one that answers there."""
        latest = await self._described(origin.workflow_id) if self.agents.names else None
        if latest and self.agents.serves(latest.task_queue):
            return latest.task_queue
        return self.agents.at(origin.channel)

    async def earlier(self, query: EarlierQuery) -> Origin | None:
        """The conversation in the same room of Slack that a new one goes on with: two queries.

        The one of their newest request that waits, if that is meant, else the latest.
        """
        origin, by = query.origin, query.by
        prefix = conversation_prefix(origin.team, origin.channel)
        ids: Sequence[str] = ()
        if query.of_a_request:
            waiting = all_approvals(origin.team, requester=by.user)
            ids = [id_ for id_ in await parents(self._temporal, waiting) if id_.startswith(prefix)]
        if not ids:
            found = conversations_in(origin.team, origin.channel)
            ids = sorted(await newest(self._temporal, found), key=_ts, reverse=True)
        since, until = float(origin.id) - GOES_ON_SECONDS, float(origin.id)
        ts = next((_ts(id_) for id_ in ids if since < float(_ts(id_)) < until), None)
        return origin.model_copy(update={"id": ts}) if ts else None

    async def report_end(self, status: ApprovalStatus) -> bool:
        """Tell the conversation that asked how an approval ended; False if there is none."""
        return await self._signal(status.origin, ENDED_SIGNAL, status)

    async def _signal(
        self, origin: Origin, name: str, argument: Message | Edit | StopRequest | ApprovalStatus
    ) -> bool:
        """Whether there is somebody to hear it."""
        handle = self._temporal.get_workflow_handle(origin.workflow_id)
        try:
            await handle.signal(name, argument, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True

    async def revoke(self, workflow_id: str, grant_id: str, by: Person) -> None:
        """Ask for a standing permission to be taken back. The conversation decides who may.

        Raises:
            ConversationNotFoundError: there is none of this id; its permissions ended with it.
        """
        if not _CONVERSATION_ID.fullmatch(workflow_id):
            raise ConversationNotFoundError(workflow_id)
        handle = self._temporal.get_workflow_handle(workflow_id)
        try:
            await handle.signal(REVOKE_SIGNAL, args=[grant_id, by], rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if is_missing(error):
                raise ConversationNotFoundError(workflow_id) from error
            raise

    async def grants(self, team: str, viewer: Viewer) -> Sequence[GrantRow]:
        """The standing permissions that somebody may see, newest first: one visibility query."""
        return await read_grants(self._temporal, grants_for(team, viewer))


class Approvals:
    """Decisions that are asked of people."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    @property
    def namespace(self) -> str:
        """Temporal's namespace in which they are."""
        return self._temporal.namespace

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
        """Everything the card shows, of an open approval or one that has ended, however it did.

        A query is answered also for what no longer runs, and says what was last. So both are
        asked at once: how it stands, and whether it runs.

        Raises:
            ApprovalNotFoundError: there is no such approval.
        """
        handle = self._handle(approval_id)
        said = asyncio.create_task(_answer(handle))
        try:
            found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
            return await self._as_it_is(handle, found, said)
        except RPCError as error:
            if is_missing(error):
                raise ApprovalNotFoundError(approval_id) from error
            raise
        finally:
            said.cancel()

    async def runs(self, approval_id: str) -> bool:
        """Whether its workflow still runs.

        Raises:
            ApprovalNotFoundError: there is no such approval.
        """
        try:
            found = await self._handle(approval_id).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if is_missing(error):
                raise ApprovalNotFoundError(approval_id) from error
            raise
        return found.status is WorkflowExecutionStatus.RUNNING

    async def clean_up(self, approval_id: str) -> None:
        """Have a worker show everywhere that an approval was ended by force, and say so, once.

        Raises:
            ApprovalNotFoundError: there is no such approval.
        """
        try:
            found = await self._handle(approval_id).describe(rpc_timeout=RPC_TIMEOUT)
            if how_ended(found):  # else it has shown and told everything itself
                await self._clean_up(approval_id, found.task_queue)
        except RPCError as error:
            if is_missing(error):
                raise ApprovalNotFoundError(approval_id) from error
            raise

    async def sweep(self, task_queue: str, since: datetime) -> int:
        """The same for all of an installation that nobody has noticed yet; how many those are."""
        ended = await read_ids(self._temporal, ended_by_force(task_queue, since))
        known = await read_ids(self._temporal, cleaned_up(task_queue, since)) if ended else ()
        new = [id_ for id_ in ended if ENDED_PREFIX + id_ not in known]
        for id_ in new:
            await self._clean_up(id_, task_queue)
        return len(new)

    async def _clean_up(self, approval_id: str, task_queue: str) -> None:
        with suppress(WorkflowAlreadyStartedError):
            await self._temporal.start_workflow(
                ENDED_WORKFLOW,
                approval_id,
                id=ENDED_PREFIX + approval_id,
                task_queue=task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )

    async def find(
        self, listing: Listing, token: bytes | None = None, size: int = LIST_PAGE
    ) -> Page:
        """A page of a list, newest first: one visibility query."""
        return await read_page(self._temporal, approvals_for(listing), token, size)

    async def pending(
        self,
        team: str | None,
        token: bytes | None = None,
        size: int = PAGE,
        tool: str = "",
        requester: str = "",
        task_queue: str = "",
    ) -> Page:
        """A page of all that waits, of one workspace or of every one, for an operator."""
        query = all_approvals(team, tool, requester, task_queue)
        return await read_page(self._temporal, query, token, size)

    def _handle(self, approval_id: str) -> WorkflowHandle[Any, ApprovalStatus]:
        if not _APPROVAL_ID.fullmatch(approval_id):
            raise ApprovalNotFoundError(approval_id)
        return self._temporal.get_workflow_handle(approval_id, result_type=ApprovalStatus)

    async def _as_it_is(
        self,
        handle: WorkflowHandle[Any, ApprovalStatus],
        found: WorkflowExecutionDescription,
        said: asyncio.Task[ApprovalStatus | Exception],
    ) -> ApprovalStatus:
        if stop := how_ended(found):
            return as_ended(await self._last_of(found, said), stop, found.close_time)
        if found.status is WorkflowExecutionStatus.COMPLETED:
            return await self._replaced(await handle.result(rpc_timeout=RPC_TIMEOUT))
        answer = await said
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _last_of(
        self, found: WorkflowExecutionDescription, said: asyncio.Task[ApprovalStatus | Exception]
    ) -> ApprovalStatus:
        """The last state of what no longer runs, as a worker knows it or as it is recorded."""
        done, _ = await asyncio.wait({said}, timeout=WORKER_PATIENCE)
        answer = said.result() if done else None
        if isinstance(answer, ApprovalStatus):
            return answer
        return await read_remains(self._temporal, found)

    async def _replaced(self, status: ApprovalStatus) -> ApprovalStatus:
        """With the approval that took its place, which was asked for only after its end."""
        if status.outcome not in REPLACED:
            return status
        found = await read_page(self._temporal, replacing(status.id), None, 1)
        if not found.rows:
            return status
        by = found.rows[0]
        return status.model_copy(update={"replaced_by": by.id, "replaced_at": by.permalink})

    async def _signal(self, approval_id: str, name: str, args: Sequence[Any]) -> None:
        handle = self._handle(approval_id)
        try:
            await handle.signal(name, args=args, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if not is_missing(error):
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


def _ts(workflow_id: str) -> str:
    """When a thread began, by the id of its conversation."""
    return workflow_id.rpartition("-")[2]


async def _answer(
    handle: WorkflowHandle[Any, ApprovalStatus],
) -> ApprovalStatus | Exception:
    """What a worker says of an approval, or why none does."""
    try:
        return await handle.query(STATUS_QUERY, result_type=ApprovalStatus, rpc_timeout=RPC_TIMEOUT)
    except (RPCError, WorkflowQueryFailedError) as error:
        return error
