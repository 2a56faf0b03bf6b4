"""An agent and its tools as a person at a terminal reads them."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from countersign.agents.checking import Check
from countersign.agents.report import AgentReport, ToolReport
from countersign.slack.text import clean

MOST_NAMED = 20
"""Tools that are left out, each of which has lines of its own."""


def agent_tree(where: str, policy: str, found: Check, name: str = "") -> RenderableType:
    """The tree of agents, each tool with its place and its rules; below it, what is refused.

    Of several agents of one installation, each has its `name`.
    """
    parts: list[RenderableType] = [Text(f"{name}:", style="bold")] if name else []
    if found.agent:
        parts.append(_agent(found.agent, where))
    parts += [Text(clean(line), style="red") for line in found.refusals]
    if not found.refusals:
        parts.append(Text(f"Nothing is refused. The rules are those of {_policy(policy, found)}."))
    return Group(*parts)


def _policy(policy: str, found: Check) -> str:
    return f"{policy}, version {found.version}"


def _agent(report: AgentReport, where: str) -> Tree:
    name = Text(clean(report.name), style="bold")
    tree = Tree(name.append(f"  {clean(where)}", style="not bold dim"))
    for tool in report.tools:
        tree.add(Group(*_tool(tool)))
    for server, why in report.servers:
        tree.add(_lacking(server, "an MCP server", f"its tools are not known: {why}"))
    for tool, why in report.left_out[:MOST_NAMED]:
        tree.add(_lacking(tool, "left out", f"the model is not given it: {why}"))
    if (more := len(report.left_out) - MOST_NAMED) > 0:
        tree.add(Text(f"{more:,} more tools are left out; --json names all", style="yellow"))
    for agent in report.agents:
        tree.add(_agent(agent, agent.via))
    return tree


def _lacking(name: str, what: str, why: str) -> Group:
    """What the agent does not have, and why."""
    label = Text(clean(name), style="bold").append(f"  {what}", style="not bold")
    return Group(label, Text(clean(why), style="yellow"))


def _tool(tool: ToolReport) -> Iterator[Text]:
    yield Text(clean(tool.name), style="bold").append(f"  {clean(tool.title)}", style="not bold")
    yield Text(clean(f"from {tool.place}"), style="dim")
    yield Text(tool.why, style="yellow" if tool.is_free else "green")
    if tool.waits and not tool.has_preview:
        yield Text("no preview: people read its arguments", style="yellow")
    if tool.secrets:
        yield Text(clean(f"never shown: {', '.join(tool.secrets)}"), style="dim")
