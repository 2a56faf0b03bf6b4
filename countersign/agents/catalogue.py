"""What an agent can do: its tools, each under one name, and what would not be kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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

from countersign.agents.agent_tools import agent_behind, gate_of
from countersign.agents.errors import AgentError, DuplicateToolError, NotKeptError
from countersign.agents.hosted.acceptance import why_not
from countersign.agents.lifespans import lifespan_of
from countersign.agents.tree import agents_of
from countersign.tools.text import encodable
from countersign.tools.toolkit import Tool, UnusableToolError

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What providers take as a tool's name."""
MOST_TOLD = 100
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
    "a tool_use_behavior that is a function": lambda it: callable(it.tool_use_behavior),
    "a tool_use_behavior beside an output type": lambda it: (
        it.output_type is not None and it.tool_use_behavior != "run_llm_again"
    ),
}
"""What the conversation does not carry over, and how an agent is known to have it."""


def tools_of(agent: Agent[Any]) -> dict[str, Tool]:
    """The tools of an agent and of all that it reaches, by name; first its own, in its order.

    An agent that is called as a tool is one of them only if that needs approval, but its tools are.
    What several agents share is one tool.

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
    yield from _lost_lifespans(agent, agents.values())
    for it in (it for each in agents.values() for it in own_of(each)):
        if isinstance(it, AgentError) or (other := found.setdefault(it.name, it)) is it:
            yield it
        elif other.function is not it.function and not (it.runs and it.runs == other.runs):
            places = f"{other.place} and {it.place}"
            yield DuplicateToolError(f"AGENT: two tools are called {it.name}: {places}")


def _lost_lifespans(first: Agent[Any], agents: Iterable[Agent[Any]]) -> Iterator[AgentError]:
    """The first agent's lifespan makes the context of all of them; another would not be opened."""
    for it in agents:
        if lifespan_of(it) not in (None, lifespan_of(first)):
            yield NotKeptError(
                f"AGENT: {it.name} has a lifespan, which is not supported; give it to {first.name}"
            )


def own_of(agent: Agent[Any]) -> Iterator[Tool | AgentError]:
    """One agent's own tools that can be kept, in their order, and every reason against it."""
    for what in _not_kept(agent):
        yield NotKeptError(f"AGENT: {agent.name} has {what}, which is not supported")
    for place, given in enumerate(agent.tools):
        if any(given is it for it in agent.tools[:place]):
            yield DuplicateToolError(f"AGENT: {agent.name} has the tool {_named(given)} twice")
            continue
        try:
            tool = _tool(given)
        except NotKeptError as error:
            yield error
        else:
            yield from [tool] if tool else ()


def _tool(given: object) -> Tool | None:
    """None for an agent that is called without anybody's approval, and for a hosted server.

    Raises:
        NotKeptError: it cannot be kept.
    """
    if isinstance(given, HostedMCPTool):
        if fault := why_not(given):
            raise NotKeptError(f"AGENT: {fault}")
        return None
    if not isinstance(given, FunctionTool):
        kind = type(given).__name__
        raise NotKeptError(f"AGENT: a tool of type {kind} is not supported; use a function tool")
    if not NAME.fullmatch(given.name):
        raise NotKeptError(
            f"AGENT: a tool is called {encodable(given.name)[:MOST_TOLD]!r}; providers take 1 to "
            "64 letters of the Latin alphabet, digits, _ and -"
        )
    inner = agent_behind(given)
    try:
        return Tool.of(given) if inner is None else gate_of(given, inner)
    except UnusableToolError as error:
        raise NotKeptError(f"AGENT: {error}", tool=given.name) from error


def _named(given: object) -> str:
    return str(getattr(given, "name", given))[:MOST_TOLD]


def _not_kept(agent: Agent[Any]) -> Iterator[str]:
    """What would be left out of the agent if it were described as it is."""
    return (what for what, has in NOT_KEPT.items() if has(agent))
