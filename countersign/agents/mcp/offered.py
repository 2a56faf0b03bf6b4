"""A tool of an MCP server as all others: read, shown to people and run in an activity."""

import json
from collections.abc import Mapping
from typing import Any

from agents import FunctionTool
from agents.mcp import MCPToolMetaContext
from agents.tool_context import ToolContext
from mcp.types import Tool as ListedTool

from countersign.agents.mcp.acceptance import schema_of
from countersign.agents.mcp.connection import Connection
from countersign.agents.mcp.names import flat_name, full_name
from countersign.agents.mcp.results import as_text
from countersign.tools.annotations import Annotations, annotations_on, say
from countersign.tools.current_call import current_call
from countersign.tools.text import cut, encodable
from countersign.tools.toolkit import Tool, ToolError

TITLE_LIMIT = 80
DESCRIPTION_LIMIT = 2_000
KEY = "countersign/key"
"""Under this name of a request's metadata stands the call's idempotency key, for servers of one's
own that want to know a call again."""

PUT_BEFORE = "Error executing tool {tool}: "
"""What servers written with MCP's Python SDK put before what their author says."""


def offered(connection: Connection, listed: ListedTool) -> Tool:
    """A tool that waits for approval whatever its server says of it; only a rule frees it.

    What its owner said of it goes before what the server says.
    """

    async def invoke(context: ToolContext[Any], arguments: str) -> str | None:
        given: dict[str, Any] = json.loads(arguments)
        meta = await _meta(connection, listed, context, given)
        result = await connection.call(listed.name, given, meta, current_call().seconds)
        text = as_text(result, structured=connection.server.use_structured_content)
        if result.is_error:
            told = text.removeprefix(PUT_BEFORE.format(tool=listed.name))
            raise ToolError(told or "It failed and did not say why.")
        return text or None

    title = _title(listed)
    said = annotations_on(connection.server).get(listed.name, Annotations())
    function = FunctionTool(
        name=full_name(connection.name, listed.name),
        description=cut(encodable(listed.description or title), DESCRIPTION_LIMIT),
        params_json_schema=schema_of(listed),
        on_invoke_tool=invoke,
        strict_json_schema=False,
        needs_approval=True,
    )
    return Tool(
        say(function, Annotations(title=title).with_(said)),
        server=connection.name,
        called=flat_name(connection.name, listed.name),
        hint=_hint(listed),
    )


def _title(listed: ListedTool) -> str:
    told = listed.title or (listed.annotations.title if listed.annotations else "") or ""
    plain = " ".join(encodable(told).split())[:TITLE_LIMIT]
    words = listed.name.replace("_", " ").replace("-", " ").strip().capitalize()
    return plain or words[:TITLE_LIMIT] or listed.name


def _hint(listed: ListedTool) -> str:
    said = listed.annotations
    if said is None:
        return ""
    if said.read_only_hint:
        return "says that it only reads"
    return "says that it destroys nothing" if said.destructive_hint is False else ""


async def _meta(
    connection: Connection,
    listed: ListedTool,
    context: ToolContext[Any],
    arguments: Mapping[str, Any],
) -> dict[str, Any]:
    """What goes with a request: what the server said itself, what its owner adds, and the key."""
    meta = {**(listed.meta or {}), KEY: current_call().key}
    resolve = connection.server.tool_meta_resolver
    if resolve is None:
        return meta
    asked = MCPToolMetaContext(context, connection.name, listed.name, dict(arguments))
    told = resolve(asked)
    added = told if isinstance(told, dict) or told is None else await told
    return {**(added or {}), **meta}
