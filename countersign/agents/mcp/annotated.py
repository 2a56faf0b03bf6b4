"""What was said of the tools of an MCP server, held against those that it lists."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from agents.mcp import MCPServer

from countersign.tools.annotations import annotations_on
from countersign.tools.toolkit import Tool

MOST_NAMED = 5


def annotation_faults(
    server: MCPServer, listed: Collection[str], tools: Iterable[Tool]
) -> Iterator[str]:
    """A line for each tool that is not there, and for what does not fit one that is.

    Args:
        server: of whose tools something was said.
        listed: names of all tools that it lists, as it calls them, also of those left out.
        tools: those that are not left out.
    """
    for name in annotations_on(server):
        if name not in listed:
            told = f"annotate names the tool {name}, which the MCP server {server.name} does not"
            yield f"{told} have; {_hint(name, listed)}"
    for tool in tools:
        faults = (tool.preview_fault, tool.secret_fault)
        yield from (f"{tool.name}: {fault}" for fault in faults if fault)


def _hint(name: str, listed: Collection[str]) -> str:
    if near := get_close_matches(name, listed, n=1):
        return f"perhaps {near[0]} is meant"
    known, more = sorted(listed)[:MOST_NAMED], max(len(listed) - MOST_NAMED, 0)
    return f"it has {', '.join(known) or 'none'}{f' and {more} more' if more else ''}"
