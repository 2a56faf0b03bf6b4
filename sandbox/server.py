"""The sandbox as a web server: `create_app` for tests, `running` for everyone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.answers import Place, apply_answer
from sandbox.config import SandboxConfig
from sandbox.control.failing import show_app, use_http
from sandbox.control.routes import add_control_routes
from sandbox.core import Core, build_core
from sandbox.errors import SetupError, SlackError
from sandbox.json_types import Json
from sandbox.model import add_model_routes
from sandbox.security import guard
from sandbox.snapshot import page_snapshot
from sandbox.web_api.dispatch import answer_api

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
BODY_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 8 * 1024 * 1024
SHUTDOWN_SECONDS = 0.3
VERIFY_EVERY_SECONDS = 0.5
CORE: web.AppKey[Core] = web.AppKey("core", Core)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox and its addresses."""

    core: Core
    port: int

    @property
    def url(self) -> str:
        """Where everything is."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """The base of the Web API, for `AsyncWebClient(base_url=…)`."""
        return f"{self.url}/api/"

    @property
    def model_url(self) -> str:
        """The base of the scripted model, for `OPENAI_BASE_URL`."""
        return f"{self.url}/v1"

    @property
    def page_url(self) -> str:
        """The page, with the token that opens it."""
        return f"{self.url}/?token={self.core.config.page_token}"


def create_app(config: SandboxConfig) -> web.Application:
    """Build the server without starting it.

    Raises:
        SetupError: the manifest or the data file cannot be used.
    """
    core = build_core(config)
    app = web.Application(middlewares=[guard(core)], client_max_size=BODY_LIMIT)
    app[CORE] = core
    core.socket.on_change = _connections_changed(core)
    app.router.add_route("*", "/api/{method:.+}", _api)
    app.router.add_get("/link", core.socket.link)
    app.router.add_post("/response/{id}", _respond)
    app.router.add_post("/upload/{id}", _upload)
    app.router.add_get("/ws", _page_socket)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/", _page)
    app.router.add_get("/archives/{channel}/{message}", _page)
    if PAGE.is_dir():
        app.router.add_static("/static", PAGE)
    add_control_routes(app, core)
    add_model_routes(app, latency=config.model_latency)
    app.cleanup_ctx.append(_lifetime)
    app.on_shutdown.append(_hang_up)
    return app


@asynccontextmanager
async def running(config: SandboxConfig) -> AsyncGenerator[Sandbox]:
    """Run a sandbox while the context is open.

    Raises:
        SetupError: it cannot start, for example because the port is taken.
    """
    app = create_app(config)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        yield await _listen(runner, app, config.port)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, app: web.Application, port: int) -> Sandbox:
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError as error:
        raise SetupError(f"Cannot listen on {HOST}:{port}: {error.strerror}.") from error
    sandbox = Sandbox(app[CORE], int(runner.addresses[0][1]))
    sandbox.core.base_url = sandbox.url
    return sandbox


def _connections_changed(core: Core) -> Callable[[], None]:
    def changed() -> None:
        core.delivery.flush()
        show_app(core)

    return changed


async def _lifetime(app: web.Application) -> AsyncIterator[None]:
    core = app[CORE]
    verifying = None
    if core.config.events_url:
        verifying = asyncio.create_task(_verify(core, core.config.events_url))
    yield
    if verifying is not None:
        verifying.cancel()
        await asyncio.gather(verifying, return_exceptions=True)
    await core.delivery.close()
    if core.http is not None:
        await core.http.close()
    core.store.flush()


async def _hang_up(app: web.Application) -> None:
    """Close websockets first: aiohttp waits for every open request before it cleans up."""
    await app[CORE].socket.close()
    await app[CORE].hub.close()


async def _verify(core: Core, url: str) -> None:
    """Ask until the app is up and returns the challenge; events wait meanwhile."""
    http = core.signed_http(url)
    await use_http(core, http)
    while True:
        if await http.verify():
            return await use_http(core, http)
        await asyncio.sleep(VERIFY_EVERY_SECONDS)


async def _api(request: web.Request) -> web.StreamResponse:
    return await answer_api(request.app[CORE], request)


async def _respond(request: web.Request) -> web.StreamResponse:
    core = request.app[CORE]
    try:
        body = _object(await request.json())
        grant = core.response_urls.redeem(request.match_info["id"])
        apply_answer(core, Place(grant.user, grant.channel, grant.ts), body)
    except ValueError:
        return web.Response(status=400, text="invalid_payload")
    except SlackError as error:
        spent = error.code in ("used_url", "expired_url", "invalid_url")
        core.inspector.note("error", "response_url", {"error": error.code, **error.more}, ok=False)
        return web.Response(status=404 if spent else 400, text=error.code)
    core.inspector.note("api", "response_url", {"request": body}, ok=True)
    return web.Response(text="ok")


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the caller answers for both alike
    return value


async def _upload(request: web.Request) -> web.StreamResponse:
    upload = request.app[CORE].uploads.by_id.get(request.match_info["id"])
    if upload is None:
        return web.Response(status=404, text="file_not_found")
    upload.content = await request.read()
    return web.Response(text=f"OK - {len(upload.content)}")


async def _page_socket(request: web.Request) -> web.StreamResponse:
    core = request.app[CORE]
    user = request.query.get("as", "")
    person = core.state.people.get(user)
    if person is None or person.is_bot or person.deleted:
        return web.Response(status=400, text="Say with ?as= which person is looking.")
    socket = web.WebSocketResponse(max_msg_size=64 * 1024, heartbeat=30)
    await socket.prepare(request)
    await core.hub.serve(socket, user, page_snapshot(core, user))
    return socket


async def _page(_request: web.Request) -> web.StreamResponse:
    index = PAGE / "index.html"
    if not index.is_file():
        return web.Response(text="The page is not built into this copy.", status=404)
    return web.FileResponse(index)


async def _healthz(request: web.Request) -> web.StreamResponse:
    core = request.app[CORE]
    connected = core.http.connected if core.http else core.socket.connected
    return web.json_response({"ok": True, "app_connected": connected})
