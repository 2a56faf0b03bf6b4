"""What an agent can do: its tools, each under one name, and what would not be kept."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agents import (
    Agent,
    AgentOutputSchema,
    AgentOutputSchemaBase,
    FunctionTool,
    HostedMCPTool,
)
from agents.models.interface import Model
from agents.sandbox import SandboxAgent

from countersign.agents.agent_tools import agent_behind
from countersign.agents.errors import AgentError, DuplicateToolError, NotKeptError
from countersign.agents.hosted.acceptance import why_not
from countersign.agents.tree import agents_of
from countersign.tools.toolkit import Tool, UnusableToolError

NOT_KEPT: Mapping[str, Callable[[Agent[Any]], bool]] = {
    "a sandbox": lambda it: isinstance(it, SandboxAgent),
    "an output type that reads itself (use AgentOutputSchema)": lambda it: (
        isinstance(it.output_type, AgentOutputSchemaBase)
        and not isinstance(it.output_type, AgentOutputSchema)
    ),
    "two guardrails of one name": lambda it: any(
        len({guardrail.get_name() for guardrail in some}) < len(some)
        for some in (it.input_guardrails, it.output_guardrails)
    ),
    "a prompt of the provider's": lambda it: it.prompt is not None,
    "hooks": lambda it: it.hooks is not None,
    "a model object (give the model's name)": lambda it: isinstance(it.model, Model),
    "a tool_use_behavior": lambda it: it.tool_use_behavior != "run_llm_again",
}
"""What the conversation does not carry over, and how an agent is known to have it."""


def tools_of(agent: Agent[Any]) -> dict[str, Tool]:
    """The tools of an agent and of all that it reaches, by name; first its own, in its order.

    An agent that is called as a tool is none of them, but its tools are. What several agents share
    is one tool.

    Raises:
        DuplicateAgentError: two agents have one name.
        DuplicateToolError: a name is taken twice.
        NotKeptError: an agent, or one of its tools, has something that would not be kept.
    """
    found: dict[str, Tool] = {}
    for it in examined(agent):
        if isinstance(it, AgentError):
            raise it
        found[it.name] = it
    return found


def examined(agent: Agent[Any]) -> Iterator[Tool | AgentError]:
    """Every tool of an agent and of all that it reaches, once, and every reason against them."""
    found: dict[str, Tool] = {}
    try:
        agents = agents_of(agent)
    except AgentError as error:
        yield error
        agents = {agent.name: agent}
    for it in (it for each in agents.values() for it in own_of(each)):
        if isinstance(it, AgentError) or (other := found.setdefault(it.name, it)) is it:
            yield it
        elif other.function is not it.function:
            places = f"{other.place} and {it.place}"
            yield DuplicateToolError(f"AGENT: two tools are called {it.name}: {places}")


def own_of(agent: Agent[Any]) -> Iterator[Tool | AgentError]:
    """One agent's own tools that can be kept, in their order, and every reason against it."""
    for what in _not_kept(agent):
        yield NotKeptError(f"AGENT: {agent.name} has {what}, which is not supported")
    for given in functions_of(agent):
        try:
            if not isinstance(given, HostedMCPTool):
                yield _tool(given)
            elif fault := why_not(given):
                yield NotKeptError(f"AGENT: {fault}")
        except NotKeptError as error:
            yield error


def functions_of(agent: Agent[Any]) -> list[object]:
    """An agent's own tools that are no agents themselves."""
    return [it for it in agent.tools if agent_behind(it) is None]


def _tool(given: object) -> Tool:
    if not isinstance(given, FunctionTool):
        kind = type(given).__name__
        raise NotKeptError(f"AGENT: a {kind} is not supported; use a function tool")
    try:
        return Tool.of(given)
    except UnusableToolError as error:
        raise NotKeptError(f"AGENT: {error}") from error


def _not_kept(agent: Agent[Any]) -> Iterator[str]:
    """What would be left out of the agent if it were described as it is."""
    return (what for what, has in NOT_KEPT.items() if has(agent))
