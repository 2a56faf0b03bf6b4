"""What a workflow has to know of an agent besides its tools and handoffs."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from agents import (
    Agent,
    AgentOutputSchema,
    InputGuardrail,
    OutputGuardrail,
    RunContextWrapper,
)

from workflows.contracts.core import GuardrailSpec, OutputSpec, ToolSpec


def output_of(agent: Agent[Any]) -> AgentOutputSchema | None:
    """How an agent's last answer is read; None for plain text."""
    given: Any = agent.output_type or str
    schema = given if isinstance(given, AgentOutputSchema) else AgentOutputSchema(given)
    return None if schema.is_plain_text() else schema


def described_output(agent: Agent[Any]) -> OutputSpec | None:
    """What an agent's last answer looks like."""
    schema = output_of(agent)
    if schema is None:
        return None
    return OutputSpec(
        name=schema.name(),
        shape=schema.json_schema(),
        is_strict=schema.is_strict_json_schema(),
        is_wrapped=bool(getattr(schema, "_is_wrapped", False)),  # no public name for it
    )


def described_guardrails(
    guardrails: Sequence[InputGuardrail[Any]] | Sequence[OutputGuardrail[Any]],
) -> tuple[GuardrailSpec, ...]:
    """The checks of an agent, in their order."""
    return tuple(
        GuardrailSpec(
            name=it.get_name(),
            in_parallel=isinstance(it, InputGuardrail) and it.run_in_parallel,
        )
        for it in guardrails
    )


def described_stops(agent: Agent[Any], tools: Iterable[ToolSpec]) -> tuple[str, ...]:
    """The tools whose answer is the agent's last, by what the model calls them; `*` is any.

    The SDK knows tools of MCP servers by their names there.
    """
    match agent.tool_use_behavior:
        case "stop_on_first_tool":
            return ("*",)
        case {"stop_at_tool_names": names}:
            return tuple(
                it.called or it.name
                for it in tools
                if not {it.name, it.called, it.name.partition(".")[2]}.isdisjoint(names)
            )
        case _:
            return ()


async def is_enabled(offered: Any, context: RunContextWrapper[Any], agent: Agent[Any]) -> bool:
    """Whether a tool or a handoff is offered to the model now."""
    asked = getattr(offered, "is_enabled", True)
    if isinstance(asked, bool):
        return asked
    told = asked(context, agent)
    return bool(await told if inspect.isawaitable(told) else told)
