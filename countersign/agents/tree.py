"""An agent and all that it reaches by handoffs and as tools, each under one name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents import Agent, FunctionTool

from countersign.agents.agent_tools import agent_behind, check_agent_tool
from countersign.agents.errors import DuplicateAgentError, DuplicateToolError, NoAgentError
from countersign.agents.handoffs import target_of, tool_of
from countersign.tools.text import encodable

FIRST = "AGENT"
LONGEST_NAME = 200
"""Characters of an agent's name."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One agent, and how it is reached first."""

    agent: Agent[Any]
    place: str
    """`AGENT` for the first one, else `a handoff of Triage` or `the tool translate of Triage`."""


def agents_of(agent: Agent[Any]) -> dict[str, Agent[Any]]:
    """Every agent by name, the first one first. They may hand over to each other in circles.

    Raises:
        NoAgentError: an agent has no name.
        DuplicateAgentError: two agents have one name.
        DuplicateToolError: of one agent, two ways to another have one name, or of two agents, two
            tools that are different agents.
        NotKeptError: a handoff, or an agent as a tool, has something that would not be kept.
    """
    found: dict[str, Reached] = {}
    open_ = [Reached(agent, FIRST)]
    while open_:
        reached = open_.pop(0)
        known = found.setdefault(reached.agent.name, reached)
        if known is reached:
            open_ += reached_by(reached.agent)
        elif known.agent is not reached.agent:
            raise DuplicateAgentError(
                f"AGENT: two agents are called {known.agent.name}: one is {known.place}, the other "
                f"{reached.place}"
            )
    for it in found.values():
        if not it.agent.name.strip():
            raise NoAgentError(f"AGENT: {_who(it)} has no name; give it one")
        if encodable(it.agent.name) != it.agent.name or len(it.agent.name) > LONGEST_NAME:
            raise NoAgentError(
                f"AGENT: {_who(it)} has a name that cards have no room for; at most {LONGEST_NAME} "
                "characters, and no halves of them"
            )
    agents = {name: it.agent for name, it in found.items()}
    _check_names(agents)
    return agents


def reached_by(agent: Agent[Any]) -> Iterator[Reached]:
    """The agents that it hands over to or calls as tools.

    Raises:
        NotKeptError: a handoff, or an agent as a tool, has something that would not be kept.
    """
    for handing in agent.handoffs:
        yield Reached(target_of(handing, agent), f"a handoff of {agent.name}")
    for tool in agent.tools:
        if isinstance(tool, FunctionTool) and (inner := agent_behind(tool)) is not None:
            check_agent_tool(tool)
            yield Reached(inner, f"the tool {tool.name} of {agent.name}")


def _who(reached: Reached) -> str:
    return "the agent" if reached.place == FIRST else f"the agent that is {reached.place[:200]}"


def _has_name(tool: object) -> bool:
    """Whether it is a tool at all; anything else is refused by who looks at tools."""
    return isinstance(getattr(tool, "name", None), str)


def _check_names(agents: dict[str, Agent[Any]]) -> None:
    """What one model sees has to have different names; so has what stands for different agents.

    Raises:
        DuplicateToolError: it has not.
    """
    places: dict[str, str] = {}
    for agent in agents.values():
        handoffs = [tool_of(it) for it in agent.handoffs]
        tools = [it for it in agent.tools if _has_name(it)]
        seen = dict.fromkeys((it.name for it in tools), f"a tool of {agent.name}")
        for name in handoffs:
            if (place := seen.get(name)) is not None:
                raise DuplicateToolError(
                    f"AGENT: a handoff of {agent.name} is called {name} like {place}"
                )
            seen[name] = f"another handoff of {agent.name}"
        for tool in tools:
            own = agent_behind(tool)
            place = f"the agent {own.name} as a tool" if own else "a function"
            if (other := places.setdefault(tool.name, place)) != place:
                raise DuplicateToolError(
                    f"AGENT: two tools are called {tool.name}: {other} and {place} of {agent.name}"
                )
