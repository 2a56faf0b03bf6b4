"""The backend as two web servers: one that agents and callers use, one that controls it.

The second stays when the first goes away.
"""

import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.control import Nothing, add_control_routes, answering
from sandbox.agentex.core import Backend
from sandbox.agentex.dispatch import add_routes
from sandbox.errors import SetupError
from sandbox.json_types import Json
from sandbox.security import HEADER, is_loopback, is_own_origin

HOST = "127.0.0.1"
BODY_LIMIT = 1024 * 1024
SHUTDOWN_SECONDS = 0.3


class Listener:
    """One server that can leave its port and come back to it."""

    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        self._site: web.TCPSite | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens, or did."""
        return f"http://{HOST}:{self.port}"

    async def start(self, port: int) -> None:
        """Listen on a port; 0 picks one.

        Raises:
            SetupError: the port is taken.
        """
        await self._runner.setup()
        self.port = port
        await self.come_back()

    async def come_back(self) -> None:
        """Listen on the same port as before."""
        if self._site is not None:
            return
        site = web.TCPSite(self._runner, HOST, self.port)
        try:
            await site.start()
        except OSError as error:
            message = f"Cannot listen on {HOST}:{self.port}: {error.strerror}."
            raise SetupError(message) from error
        self._site = site
        self.port = int(self._runner.addresses[0][1])

    async def go_away(self) -> None:
        """Stop listening and cut every connection that is open."""
        if self._site is None:
            return
        await self._site.stop()
        self._site = None
        if self._runner.server is not None:
            for connection in self._runner.server.connections:
                connection.force_close()

    async def stop(self) -> None:
        """End for good."""
        await self._runner.cleanup()


class AgentexSandbox:
    """A running backend and its addresses."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.public = Listener(_public(backend))
        self._control = Listener(_controlling(self))

    @property
    def url(self) -> str:
        """What `AGENTEX_BASE_URL` is to be."""
        return self.public.url

    @property
    def control_url(self) -> str:
        """Where it is controlled, with the token."""
        return f"{self._control.url}/?token={self.backend.config.token}"

    async def start(self) -> None:
        """Begin to listen; `SetupError` if a port is taken."""
        await self._control.start(self.backend.config.control_port)
        await self.public.start(self.backend.config.port)

    async def stop(self) -> None:
        """Let go of everything."""
        await self.public.stop()
        await self._control.stop()
        if self.backend.session is not None:
            await self.backend.session.close()


@asynccontextmanager
async def running(config: AgentexConfig) -> AsyncGenerator[AgentexSandbox]:
    """Run a backend while the context is open.

    Raises:
        SetupError: it cannot start, for example because the port is taken.
    """
    sandbox = AgentexSandbox(Backend(config))
    try:
        await sandbox.start()
        yield sandbox
    finally:
        await sandbox.stop()


def _public(backend: Backend) -> web.Application:
    app = web.Application(middlewares=[_this_machine_only], client_max_size=BODY_LIMIT)
    add_routes(app, backend)
    return app


def _controlling(sandbox: AgentexSandbox) -> web.Application:
    guards = [_this_machine_only, _with_token(sandbox.backend.config.token)]
    app = web.Application(middlewares=guards, client_max_size=BODY_LIMIT)
    add_control_routes(app, sandbox.backend)

    async def away(_: Backend, __: Nothing) -> Json:
        await sandbox.public.go_away()
        return {}

    async def back(_: Backend, __: Nothing) -> Json:
        await sandbox.public.come_back()
        return {}

    async def address(_: Backend, __: Nothing) -> Json:
        return {"url": sandbox.url}

    app.router.add_post("/control/away", answering(sandbox.backend, Nothing, away))
    app.router.add_post("/control/back", answering(sandbox.backend, Nothing, back))
    app.router.add_get("/control/address", answering(sandbox.backend, Nothing, address))
    return app


@web.middleware
async def _this_machine_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not is_loopback(request.host) or not is_own_origin(request):
        return web.Response(status=403, text="This backend answers on this machine only.")
    return await handler(request)


def _with_token(token: str) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        offered = request.headers.get(HEADER, "")
        if not hmac.compare_digest(offered.encode(), token.encode()):
            return web.Response(status=403, text="Send the token that was printed at the start.")
        return await handler(request)

    return check
