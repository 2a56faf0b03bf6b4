"""Health of a process, for the platform that runs it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

LARGEST_BODY = 512 * 1024
"""Bytes. Slack's payloads stay far below; anything larger is not from Slack."""

Readiness = Callable[[], Awaitable[str | None]]
"""Why the process cannot serve just now, or None if it can."""


def build_http(readiness: Readiness) -> web.Application:
    """`/healthz` says that the process lives, `/readyz` whether it can serve."""
    http = web.Application(client_max_size=LARGEST_BODY)

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        reason = await readiness()
        body = {"ok": True} if reason is None else {"ok": False, "reason": reason}
        return web.json_response(body, status=200 if reason is None else 503)

    http.router.add_get("/healthz", healthz)
    http.router.add_get("/readyz", readyz)
    return http
