"""What an agent can do: its tools, each under one name, and what would not be kept."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agents import Agent, FunctionTool, HostedMCPTool
from agents.models.interface import Model

from countersign.agents.errors import AgentError, DuplicateToolError, NotKeptError
from countersign.tools.toolkit import Tool, UnusableToolError

NOT_KEPT: Mapping[str, Callable[[Agent[Any]], bool]] = {
    "handoffs": lambda it: bool(it.handoffs),
    "guardrails": lambda it: bool(it.input_guardrails or it.output_guardrails),
    "an output type": lambda it: it.output_type is not None,
    "a prompt of the provider's": lambda it: it.prompt is not None,
    "hooks": lambda it: it.hooks is not None,
    "a model object (give the model's name)": lambda it: isinstance(it.model, Model),
    "a tool_use_behavior": lambda it: it.tool_use_behavior != "run_llm_again",
    "agents as tools": lambda it: any(getattr(tool, "_is_agent_tool", False) for tool in it.tools),
}
"""What the conversation does not carry over, and how an agent is known to have it."""


def tools_of(agent: Agent[Any]) -> dict[str, Tool]:
    """An agent's tools by name, in its order.

    Raises:
        DuplicateToolError: a name is taken twice.
        NotKeptError: the agent, or one of its tools, has something that would not be kept.
    """
    found: dict[str, Tool] = {}
    for it in examined(agent):
        if isinstance(it, AgentError):
            raise it
        found[it.name] = it
    return found


def examined(agent: Agent[Any]) -> Iterator[Tool | AgentError]:
    """Every tool that can be kept, in its order, and every reason against the agent or a tool."""
    for what in _not_kept(agent):
        yield NotKeptError(f"AGENT: {agent.name} has {what}, which is not supported")
    found: dict[str, Tool] = {}
    for given in agent.tools:
        try:
            tool = _tool(given)
        except NotKeptError as error:
            yield error
            continue
        if (other := found.setdefault(tool.name, tool)) is tool:
            yield tool
        else:
            places = f"{other.place} and {tool.place}"
            yield DuplicateToolError(f"AGENT: two tools are called {tool.name}: {places}")


HOSTED = (
    "AGENT: a HostedMCPTool runs at the model's provider, where no approval holds it and nobody "
    "knows whether it ran once; give the agent the server itself, as mcp_servers"
)


def _tool(given: object) -> Tool:
    if isinstance(given, HostedMCPTool):
        raise NotKeptError(HOSTED)
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
