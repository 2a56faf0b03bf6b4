"""Everything that would be refused of an agent and its policy, at once and without network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from countersign.agents.loading import found_agent
from countersign.agents.report import AgentReport, Branch, report_of, tree_of
from countersign.agents.tools_at import REFUSALS
from countersign.policy.engine import Policy
from countersign.policy.faults import PolicyError
from countersign.policy.loading import load_file


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. A worker starts if there are no refusals."""

    agent: AgentReport | None
    """None if it could not be made."""
    version: str
    """The policy's; empty if it cannot be used."""
    refusals: tuple[str, ...]
    """A line each."""


async def check(where: str, policy_file: Path) -> Check:
    """Look at an agent, by its module and name, and at the policy for it."""
    try:
        async with found_agent(where) as agent:
            return _checked(tree_of(agent), policy_file)
    except REFUSALS as error:
        return Check(None, "", (str(error),))


def _checked(tree: Branch, policy_file: Path) -> Check:
    refusals = [str(error) for branch in tree.all() for error in branch.refusals]
    policy = None
    try:
        policy = _policy_for(tree, policy_file)
    except PolicyError as error:
        refusals += map(str, error.faults)
    except OSError as error:
        refusals.append(f"the policy {policy_file} cannot be read ({error.strerror})")
    version = policy.version if policy else ""
    return Check(report_of(tree, policy), version, tuple(_once(refusals)))


def _policy_for(tree: Branch, file: Path) -> Policy:
    specs = {tool.name: tool.spec for branch in tree.all() for tool in branch.tools}
    return load_file(file, specs)


def _once(lines: list[str]) -> Iterator[str]:
    yield from dict.fromkeys(lines)
