"""What an agent can do: its tools, each under one name, and what would not be kept."""

from collections.abc import Iterator
from typing import Any

from agents import Agent, FunctionTool
from agents.models.interface import Model

from countersign.agents.errors import DuplicateToolError, NotKeptError
from countersign.tools.toolkit import ReservedNameError, Tool


def tools_of(agent: Agent[Any]) -> dict[str, Tool]:
    """An agent's tools by name, in its order.

    Raises:
        DuplicateToolError: a name is taken twice.
        NotKeptError: the agent, or one of its tools, has something that would not be kept.
    """
    for what in _not_kept(agent):
        raise NotKeptError(f"AGENT: {agent.name} has {what}, which is not supported")
    found: dict[str, Tool] = {}
    for tool in map(_tool, agent.tools):
        if (other := found.setdefault(tool.name, tool)) is not tool:
            places = f"{other.place} and {tool.place}"
            raise DuplicateToolError(f"AGENT: two tools are called {tool.name}: {places}")
    return found


def _tool(given: object) -> Tool:
    if not isinstance(given, FunctionTool):
        kind = type(given).__name__
        raise NotKeptError(f"AGENT: a {kind} is not supported; use a function tool")
    try:
        return Tool.of(given)
    except ReservedNameError as error:
        raise NotKeptError(f"AGENT: {error}") from error


def _not_kept(agent: Agent[Any]) -> Iterator[str]:
    """What would be left out of the agent if it were described as it is."""
    if agent.handoffs:
        yield "handoffs"
    if agent.mcp_servers:
        yield "MCP servers"
    if agent.input_guardrails or agent.output_guardrails:
        yield "guardrails"
    if agent.output_type is not None:
        yield "an output type"
    if agent.prompt is not None:
        yield "a prompt of the provider's"
    if agent.hooks is not None:
        yield "hooks"
    if isinstance(agent.model, Model):
        yield "a model object (give the model's name)"
    if agent.tool_use_behavior != "run_llm_again":
        yield "a tool_use_behavior of its own"
    if any(getattr(tool, "_is_agent_tool", False) for tool in agent.tools):
        yield "agents as tools"
