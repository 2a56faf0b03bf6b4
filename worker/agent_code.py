"""Code of the agent's author that is no tool: guardrails, and what is done at a handoff."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog
from agents import Agent, Handoff, RunContextWrapper
from agents.exceptions import ModelBehaviorError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.agents.catalogue import Catalogue
from countersign.agents.description import output_of
from countersign.agents.handoffs import tool_of
from workflows.contracts.activities import AgentCodeActivities
from workflows.contracts.agent_code import (
    UNREADABLE,
    Checked,
    HandingOver,
    InputCheck,
    OutputCheck,
)

log = structlog.get_logger(__name__)


class AgentCode(AgentCodeActivities):
    """That of the agent that `AGENT` names, and of all that it reaches."""

    def __init__(self, catalogue: Catalogue, context: Any = None) -> None:
        self._context = context
        self._agents = catalogue.agents

    @activity.defn
    async def check_input(self, check: InputCheck) -> Checked:
        """See `AgentCodeActivities`."""
        agent = self._agent(check.agent)
        found = {it.get_name(): it for it in agent.input_guardrails}
        with _told(agent, check.guardrail):
            guardrail = found[check.guardrail]
            given: Any = list(check.given)
            result = await guardrail.run(agent, given, RunContextWrapper(self._context))
            return Checked(is_stopped=bool(result.output.tripwire_triggered))

    @activity.defn
    async def check_output(self, check: OutputCheck) -> Checked:
        """See `AgentCodeActivities`."""
        agent = self._agent(check.agent)
        found = {it.get_name(): it for it in agent.output_guardrails}
        with _told(agent, check.guardrail):
            guardrail, schema = found[check.guardrail], output_of(agent)
            answer = schema.validate_json(check.answer) if schema else check.answer
            result = await guardrail.run(RunContextWrapper(self._context), agent, answer)
            return Checked(is_stopped=bool(result.output.tripwire_triggered))

    @activity.defn
    async def hand_over(self, handing: HandingOver) -> None:
        """See `AgentCodeActivities`."""
        agent = self._agent(handing.agent)
        found = {tool_of(it): it for it in agent.handoffs if isinstance(it, Handoff)}
        with _told(agent, handing.tool):
            context: RunContextWrapper[Any] = RunContextWrapper(self._context)
            await found[handing.tool].on_invoke_handoff(context, handing.arguments)

    def _agent(self, name: str) -> Agent[Any]:
        """One of the agents.

        Raises:
            ApplicationError: there is none of that name any more.
        """
        if name not in self._agents:
            raise ApplicationError(f"there is no agent {name} any more", non_retryable=True)
        return self._agents[name]


@contextmanager
def _told(agent: Agent[Any], what: str) -> Generator[None]:
    """What fails is logged, and told without its own words, in which secrets may be.

    Raises:
        ApplicationError: in its place.
    """
    try:
        yield
    except ModelBehaviorError:
        log.warning("what the model wrote does not fit", agent=agent.name, of=what)
        raise ApplicationError(
            f"{what} of {agent.name}: it does not fit", type=UNREADABLE, non_retryable=True
        ) from None
    except Exception as error:
        log.exception("an agent's own code failed", agent=agent.name, of=what)
        kind = type(error).__name__
        raise ApplicationError(f"{what} of {agent.name} failed", type=kind) from None
