"""The agents, built from a description that is in the workflow's history.

Tools, instructions and model come from an activity, so what an older history ran with is
what it is replayed with: a worker with other tools does not break what is waiting.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents import (
    Agent,
    FunctionTool,
    GuardrailFunctionOutput,
    Handoff,
    HostedMCPTool,
    InputGuardrail,
    ModelSettings,
    OutputGuardrail,
    RunConfig,
    RunContextWrapper,
    ToolErrorFormatterArgs,
)
from agents.tool_context import ToolContext
from pydantic import TypeAdapter

from workflows.contracts.core import (
    AgentSpec,
    GuardrailSpec,
    HandoffSpec,
    HostedSpec,
    ToolSpec,
)
from workflows.contracts.not_run import is_marked, why_not_run
from workflows.conversation.last_words import ending
from workflows.conversation.memory import Item, said
from workflows.conversation.model_messages import no_such_tool_for_model
from workflows.conversation.output import SchemaOutput


def _told(wrong: ToolErrorFormatterArgs[None]) -> str | None:
    """What the model reads of a call that is none; None leaves other answers as they are."""
    return no_such_tool_for_model(wrong.tool_name) if wrong.kind == "tool_not_found" else None


RUN_CONFIG = RunConfig(
    tracing_disabled=True,
    workflow_name="Countersign",
    tool_not_found_behavior="return_error_to_model",
    tool_error_formatter=_told,
    nest_handoff_history=False,
)
"""Tracing is off: what people say here is not sent to the model provider's trace store."""


class Hands(ABC):
    """What an agent does besides thinking. Agents and guardrails go by their names."""

    @abstractmethod
    async def run_tool(self, agent: str, tool: ToolSpec, call_id: str, arguments: str) -> str:
        """Run a tool; the arguments are JSON, and the agent is empty for the first one."""

    @abstractmethod
    def has_answered(self, call_id: str) -> bool:
        """Whether a tool was run for this call and did what it was asked."""

    @abstractmethod
    async def stops_input(self, agent: str, guardrail: str, given: list[Item]) -> bool:
        """Whether a guardrail stops what the agent was given.

        Raises:
            CheckFailedError: it cannot say.
        """

    @abstractmethod
    async def stops_output(self, agent: str, guardrail: str, answer: Any) -> bool:
        """Whether a guardrail stops what the agent wants to answer.

        Raises:
            CheckFailedError: it cannot say.
        """

    @abstractmethod
    async def hand_over(self, agent: str, handoff: HandoffSpec, arguments: str) -> None:
        """Do what the author wants done at a handoff."""


def build_agents(spec: AgentSpec, hands: Hands) -> Mapping[str, Agent[None]]:
    """Every agent by name, whose tool calls and own code go through `hands`."""
    specs = (spec, *spec.others)
    built = {it.name: _build_agent(it, hands, is_first=it is spec) for it in specs}
    for it in specs:
        built[it.name].handoffs = [_build_handoff(it.name, to, built, hands) for to in it.handoffs]
    return built


def going_on(agent: Agent[None], *, acted: bool) -> Agent[None]:
    """The agent where it goes on: what it was given is checked, and a call it had to make made."""
    settings = agent.model_settings
    if acted and agent.reset_tool_choice:
        settings = replace(settings, tool_choice=None)
    return replace(agent, input_guardrails=[], model_settings=settings)


def _build_agent(spec: AgentSpec, hands: Hands, *, is_first: bool) -> Agent[None]:
    caller = "" if is_first else spec.name
    agent = Agent[None](
        name=spec.name,
        instructions=spec.instructions,
        model=spec.model,
        tools=[
            *(_build_tool(caller, tool, hands) for tool in spec.tools),
            *map(_build_hosted, spec.hosted),
        ],
        output_type=SchemaOutput(spec.output) if spec.output else None,
        input_guardrails=[_check_before(spec.name, it, hands) for it in spec.input_guardrails],
        output_guardrails=[_check_after(spec.name, it, hands) for it in spec.output_guardrails],
        reset_tool_choice=spec.reset_tool_choice,
        tool_use_behavior=ending(spec, hands.has_answered),
    )
    if spec.model_settings:
        agent.model_settings = TypeAdapter(ModelSettings).validate_python(spec.model_settings)
    return agent


def _build_tool(agent: str, spec: ToolSpec, hands: Hands) -> FunctionTool:
    """A tool. One that is an agent interrupts the run too, since what is in it may have to wait."""

    async def invoke(context: ToolContext[None], arguments: str) -> str:
        why = why_not_run(arguments)
        return why or await hands.run_tool(agent, spec, context.tool_call_id, arguments)

    async def is_asked(_: RunContextWrapper[None], arguments: dict[str, Any], _id: str) -> bool:
        return (spec.needs_approval or spec.runs is not None) and not is_marked(arguments)

    return FunctionTool(
        name=spec.called or spec.name,
        description=spec.description,
        params_json_schema=spec.parameters,
        on_invoke_tool=invoke,
        strict_json_schema=spec.strict,
        needs_approval=is_asked,
    )


def _build_hosted(spec: HostedSpec) -> HostedMCPTool:
    """A server of the provider's, whose settings the worker puts back in place of their name."""
    return HostedMCPTool(
        tool_config={
            "type": "mcp",
            "server_label": spec.label,
            "server_url": spec.ref,
            "require_approval": "always",
        }
    )


def _build_handoff(
    agent: str, spec: HandoffSpec, built: Mapping[str, Agent[None]], hands: Hands
) -> Handoff[None, Agent[None]]:
    async def invoke(_: RunContextWrapper[None], arguments: str) -> Agent[None]:
        await hands.hand_over(agent, spec, arguments)
        return built[spec.to]

    return Handoff(
        tool_name=spec.tool,
        tool_description=spec.description,
        input_json_schema=spec.parameters,
        on_invoke_handoff=invoke,
        agent_name=spec.to,
        strict_json_schema=spec.is_strict,
    )


def _check_before(agent: str, spec: GuardrailSpec, hands: Hands) -> InputGuardrail[None]:
    async def check(_: object, __: object, given: str | list[Any]) -> GuardrailFunctionOutput:
        items = [said(given)] if isinstance(given, str) else given
        is_stopped = await hands.stops_input(agent, spec.name, items)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=is_stopped)

    return InputGuardrail(
        guardrail_function=check, name=spec.name, run_in_parallel=spec.in_parallel
    )


def _check_after(agent: str, spec: GuardrailSpec, hands: Hands) -> OutputGuardrail[None]:
    async def check(_: object, __: object, answer: Any) -> GuardrailFunctionOutput:
        is_stopped = await hands.stops_output(agent, spec.name, answer)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=is_stopped)

    return OutputGuardrail(guardrail_function=check, name=spec.name)
