"""What an agent can do: its tools, each under one name, and what would not be kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

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
    "a tool_use_behavior that is a function": lambda it: callable(it.tool_use_behavior),
    "a tool_use_behavior beside an output type": lambda it: (
        it.output_type is not None and it.tool_use_behavior != "run_llm_again"
    ),
}
"""What the conversation does not carry over, and how an agent is known to have it."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An agent and all that it reaches, with the tools of each."""

    agent: Agent[Any]
    agents: Mapping[str, Agent[Any]]
    """It and all that it reaches, by name; it is the first one."""
    own: Mapping[str, Sequence[Tool]]
    """The tools of each agent, by the agent's name.

    An agent that is called as a tool is one of them only if that needs approval.
    """
    tools: Mapping[str, Tool]
    """Those of all of them by name, in their order. What several agents share is one tool."""

    @classmethod
    def of(cls, agent: Agent[Any]) -> Self:
        """What an agent can do that can be kept.

        Raises:
            DuplicateAgentError: two agents have one name.
            DuplicateToolError: a name is taken twice.
            NotKeptError: an agent, or one of its tools, has something that would not be kept.
        """
        agents = agents_of(agent)
        examined = _examined(agents)
        for refusal in _refusals(agent, agents.values(), examined):
            raise refusal
        own = {
            name: tuple(it for it in found if isinstance(it, Tool))
            for name, found in examined.items()
        }
        tools: dict[str, Tool] = {}
        for it in chain.from_iterable(own.values()):
            tools.setdefault(it.name, it)
        return cls(agent, agents, own, tools)


def refusals_of(agent: Agent[Any]) -> Iterator[AgentError]:
    """Every reason against an agent and all that it reaches."""
    try:
        agents = agents_of(agent)
    except AgentError as error:
        yield error
        agents = {agent.name: agent}
    yield from _refusals(agent, agents.values(), _examined(agents))


def _examined(agents: Mapping[str, Agent[Any]]) -> Mapping[str, Sequence[Tool | AgentError]]:
    return {name: tuple(own_of(it)) for name, it in agents.items()}


def _refusals(
    first: Agent[Any],
    agents: Iterable[Agent[Any]],
    examined: Mapping[str, Sequence[Tool | AgentError]],
) -> Iterator[AgentError]:
    yield from _lost_lifespans(first, agents)
    found: dict[str, Tool] = {}
    for it in chain.from_iterable(examined.values()):
        if isinstance(it, AgentError):
            yield it
        elif not _are_one(it, other := found.setdefault(it.name, it)):
            places = f"{other.place} and {it.place}"
            yield DuplicateToolError(f"AGENT: two tools are called {it.name}: {places}")


def _are_one(tool: Tool, other: Tool) -> bool:
    """Whether two tools of one name do the same: one function, or the same agent."""
    return tool.function is other.function or (bool(tool.runs) and tool.runs == other.runs)


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
    for given in agent.tools:
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
        raise NotKeptError(f"AGENT: a {kind} is not supported; use a function tool")
    inner = agent_behind(given)
    try:
        return Tool.of(given) if inner is None else gate_of(given, inner)
    except UnusableToolError as error:
        raise NotKeptError(f"AGENT: {error}") from error


def _not_kept(agent: Agent[Any]) -> Iterator[str]:
    """What would be left out of the agent if it were described as it is."""
    return (what for what, has in NOT_KEPT.items() if has(agent))
