"""A small MCP server: `python tests/support/mcp_server.py FOLDER` speaks over its own pipes.

Files in its folder say how it behaves, so that a test can change it while it runs:

- `tools.json`: a list of tools as MCP lists them, in place of its own;
- `mute`: it does not answer when it is asked for its tools;
- `calls.jsonl`: what it writes, a line for each call that reached it;
- `pid`: what it writes, the number of its process.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

SERVICE = {"service": {"type": "string"}}
TOOLS: list[dict[str, Any]] = [
    {
        "name": "list_services",
        "title": "List the services",
        "description": "What runs.",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "roll_back",
        "description": "Roll a service back.",
        "inputSchema": {
            "type": "object",
            "properties": {**SERVICE, "steps": {"type": "integer", "minimum": 1}},
            "required": ["service"],
        },
    },
    *(
        {"name": name, "description": name, "inputSchema": {"type": "object"}}
        for name in ("break", "hang", "die", "flood", "picture", "structured", "silent")
    ),
]


class Folder:
    """What the server is told by files, and what it tells by them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def tools(self) -> list[dict[str, Any]]:
        file = self.path / "tools.json"
        return json.loads(file.read_text()) if file.exists() else TOOLS

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Every call that reached it, in order."""
        file = self.path / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def note(self, name: str, arguments: dict[str, Any], meta: dict[str, Any]) -> None:
        line = json.dumps({"name": name, "arguments": arguments, "meta": meta})
        with (self.path / "calls.jsonl").open("a") as file:
            file.write(f"{line}\n")


def build(folder: Folder) -> Server[Any]:
    """The server itself, for pipes and for HTTP."""

    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        while (folder.path / "mute").exists():  # noqa: ASYNC110 - another process removes it
            await asyncio.sleep(0.05)
        return ListToolsResult(tools=[Tool.model_validate(it) for it in folder.tools])

    async def call_tool(
        context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        arguments = params.arguments or {}
        folder.note(params.name, arguments, dict(context.meta or {}))
        return await _answer(params.name, arguments)

    return Server("test", on_list_tools=list_tools, on_call_tool=call_tool)


async def _answer(name: str, arguments: dict[str, Any]) -> CallToolResult:
    if name == "hang":
        await asyncio.Event().wait()
    if name == "die":
        os._exit(1)
    return ANSWERS.get(name) or _said(f"rolled {arguments.get('service')} back")


def _said(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)])


ANSWERS = {
    "list_services": _said("shop, billing"),
    "break": CallToolResult(content=[TextContent(text="No such release.")], is_error=True),
    "flood": _said("x" * 3_000_000),
    "picture": CallToolResult(
        content=[
            TextContent(text="Here:"),
            ImageContent(data="AAAA" * 1000, mime_type="image/png"),
        ]
    ),
    "structured": CallToolResult(content=[], structured_content={"shop": "v7"}),
    "silent": CallToolResult(content=[]),
}


async def main(path: Path) -> None:
    """Serve over standard input and output until that is closed."""
    (path / "pid").write_text(str(os.getpid()))
    server = build(Folder(path))
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
