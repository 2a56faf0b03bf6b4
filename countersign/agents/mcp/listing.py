"""What MCP servers have listed: what of it is offered, what is left out, and why."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mcp.types import Tool as ListedTool

from countersign.agents.errors import DuplicateToolError
from countersign.agents.mcp.acceptance import why_not
from countersign.agents.mcp.connection import Connection
from countersign.agents.mcp.names import full_name
from countersign.agents.mcp.offered import offered
from countersign.tools.text import encodable
from countersign.tools.toolkit import Tool

MOST_TOOLS = 100
"""Of one server. Providers take 128 in all."""
NAME_LIMIT, WHY_LIMIT = 200, 300
"""Characters of what is told of a tool that is left out; its server may write what it likes."""
LISTED_LIMIT = 300_000
"""Characters of all tools' schemas and descriptions together: each turn's history has them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one server has."""

    tools: Mapping[str, Tool]
    all: Mapping[str, Tool]
    """Also those that are too many to offer: what waits for one may still run."""
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the servers of an agent have now."""

    tools: Mapping[str, Tool] = field(default_factory=dict[str, Tool])
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    """By a tool's name, why it is not offered."""
    clashes: Sequence[str] = ()
    """Tools that a model could not tell apart, a line for each name, with where they come from."""
    away: Mapping[str, str] = field(default_factory=dict[str, str])
    """By a server's name, why it cannot be asked."""


def refuse_clashes(listing: Listing) -> None:
    """For a start: two tools that a model could not tell apart are the owner's to rename.

    Raises:
        DuplicateToolError: there are such.
    """
    for clash in listing.clashes:
        raise DuplicateToolError(f"AGENT: {clash}")


def note_for_model(listing: Listing) -> str:
    """What the model is told of servers that are away; empty if all are there."""
    if not listing.away:
        return ""
    names = " and ".join(listing.away)
    return (
        f"The tools of {names} cannot be reached at the moment, so they are not in your list. If "
        "they are needed, say so, and that it can be tried again in a few minutes."
    )


def answer_of(connection: Connection, listed: Sequence[ListedTool]) -> Answer:
    """Those of a server's tools that can be offered, and why the others cannot."""
    tools: dict[str, Tool] = {}
    left_out: dict[str, str] = {}
    for it in listed:
        name = full_name(connection.name, it.name)
        if why := "it is listed twice" if name in tools else why_not(it):
            left_out[encodable(name)[:NAME_LIMIT]] = encodable(why)[:WHY_LIMIT]
        else:
            tools[name] = offered(connection, it)
    for name in islice(tools, MOST_TOOLS, None):
        left_out[name] = f"a server may have {MOST_TOOLS} tools"
    return Answer(dict(islice(tools.items(), MOST_TOOLS)), tools, left_out)


def joined(
    tools: Mapping[str, Tool],
    left_out: Mapping[str, str],
    taken: Mapping[str, Tool],
    away: Mapping[str, str],
) -> Listing:
    """Leave out all that a model could not tell apart, and what is too much in all."""
    by_name: defaultdict[str, list[Tool]] = defaultdict(list)
    for tool in tools.values():
        by_name[tool.called].append(tool)
    lost, clashes, kept, room = dict(left_out), list[str](), dict[str, Tool](), LISTED_LIMIT
    for called, alike in by_name.items():
        other = taken.get(called) or taken.get(alike[0].name)
        if len(alike) > 1 or other:
            clash = _clash(called, [*alike, *([other] if other else [])])
            clashes.append(clash)
            lost |= dict.fromkeys((it.name for it in alike), clash)
            continue
        (tool,) = alike
        room -= len(json.dumps(tool.parameters)) + len(tool.function.description)
        if room < 0:
            lost[tool.name] = f"all tools together have more than {LISTED_LIMIT:,} characters"
        else:
            kept[tool.name] = tool
    return Listing(kept, lost, tuple(clashes), away)


def _clash(called: str, alike: Sequence[Tool]) -> str:
    places = " and ".join(f"{it.name} of {it.place}" for it in alike)
    return f"two tools would be called {called} by the model: {places}"
