"""One turn of a conversation: a message, what the agent makes of it, and the answer."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from agents import Agent, Runner, RunResult, RunState, ToolApprovalItem
    from agents.exceptions import AgentsException
    from temporalio.openai_agents.workflow import AgentsWorkflowError

    from workflows.activities import AgentActivities, ThreadActivities
    from workflows.agent import MAX_TURNS, RUN_CONFIG, build_agent
    from workflows.approvals import ApprovalStatus
    from workflows.asking import Asking
    from workflows.batch import LARGEST_WITHOUT, Summary
    from workflows.contracts import Call, Message, ToolSpec
    from workflows.errands import Reply, ThreadStatus
    from workflows.failures import apology
    from workflows.interjections import Interjection
    from workflows.memory import Item, noted, said, window
    from workflows.patience import ACTIVITY_CALL, HEARTBEAT, SLACK_CALL, TOOL_CALL, TOOL_RETRIES
    from workflows.talk import Talk
    from workflows.verdicts import done_note, result_for_model, waiting_note
    from workflows.words import MODEL_CONFUSED, canned, granted_note

THINKING = "is thinking…"
STATUS_CALL = timedelta(seconds=3)
"""A status line that is late is worse than none."""
REPLY_PATIENCE = timedelta(hours=6)


class Turn:
    """What one message leads to, however long that takes."""

    def __init__(self, talk: Talk, message: Message, number: int, *, by_policy: bool) -> None:
        self._talk = talk
        self._message = message
        self._number = number
        self._by_policy = by_policy
        self._asking = Asking(talk, by_policy=by_policy)
        self._settled: dict[str, ApprovalStatus] = {}
        """Approvals of this turn by the id of the tool call."""
        self._batches = 0

    async def take(self) -> None:
        """Answer the message. Whatever fails, something is said."""
        if self._by_policy and await Interjection(self._talk, self._message).handle():
            return
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
            await self._settle_all(state, result.interruptions)
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
        waiting = tuple(
            f"{request.prepared.summary} ({id_})" for id_, request in self._talk.waiting.items()
        )
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

    async def _settle_all(self, state: RunState[None], items: Sequence[ToolApprovalItem]) -> None:
        """Have the guarded calls of one model answer decided side by side."""
        summary = None
        if self._by_policy and len(items) > LARGEST_WITHOUT:
            self._batches += 1
            key = f"{workflow.info().workflow_id}/{self._number}/{self._batches}"
            calls = [str(item.call_id) for item in items]
            summary = Summary(self._talk.thread, key, calls)
        shown = asyncio.create_task(summary.keep_true()) if summary else None
        await asyncio.gather(*(self._settle(state, item, summary) for item in items))
        if shown:
            await shown
        await self._tell_grants()

    async def _settle(
        self, state: RunState[None], item: ToolApprovalItem, summary: Summary | None
    ) -> None:
        """Have one guarded call decided, and tell the run."""
        call = self._call(str(item.name), str(item.call_id), str(item.arguments))
        settled = await self._asking.settle(call, summary)
        if settled.status is not None:
            self._settled[call.id] = settled.status
        if settled.is_approved:
            state.approve(item)
        else:
            state.reject(item, rejection_message=settled.words)

    async def _tell_grants(self) -> None:
        while self._asking.granted:
            grant = self._asking.granted.pop(0)
            await self._reply(granted_note(grant), key=grant.id)

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

    async def _reply(self, markdown: str, key: str = "") -> None:
        key = f"{workflow.info().workflow_id}/{key or self._number}"
        try:
            await workflow.execute_activity_method(
                ThreadActivities.post_reply,
                Reply(
                    thread=self._talk.thread, key=key, markdown=markdown, to=self._message.author
                ),
                start_to_close_timeout=SLACK_CALL,
                heartbeat_timeout=HEARTBEAT,
                schedule_to_close_timeout=REPLY_PATIENCE,
            )
        except ActivityError:
            workflow.logger.exception("Slack does not take the answer to %s", self._message.id)


def _plain(item: Any) -> Item:
    """An item as JSON, since a history must not depend on the SDK's classes."""
    return dict(item) if isinstance(item, dict) else item.model_dump(exclude_unset=True)
