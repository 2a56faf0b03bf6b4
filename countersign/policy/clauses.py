"""The entries of a policy made ready: the tools that each covers, and its compiled condition."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

from countersign.policy.conditions import (
    KNOWN_NAMES,
    Condition,
    ConditionError,
    compile_condition,
)
from countersign.policy.document import DenyEntry, RuleEntry
from countersign.policy.examples import NO_TOOL
from countersign.policy.facts import Facts
from countersign.policy.faults import Finding
from workflows.contracts.core import ToolSpec

EVERY = "*"
Entry = TypeVar("Entry", bound=DenyEntry | RuleEntry)


class Tools(dict[str, ToolSpec]):
    """Every tool by name, where some are of servers that may change theirs or be away."""

    def __init__(
        self,
        specs: Mapping[str, ToolSpec],
        servers: frozenset[str] = frozenset(),
        unlisted: frozenset[str] = frozenset(),
        refused: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(specs)
        self.servers = servers
        self.unlisted = unlisted
        """Servers of which any name may be right: `deploys` for `deploys.roll_back`."""
        self.refused = refused
        """Names of tools that the agent has and that cannot be used, which is said elsewhere."""

    def at_work(self) -> "Tools":
        """The same for a policy that is in force: what a server drops does not undo it."""
        return Tools(self, self.servers, self.servers)


@dataclass(frozen=True, slots=True)
class Clause(Generic[Entry]):
    """One deny or rule. Without conditions it holds for every call of its tools."""

    entry: Entry
    tools: tuple[str, ...]
    conditions: Mapping[str, Condition] = field(default_factory=dict[str, Condition])

    def covers(self, tool: str) -> bool:
        """Whether it says anything of this tool."""
        return tool in self.tools

    def names(self, tool: str) -> bool:
        """Whether it does so with more than a `*`."""
        return any(it != EVERY and fnmatchcase(tool, it) for it in self.entry.tool)

    def holds(self, facts: Facts) -> bool:
        """Whether its condition is true of a call of one of its tools.

        Raises:
            EvaluationError: that cannot be told.
        """
        condition = self.conditions.get(facts.tool)
        return condition is None or condition.holds(facts)

    def always(self, tool: str) -> bool | None:
        """Whether it holds whatever a call is; None if it depends."""
        condition = self.conditions.get(tool)
        if condition is None:
            return True if self.entry.when is None else None
        return condition.always


def make_ready(
    entry: Entry, tools: Mapping[str, ToolSpec], findings: list[Finding]
) -> Clause[Entry]:
    """Find an entry's tools and compile its condition for each; what is wrong goes to `findings`.

    `*` in a rule means every tool that waits for approval; in a deny it means every tool. Of a tool
    that says of each call whether it waits, it means the calls that do.
    """
    covered: dict[str, ToolSpec] = {}
    for number, pattern in enumerate(entry.tool):
        found = [spec for spec in tools.values() if _fits(pattern, spec, entry)]
        covered |= {spec.name: spec for spec in found}
        if not found and pattern != EVERY and not _may_be(pattern, tools):
            path = ("tool", number) if len(entry.tool) > 1 else ("tool",)
            near = get_close_matches(pattern, sorted(tools), n=1)
            findings.append((path, _unknown_tool(pattern, near, tools)))
            covered |= {name: tools[name] for name in near}  # so that its condition is checked too
    conditions = dict(_conditions(entry.when, covered.values(), findings)) if entry.when else {}
    return Clause(entry, tuple(covered), conditions)


def never_reached(
    denials: Sequence[Clause[DenyEntry]], rules: Sequence[Clause[RuleEntry]]
) -> Iterator[Finding]:
    """Rules that no call can come to, since those above take every call of their tools."""
    taken: dict[str, str] = {}
    parts = (("deny", denials), ("rules", rules))
    for part, clauses in parts:
        for number, clause in enumerate(clauses):
            tools = _tools_and_more(clause)
            if tools and all(tool in taken for tool in tools):
                above = " and ".join(
                    f"`{name}`" for name in dict.fromkeys(taken[it] for it in tools)
                )
                yield (part, number), f"is never reached, since {above} above takes every call"
            if clause.tools and all(clause.always(tool) is False for tool in clause.tools):
                yield (part, number, "when"), "is never true; take the entry out or mend it"
            for tool in tools:
                if clause.always(tool):
                    taken.setdefault(tool, clause.entry.name)


def _tools_and_more(clause: Clause[DenyEntry] | Clause[RuleEntry]) -> tuple[str, ...]:
    """The tools of an entry; `*` itself stands for those that are yet to come."""
    return (*clause.tools, EVERY) if EVERY in clause.entry.tool else clause.tools


def _may_be(pattern: str, tools: Mapping[str, ToolSpec]) -> bool:
    """Whether it names a tool of a server that could not be asked, or one that is refused."""
    if not isinstance(tools, Tools):
        return False
    server, dot, _ = pattern.partition(".")
    is_refused = any(fnmatchcase(it, pattern) for it in tools.refused)
    return is_refused or (bool(dot) and server in tools.unlisted)


def _fits(pattern: str, spec: ToolSpec, entry: DenyEntry | RuleEntry) -> bool:
    if pattern == EVERY:
        return spec.needs_approval or isinstance(entry, DenyEntry)
    return fnmatchcase(spec.name, pattern)


def _unknown_tool(pattern: str, near: Sequence[str], tools: Iterable[str]) -> str:
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(sorted(tools))}"
    return f"{NO_TOOL}`{pattern}`; {hint}"


def _conditions(
    text: str, tools: Iterable[ToolSpec], findings: list[Finding]
) -> Iterator[tuple[str, Condition]]:
    refused: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    several = False
    for number, spec in enumerate(tools):
        several = number > 0
        try:
            yield spec.name, compile_condition(text, spec)
        except ConditionError as error:
            line = f"line {error.line}, " if "\n" in text.strip() else ""
            problem = f"{line}column {error.column}: {error.problem}"
            refused[problem.partition(KNOWN_NAMES)[0]].append((spec.name, problem))
    for mistake, found in refused.items():
        # Each tool knows other names; a list for each would tell one mistake many times.
        problem = found[0][1] if len({it for _, it in found}) == 1 else mistake
        whom = f" (for {', '.join(name for name, _ in found)})" if several else ""
        findings.append((("when",), problem + whom))
