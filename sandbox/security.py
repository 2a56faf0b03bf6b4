"""Who may talk to the sandbox: this machine only, and pages that know the token."""

import hmac
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.core import Core

COOKIE = "sandbox_token"
HEADER = "X-Sandbox-Token"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
GUARDED = ("/control/", "/archives/", "/static/")
FORBIDDEN = "Open the sandbox with the address that it printed when it started."
POLICY = (
    "default-src 'self'; img-src 'self' https: http: data:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def is_loopback(host: str) -> bool:
    """Whether a `Host` header names this machine; anything else may be DNS rebinding."""
    return urlsplit(f"//{host}").hostname in LOOPBACK


def is_own_origin(request: web.Request) -> bool:
    """Whether a request comes from our own page, or from no page at all."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"http://{request.host}"


def guard(core: Core) -> Middleware:
    """Return the middleware that refuses strangers."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback(request.host):
            return web.Response(status=403, text="The sandbox answers on this machine only.")
        upgrades = request.headers.get("Upgrade", "").lower() == "websocket"
        if (upgrades or request.method != "GET") and not is_own_origin(request):
            return web.Response(status=403, text="Another site's page may not use the sandbox.")
        if _is_guarded(request.path) and not _knows_token(core, request):
            return web.Response(status=403, text=FORBIDDEN)
        if request.path == "/" and "token" in request.query:
            return _remember(request)
        response = await handler(request)
        if not response.prepared:
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Content-Security-Policy"] = POLICY
        return response

    return check


def _is_guarded(path: str) -> bool:
    return path in ("/", "/ws") or path.startswith(GUARDED)


def _knows_token(core: Core, request: web.Request) -> bool:
    offered = (
        request.cookies.get(COOKIE),
        request.headers.get(HEADER),
        request.query.get("token"),
    )
    expected = core.config.page_token.encode()
    return any(hmac.compare_digest(token.encode(), expected) for token in offered if token)


def _remember(request: web.Request) -> web.Response:
    """Move the token from the address into a cookie, so that it is not in the history."""
    rest = {key: value for key, value in request.query.items() if key != "token"}
    response = web.Response(status=303)
    response.headers["Location"] = f"/?{urlencode(rest)}" if rest else "/"
    response.set_cookie(COOKIE, request.query["token"], httponly=True, samesite="Strict", path="/")
    return response
