"""An agent and its tools as a person at a terminal reads them."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from countersign.agents.checking import Check
from countersign.agents.report import AgentReport, ToolReport


def agent_tree(where: str, policy: str, found: Check, name: str = "") -> RenderableType:
    """The tree of agents, each tool with its place and its rules; below it, what is refused.

    Of several agents of one installation, each has its `name`.
    """
    parts: list[RenderableType] = [Text(f"{name}:", style="bold")] if name else []
    if found.agent:
        parts.append(_agent(found.agent, where))
    parts += [Text(line, style="red") for line in found.refusals]
    if not found.refusals:
        parts.append(Text(f"Nothing is refused. The rules are those of {_policy(policy, found)}."))
    return Group(*parts)


def _policy(policy: str, found: Check) -> str:
    return f"{policy}, version {found.version}"


def _agent(report: AgentReport, where: str) -> Tree:
    tree = Tree(Text(report.name, style="bold").append(f"  {where}", style="not bold dim"))
    for tool in report.tools:
        tree.add(Group(*_tool(tool)))
    for server, why in report.servers:
        label = Text(server, style="bold").append("  an MCP server", style="not bold")
        tree.add(Group(label, Text(f"its tools are not known: {why}", style="yellow")))
    for agent in report.agents:
        tree.add(_agent(agent, agent.via))
    return tree


def _tool(tool: ToolReport) -> Iterator[Text]:
    yield Text(tool.name, style="bold").append(f"  {tool.title}", style="not bold")
    yield Text(f"from {tool.place}", style="dim")
    yield Text(tool.why, style="yellow" if tool.is_free else "green")
    if tool.waits and not tool.has_preview:
        yield Text("no preview: people read its arguments", style="yellow")
    if tool.secrets:
        yield Text(f"never shown: {', '.join(tool.secrets)}", style="dim")
