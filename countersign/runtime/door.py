"""The door of every HTTP server of ours: whoever comes in and says nothing has to leave."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web, web_response
from aiohttp.typedefs import Handler

FIRST_REQUEST_SECONDS = 15.0
"""How long a new connection may take to send its first request, headers and all."""
KEEP_ALIVE_SECONDS = 75.0
"""How long one may stay silent after an answer. Load balancers reuse theirs for a minute, and
would send a press into one that closes first."""
LINGERING_SECONDS = 1.0
"""How long the rest of a body is read that nobody wants, so that the answer is not lost."""
SHUTDOWN_SECONDS = 5.0

# aiohttp writes this into each answer, also to what is no request at all, which no hook sees.
web_response.SERVER_SOFTWARE = "countersign"  # pyright: ignore[reportPrivateImportUsage]


class Door:
    """Knows the connections that have not yet sent a whole request, and closes them in time."""

    def __init__(self, http: web.Application, seconds: float) -> None:
        self._seconds = seconds
        self._silent: set[asyncio.Protocol] = set()
        http.middlewares.append(self._heard)

    def let_in(self, connection: web.RequestHandler) -> web.RequestHandler:
        """One connection more."""
        self._silent.add(connection)
        asyncio.get_running_loop().call_later(self._seconds, self._close_if_silent, connection)
        return connection

    @web.middleware
    async def _heard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._silent.discard(request.protocol)
        return await handler(request)

    def _close_if_silent(self, connection: web.RequestHandler) -> None:
        if connection in self._silent:
            self._silent.discard(connection)
            connection.force_close()


@asynccontextmanager
async def serving(
    http: web.Application,
    host: str,
    port: int,
    first_request_seconds: float = FIRST_REQUEST_SECONDS,
    keep_alive_seconds: float = KEEP_ALIVE_SECONDS,
) -> AsyncGenerator[asyncio.Server]:
    """Serve; on leaving, answer what is under way and close.

    Bodies are taken as they are sent: a signature is of these bytes, and none is unpacked that
    was made small to become large.

    Raises:
        OSError: the port is taken or may not be used.
    """
    door = Door(http, first_request_seconds)
    runner = web.AppRunner(
        http,
        access_log=None,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=keep_alive_seconds,
        lingering_time=LINGERING_SECONDS,
        auto_decompress=False,
    )
    await runner.setup()
    try:
        answering = cast("web.Server", runner.server)  # there from `setup` to `cleanup`
        server = await asyncio.get_running_loop().create_server(
            lambda: door.let_in(answering()), host, port
        )
        try:
            yield server
        finally:
            server.close()
    finally:
        await runner.cleanup()
