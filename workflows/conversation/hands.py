"""What the agents of a turn do, each step as an activity."""

import json
from collections.abc import Awaitable
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.contracts.activities import AgentActivities, AgentCodeActivities
from workflows.contracts.agent_code import Checked, HandingOver, InputCheck, OutputCheck
from workflows.contracts.core import Call, HandoffSpec, Origin, ToolSpec, TurnLimits
from workflows.contracts.decisions import Execution
from workflows.contracts.notices import Effect
from workflows.conversation.agent import Hands
from workflows.conversation.memory import Item, TurnState
from workflows.conversation.model_errors import CheckFailedError
from workflows.conversation.model_messages import unanswered_for_model
from workflows.conversation.voice import Voice
from workflows.timeouts import run_code, run_tool


class TurnStoppedError(Exception):
    """Somebody stopped the turn while the agent was at work."""


class TurnHands(Hands):
    """Those of one turn."""

    def __init__(self, origin: Origin, state: TurnState, voice: Voice) -> None:
        self._origin = origin
        self._state = state
        self._voice = voice
        self.limits = TurnLimits()
        """As the worker described them last."""

    def heed_stop(self) -> None:
        """Go no further if somebody stopped the turn.

        Raises:
            TurnStoppedError: somebody did.
        """
        if self._state.stopped:
            raise TurnStoppedError

    def call(self, agent: str, tool: str, call_id: str, arguments: str) -> Call:
        """A call as activities are given it."""
        return Call(
            id=call_id,
            tool=tool,
            arguments=arguments,
            origin=self._origin,
            requester=self._state.message.author,
            agent=agent,
            seconds=self.limits.tool_seconds,
        )

    async def run_tool(self, agent: str, tool: ToolSpec, call_id: str, arguments: str) -> str:
        """Run a free tool. One that does not answer is told to the model, and ends nothing."""
        await self._voice.show(tool.status)
        self.heed_stop()
        call = self.call(agent, tool.name, call_id, arguments)
        state = self._state
        place = len(state.effects)
        state.effects = [*state.effects, Effect.of_free(tool.title, Execution.UNKNOWN)]
        try:
            result = await run_tool(AgentActivities.run_tool, call, summary=tool.name)
        except (ActivityError, ValidationError):
            workflow.logger.exception("A tool did not answer")
            self.heed_stop()
            return unanswered_for_model(tool.name)
        ended = Execution.DONE if result.ok else Execution.FAILED
        state.effects[place] = Effect.of_free(tool.title, ended)
        self.heed_stop()
        return result.text

    async def stops_input(self, agent: str, guardrail: str, given: list[Item]) -> bool:
        """See `Hands`."""
        check = InputCheck(agent=agent, guardrail=guardrail, given=tuple(given))
        asked = run_code(AgentCodeActivities.check_input, check, summary=guardrail)
        return await self._stops(guardrail, asked)

    async def stops_output(self, agent: str, guardrail: str, answer: Any) -> bool:
        """See `Hands`."""
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        check = OutputCheck(agent=agent, guardrail=guardrail, answer=text)
        asked = run_code(AgentCodeActivities.check_output, check, summary=guardrail)
        return await self._stops(guardrail, asked)

    async def hand_over(self, agent: str, handoff: HandoffSpec, arguments: str) -> None:
        """See `Hands`."""
        self.heed_stop()
        if handoff.has_code:
            handing = HandingOver(agent=agent, tool=handoff.tool, arguments=arguments)
            await run_code(AgentCodeActivities.hand_over, handing, summary=handoff.tool)

    async def _stops(self, guardrail: str, asked: Awaitable[Checked]) -> bool:
        try:
            return (await asked).is_stopped
        except (ActivityError, ValidationError) as error:
            self.heed_stop()
            raise CheckFailedError(guardrail) from error
