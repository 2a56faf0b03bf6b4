"""How an agent reaches the small MCP server of these tests."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp

from dev.ports import free_port
from tests.support import mcp_server
from tests.support.mcp_server import Folder


def over_pipes(folder: Folder, name: str = "deploys", **options: Any) -> MCPServerStdio:
    """A program that is started when it is first asked."""
    given: Any = {"client_session_timeout_seconds": 20, **options}
    arguments = [mcp_server.__file__, str(folder.path)]
    return MCPServerStdio({"command": sys.executable, "args": arguments}, name=name, **given)


@asynccontextmanager
async def over_http(
    folder: Folder, name: str = "remote"
) -> AsyncGenerator[MCPServerStreamableHttp]:
    """One that runs already, on a port of this machine."""
    port = free_port()
    app = mcp_server.build(folder).streamable_http_app()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning")
    async with _serving(uvicorn.Server(config)):
        yield MCPServerStreamableHttp({"url": f"http://127.0.0.1:{port}/mcp"}, name=name)


@asynccontextmanager
async def _serving(server: uvicorn.Server) -> AsyncGenerator[None]:
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - it has no event for that
                await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving
