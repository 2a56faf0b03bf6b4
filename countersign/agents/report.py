"""What an agent can do and what stands before it: for `countersign agent check` and the log."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from agents import Agent

from countersign.agents.catalogue import Catalogue, own_of, refusals_of
from countersign.agents.errors import AgentError
from countersign.agents.hosted.servers import UNKNOWN_TOOLS, hosted_of
from countersign.agents.hosted.tool import hosted_tool
from countersign.agents.mcp.listing import Listing
from countersign.agents.tree import Reached, reached_by
from countersign.policy.clauses import Clause
from countersign.policy.document import DenyEntry, RuleEntry
from countersign.policy.engine import Policy
from countersign.tools.toolkit import Tool
from workflows.redaction import Secrets

EACH = "; it asks for some of its calls only, and a rule for * is about those"
PLAINLY_SECRET = Secrets()
UNKNOWN_RULES = "not known: the policy cannot be used"
Entry = Clause[DenyEntry] | Clause[RuleEntry]


@dataclass(frozen=True, slots=True)
class Branch:
    """One agent with its tools, what is refused of it, and the agents below it."""

    agent: Agent[Any]
    tools: tuple[Tool, ...]
    via: str = ""
    """How it is reached first: `a handoff of Triage`. Empty for the one that `AGENT` names."""
    servers: tuple[tuple[str, str], ...] = ()
    """MCP servers whose tools are not known, and why."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Tools of MCP servers that the model is not given, and why."""
    below: tuple["Branch", ...] = ()
    refusals: tuple[AgentError, ...] = ()
    """Of it and of all below it, in the branch of the one that `AGENT` names."""

    def all(self) -> Iterator["Branch"]:
        """It and every branch below it."""
        yield self
        for branch in self.below:
            yield from branch.all()


@dataclass(frozen=True, slots=True)
class ToolReport:
    """One tool."""

    name: str
    title: str
    place: str
    """The function behind it: `acme.buyer.place_order`."""
    rules: tuple[str, ...]
    """The entries of the policy about it, in their order."""
    is_free: bool
    """Whether nothing stands before any of its calls."""
    waits: bool
    """Whether people are asked about some of its calls."""
    why: str
    """What becomes of its calls, in words."""
    has_preview: bool
    secrets: tuple[str, ...]
    """Arguments that are never shown, by the tool's own word or by the settings."""


@dataclass(frozen=True, slots=True)
class AgentReport:
    """One agent, and those below it."""

    name: str
    via: str
    """How it is reached first; empty for the one that `AGENT` names."""
    tools: tuple[ToolReport, ...]
    servers: tuple[tuple[str, str], ...] = ()
    """MCP servers whose tools are not known, and why."""
    left_out: tuple[tuple[str, str], ...] = ()
    """Tools of MCP servers that the model is not given, and why."""
    agents: tuple["AgentReport", ...] = ()


def tree_of(agent: Agent[Any]) -> Branch:
    """An agent with everything below it. Refuses nothing; what would be refused is in it."""
    tree = _branch(Reached(agent, ""), _kept, set())
    return replace(tree, refusals=tuple(refusals_of(agent)))


def tree_of_kept(catalogue: Catalogue) -> Branch:
    """The same of an agent whose tools are known."""
    return _branch(Reached(catalogue.agent, ""), lambda it: catalogue.own[it.name], set())


def _kept(agent: Agent[Any]) -> Iterator[Tool]:
    return (it for it in own_of(agent) if isinstance(it, Tool))


def _branch(
    reached: Reached, own: Callable[[Agent[Any]], Iterable[Tool]], seen: set[str]
) -> Branch:
    """One agent and those below it that were not come to before."""
    agent = reached.agent
    seen.add(agent.name)
    hosted = tuple(hosted_of(agent))
    called = (hosted_tool(it, name) for it in hosted for name in it.allowed or ())
    return Branch(
        agent=agent,
        tools=(*own(agent), *called),
        servers=tuple(
            (it.label, UNKNOWN_TOOLS.format(label=it.label)) for it in hosted if it.allowed is None
        ),
        via=reached.place,
        below=tuple(_branch(it, own, seen) for it in _below(agent) if it.agent.name not in seen),
    )


def _below(agent: Agent[Any]) -> Iterator[Reached]:
    """As far as that can be told; what cannot be kept is among the refusals."""
    with suppress(AgentError):
        yield from reached_by(agent)


def with_servers(branch: Branch, listings: Mapping[str, Listing]) -> Branch:
    """The branch, and those below it, with the tools of their servers, by the agents' names."""
    listing = listings[branch.agent.name]
    clashes = (AgentError(f"AGENT: {line}") for line in listing.clashes)
    return replace(
        branch,
        tools=(*branch.tools, *listing.tools.values()),
        servers=(*branch.servers, *listing.away.items()),
        left_out=tuple(it for it in listing.left_out.items() if it[1] not in listing.clashes),
        refusals=(*branch.refusals, *clashes),
        below=tuple(with_servers(it, listings) for it in branch.below),
    )


def report_of(
    branch: Branch, policy: Policy | None, secrets: Secrets = PLAINLY_SECRET
) -> AgentReport:
    """The same in words; without a policy, nothing is free. `secrets` is what settings say."""
    return AgentReport(
        name=branch.agent.name,
        via=branch.via,
        tools=tuple(_reported(tool, policy, secrets) for tool in branch.tools),
        servers=branch.servers,
        left_out=branch.left_out,
        agents=tuple(report_of(it, policy, secrets) for it in branch.below),
    )


def _reported(tool: Tool, policy: Policy | None, secrets: Secrets) -> ToolReport:
    about = tuple(_about(tool.name, policy)) if policy else ()
    return ToolReport(
        name=tool.name,
        title=tool.title,
        place=tool.place,
        rules=tuple(it.entry.name for it in about),
        is_free=policy is not None and not about and not tool.needs_approval,
        waits=any(map(_asks, about)),
        why=_why(tool, about, policy) + (EACH if callable(tool.function.needs_approval) else ""),
        has_preview=tool.has_preview,
        secrets=tuple(sorted(tool.secret_names | secrets.names_in(tool.parameters))),
    )


def _about(tool: str, policy: Policy) -> Iterator[Entry]:
    """The entries that a tool's calls may come to."""
    for clause in (*policy.denials, *policy.rules):
        if clause.covers(tool):
            yield clause
            if clause.always(tool):
                return


def _why(tool: Tool, about: Sequence[Entry], policy: Policy | None) -> str:
    if policy is None:
        return UNKNOWN_RULES
    if about:
        ways = [_by(it) for it in about]
        if not about[-1].always(tool.name):
            ways.append("not done" if tool.needs_approval else "free")
        return "; otherwise ".join(ways)
    if tool.needs_approval:
        return "never done: it asks for approval, and no rule says whose"
    return "free: it asks for no approval, and no rule names it"


def _asks(clause: Entry) -> bool:
    """Whether people are asked about the calls that it matches."""
    return isinstance(clause.entry, RuleEntry) and not clause.entry.auto_approve


def _by(clause: Entry) -> str:
    """What one entry does with the calls that it matches."""
    entry = clause.entry
    match entry:
        case DenyEntry():
            does = "forbidden by"
        case RuleEntry(auto_approve=True):
            does = "free by"
        case _:
            does = "waits by"
    return f"{does} {entry.name}{', where its condition is true' if entry.when else ''}"
