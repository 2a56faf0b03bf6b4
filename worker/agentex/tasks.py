"""Tasks of AgentEx: answers, tool calls and their results, and how approvals stand."""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.agentex.messages import TaskMessages
from countersign.agentex.origin import KIND
from countersign.messages.notices import in_markdown
from countersign.slack.directory import Directory
from countersign.tools.text import cut_mark, encodable
from worker.agentex.approvals import approval_text, has_ended, response
from worker.agentex.failures import asking_about
from worker.agentex.notices import in_task
from worker.mentions import Mentions
from worker.surface import Surface
from workflows.contracts.activity_inputs import Batch, EphemeralMessage, Reply, StatusLine
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Call, Origin, ToolResult
from workflows.contracts.decisions import Execution

TEXT_LIMIT = 100_000
"""Bytes of one message."""
MARK_ROOM = 100
NEXT = timedelta(milliseconds=1)
"""AgentEx sorts messages by the millisecond in which they were created."""
NO_SUMMARY = "-"

log = structlog.get_logger(__name__)


class AgentexTasks(Surface):
    """Tasks of a real backend, or of what stands in for one.

    Where AgentEx has no such task any more, that is final and logged once.
    """

    kind = KIND

    def __init__(self, messages: TaskMessages, directory: Directory, ui_url: str = "") -> None:
        """`directory` names people whom the model mentions; `ui_url` is that of AgentEx's page."""
        self._messages = messages
        self._mentions = Mentions(directory)
        self._ui_url = ui_url

    async def post_reply(self, reply: Reply) -> None:
        """See `SurfaceActivities`."""
        text = in_markdown(reply, in_task)
        if not _can_be_seen(text) and reply.otherwise is not None:
            text = in_task(reply.otherwise)
        if _can_be_seen(text):
            named = await self._mentions.named(text)
            await self._say(reply.origin, named, reply.at or _scheduled(), again=reply.again)

    async def show_status(self, status: StatusLine) -> None:
        """See `SurfaceActivities`. AgentEx's page shows by itself that a task is under way."""

    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """See `SurfaceActivities`. Whoever may read the task may read this, too."""
        await self._say(ephemeral.origin, in_task(ephemeral.notice), _scheduled())

    async def link(self, origin: Origin) -> str:
        """See `Surface`: AgentEx's page with the task open."""
        if not self._ui_url:
            return ""
        query = urlencode({"agent_name": origin.team, "task_id": origin.id})
        return f"{self._ui_url}/?{query}"

    async def show_approval(self, status: ApprovalStatus, card: Card) -> Card:
        """See `Surface`: a call of the tool, a line that is kept true, and at the end a result."""
        shown = status.model_copy(update={"card": card})
        try:
            line = await self._show_line(shown, is_new=status.card is None)
            if has_ended(shown):
                await self._answer(shown)
        except ApplicationError as error:
            if not error.non_retryable or not card.ts:
                raise
            problems = dict.fromkeys((*card.problems, f"task: {error.type}"))
            return card.model_copy(update={"problems": tuple(problems)})
        return card.model_copy(update={"line": line})

    async def show_batch(self, batch: Batch) -> str:
        """See `Surface`. Each approval has its own line, which says all there is to say."""
        return batch.ts or NO_SUMMARY

    async def show_call(self, call: Call, at: datetime, arguments: str) -> None:
        """See `Surface`."""
        await self._request(call, _id_at(call, at), at, arguments, again=_is_retry())

    async def show_result(self, call: Call, at: datetime, result: ToolResult) -> None:
        """See `Surface`."""
        id_ = _id_at(call, at)
        await self._respond(call, id_, at + NEXT, result, again=_is_retry())

    async def show_automatic(self, status: ApprovalStatus) -> None:
        """See `Surface`."""
        await self._request(
            status.call, _id(status), status.request.asked_at, status.shown.arguments, again=True
        )
        await self._answer(status)

    async def _show_line(self, status: ApprovalStatus, *, is_new: bool) -> str:
        """Have the line say how it stands, after the call that it is about; the message's id."""
        origin, request, text = status.origin, status.request, bounded(approval_text(status))
        line = status.card.line if status.card else ""
        again = _is_retry() or not is_new
        if not line:
            arguments, at = request.prepared.arguments, request.asked_at
            await self._request(request.call, _id(status), at, arguments, again=again)
            line = await self._say(origin, text, at + NEXT, again=again, mark=status.id)
        if again:
            with asking_about(origin):
                await self._messages.rewrite(origin.id, line, text)
        return line

    async def _answer(self, status: ApprovalStatus) -> None:
        """What came of a call that was approved, or was not."""
        at = max(status.ended_at or status.request.asked_at, status.request.asked_at) + NEXT * 2
        is_ok = status.execution in {Execution.DONE, Execution.PASSED_ON}
        result = ToolResult(ok=is_ok, text=response(status))
        await self._respond(status.call, _id(status), at, result, again=True)

    async def _say(
        self, origin: Origin, text: str, at: datetime, *, again: bool = False, mark: str = ""
    ) -> str:
        again = again or _is_retry()
        with asking_about(origin):
            return await self._messages.say(origin.id, bounded(text), at, again=again, mark=mark)

    async def _request(
        self, call: Call, id_: str, at: datetime, arguments: str, *, again: bool
    ) -> None:
        with asking_about(call.origin):
            await self._messages.request(
                call.origin.id, id_, call.tool, _object(arguments), at, again=again
            )

    async def _respond(
        self, call: Call, id_: str, at: datetime, result: ToolResult, *, again: bool
    ) -> None:
        text, is_error = bounded(result.text), not result.ok
        with asking_about(call.origin):
            await self._messages.respond(
                call.origin.id, id_, call.tool, text, is_error, at, again=again
            )


def _can_be_seen(text: str) -> bool:
    """Whether there is more than spaces and characters that show nothing."""
    return any(unicodedata.category(char)[0] not in "CZ" for char in text)


def bounded(text: str) -> str:
    """As much of a text as AgentEx is given, with a mark that says what is missing."""
    whole = encodable(text)
    data = whole.encode()
    if len(data) <= TEXT_LIMIT:
        return whole
    kept = data[: TEXT_LIMIT - MARK_ROOM].decode(errors="ignore")
    return f"{kept}\n\n{cut_mark(len(whole) - len(kept), len(whole))}"


def _object(arguments: str) -> dict[str, object]:
    """Arguments as AgentEx takes them: an object, whatever they are."""
    try:
        read: Any = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return {"unreadable": bounded(arguments)}
    return dict(read) if isinstance(read, Mapping) else {"unreadable": bounded(arguments)}


def _id(status: ApprovalStatus) -> str:
    """Id of a call that was asked for; the call's own may come again in another turn."""
    return f"{status.id}/{status.request.call.id}"


def _id_at(call: Call, at: datetime) -> str:
    """The same of a call that nobody was asked about."""
    return f"{call.id}/{int(at.timestamp() * 1000)}"


def _scheduled() -> datetime:
    """When the activity was asked for: the same in each of its tries."""
    return activity.info().scheduled_time


def _is_retry() -> bool:
    return activity.info().attempt > 1
