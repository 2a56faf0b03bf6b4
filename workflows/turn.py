"""One turn of a conversation: a message, what the agent makes of it, and the answer."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ChildWorkflowError

with workflow.unsafe.imports_passed_through():
    from agents import Agent, Runner, RunResult, RunState, ToolApprovalItem
    from agents.exceptions import AgentsException
    from temporalio.openai_agents.workflow import AgentsWorkflowError

    from workflows.activities import AgentActivities, ThreadActivities
    from workflows.agent import MAX_TURNS, RUN_CONFIG, build_agent
    from workflows.approval import (
        HEARTBEAT,
        SLACK_CALL,
        TOOL_CALL,
        TOOL_RETRIES,
        ApprovalWorkflow,
    )
    from workflows.contracts import (
        APPROVAL_ALPHABET,
        APPROVAL_ID_LENGTH,
        APPROVAL_PREFIX,
        ApprovalRequest,
        ApprovalStatus,
        Call,
        Message,
        Outcome,
        Reply,
        Thread,
        ThreadStatus,
        ToolSpec,
    )
    from workflows.failures import apology
    from workflows.listing import approval_memo
    from workflows.memory import Item, noted, said, window
    from workflows.search import attributes
    from workflows.words import (
        MODEL_CONFUSED,
        canned,
        done_note,
        rejection_for_model,
        result_for_model,
        stopped_for_model,
        waiting_note,
    )

THINKING = "is thinking…"
ACTIVITY_CALL = timedelta(seconds=30)
STATUS_CALL = timedelta(seconds=3)
"""A status line that is late is worse than none."""
REPLY_PATIENCE = timedelta(hours=6)


@dataclass
class Talk:
    """What the turns of one conversation share.

    One turn at a time has the floor. A turn that waits for people gives it up, so that
    others are answered meanwhile, and takes it again to go on.
    """

    thread: Thread
    items: list[Item]
    floor: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: dict[str, str] = field(default_factory=dict)
    """What is being waited for: approval id to a line in plain words."""


class Turn:
    """What one message leads to, however long that takes."""

    def __init__(self, talk: Talk, message: Message, number: int) -> None:
        self._talk = talk
        self._message = message
        self._number = number
        self._settled: dict[str, ApprovalStatus] = {}
        """Approvals of this turn by the id of the tool call."""

    async def take(self) -> None:
        """Answer the message. Whatever fails, something is said."""
        answer = canned(self._message)
        if answer is None:
            try:
                answer = await self._think()
            except (AgentsException, AgentsWorkflowError, ActivityError) as error:
                workflow.logger.exception("The agent's run failed")
                self._talk.items.extend(noted(done_note(it)) for it in self._settled.values())
                answer = apology(error, tuple(self._settled.values()))
        await self._reply(answer)

    async def _think(self) -> str:
        """Run the agent until it has an answer, waiting for people where it needs them."""
        async with self._talk.floor:
            agent, _ = await asyncio.gather(self._build_agent(), self._show(THINKING))
            given = [*window(self._talk.items), *self._notes(), said(self._message.text)]
            self._talk.items.append(said(self._message.text))
            result = await self._run(agent, given)
        while result.interruptions:
            state = result.to_state()
            await asyncio.gather(*(self._settle(state, item) for item in result.interruptions))
            async with self._talk.floor:
                await self._show(THINKING)
                result = await self._run(agent, state)
        self._talk.items.extend(_plain(item) for item in result.to_input_list()[len(given) :])
        return str(result.final_output or "").strip() or MODEL_CONFUSED

    async def _build_agent(self) -> Agent[None]:
        spec = await workflow.execute_activity_method(
            AgentActivities.describe_agent,
            start_to_close_timeout=ACTIVITY_CALL,
            heartbeat_timeout=HEARTBEAT,
        )
        return build_agent(spec, self._run_tool)

    def _notes(self) -> list[Item]:
        waiting = tuple(self._talk.waiting.values())
        return [noted(waiting_note(waiting))] if waiting else []

    async def _run(self, agent: Agent[None], given: list[Any] | RunState[None]) -> RunResult:
        return await Runner.run(agent, given, max_turns=MAX_TURNS, run_config=RUN_CONFIG)

    async def _run_tool(self, tool: ToolSpec, call_id: str, arguments: str) -> str:
        """Run a free tool. A guarded one has already run, under its approval."""
        if tool.needs_approval:
            return result_for_model(self._settled[call_id])
        await self._show(tool.status)
        result = await workflow.execute_activity_method(
            AgentActivities.run_tool,
            self._call(tool.name, call_id, arguments),
            start_to_close_timeout=TOOL_CALL,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=TOOL_RETRIES,
            summary=tool.name,
        )
        return result.text

    async def _settle(self, state: RunState[None], item: ToolApprovalItem) -> None:
        """Have one guarded call decided, and tell the run."""
        call = self._call(str(item.name), str(item.call_id), str(item.arguments))
        prepared = await workflow.execute_activity_method(
            AgentActivities.prepare_call,
            call,
            start_to_close_timeout=ACTIVITY_CALL,
            heartbeat_timeout=HEARTBEAT,
        )
        if prepared.problem:
            state.reject(item, rejection_message=prepared.problem)
            return
        request = ApprovalRequest(call=call, prepared=prepared, asked_at=workflow.now())
        try:
            status = await self._ask(request)
        except ChildWorkflowError:
            workflow.logger.warning("An approval was ended by force", exc_info=True)
            state.reject(item, rejection_message=stopped_for_model())
            return
        self._settled[call.id] = status
        if status.outcome is Outcome.APPROVED:
            state.approve(item)
        else:
            state.reject(item, rejection_message=rejection_for_model(status))

    async def _ask(self, request: ApprovalRequest) -> ApprovalStatus:
        """Start the approval's own workflow and wait for its end."""
        rng = workflow.random()
        letters = "".join(rng.choice(APPROVAL_ALPHABET) for _ in range(APPROVAL_ID_LENGTH))
        approval_id = APPROVAL_PREFIX + letters
        call = request.call.model_copy(update={"approval": approval_id})
        request = request.model_copy(update={"call": call})
        self._talk.waiting[approval_id] = f"{request.prepared.summary} ({approval_id})"
        try:
            return await workflow.execute_child_workflow(
                ApprovalWorkflow.run,
                request,
                id=approval_id,
                parent_close_policy=workflow.ParentClosePolicy.TERMINATE,
                memo=approval_memo(ApprovalStatus(id=approval_id, request=request)),
                search_attributes=attributes(request),
                static_summary=request.prepared.summary[:200],
            )
        finally:
            del self._talk.waiting[approval_id]

    def _call(self, tool: str, call_id: str, arguments: str) -> Call:
        return Call(
            id=call_id,
            tool=tool,
            arguments=arguments,
            thread=self._talk.thread,
            requester=self._message.author,
        )

    async def _show(self, text: str) -> None:
        try:
            await workflow.execute_activity_method(
                ThreadActivities.show_status,
                ThreadStatus(thread=self._talk.thread, text=text),
                schedule_to_close_timeout=STATUS_CALL,
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError:
            workflow.logger.debug("The status line was not shown", exc_info=True)

    async def _reply(self, markdown: str) -> None:
        key = f"{workflow.info().workflow_id}/{self._number}"
        try:
            await workflow.execute_activity_method(
                ThreadActivities.post_reply,
                Reply(thread=self._talk.thread, key=key, markdown=markdown),
                start_to_close_timeout=SLACK_CALL,
                heartbeat_timeout=HEARTBEAT,
                schedule_to_close_timeout=REPLY_PATIENCE,
            )
        except ActivityError:
            workflow.logger.exception("Slack does not take the answer to %s", self._message.id)


def _plain(item: Any) -> Item:
    """An item as JSON, since a history must not depend on the SDK's classes."""
    return dict(item) if isinstance(item, dict) else item.model_dump(exclude_unset=True)
