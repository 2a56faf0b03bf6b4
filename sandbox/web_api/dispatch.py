"""The door of the Web API: arguments, token, scope, faults, answer."""

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.faults import Fault
from sandbox.ids import make_id
from sandbox.json_types import Json
from sandbox.web_api import (
    agents,
    app,
    chat,
    conversations,
    files,
    people,
    reactions,
    streaming,
    views,
)
from sandbox.web_api.call import Call, Method, Methods

METHODS: Methods = {
    **agents.METHODS,
    **app.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **streaming.METHODS,
    **views.METHODS,
}
APP_LEVEL = "apps.connections.open"
OPEN_TO_ALL = "api.test"
BROKEN = "the body was no JSON"


async def answer_api(core: Core, request: web.Request) -> web.StreamResponse:
    """Answer `/api/<method>`; refusals are HTTP 200 with `ok: false`, as on Slack."""
    name = request.match_info["method"]
    started = time.perf_counter()
    args = await _arguments(request)
    fault = core.faults.take(name, str(args.get("channel", "")))
    response = None
    if fault is not None and fault.when == "before":
        response = await _fail(fault, request)
    if response is None:
        response = _response(core, name, _run(core, name, args, request))
    if fault is not None and fault.when == "after":
        response = await _fail(fault, request) or response
    ms = (time.perf_counter() - started) * 1000
    _note(core, name, args, response, fault, ms)
    return response


async def _arguments(request: web.Request) -> Json:
    """Merge query, form, JSON and multipart arguments, the body last."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            body = {BROKEN: True}
        return {**args, **body} if isinstance(body, dict) else args
    form = await request.post()
    return {**args, **{key: value for key, value in form.items() if isinstance(value, str)}}


def _run(core: Core, name: str, args: Json, request: web.Request) -> Json:
    try:
        method = _method(name, args)
        _authenticate(core, name, args, request)
        _check_scope(core, method)
        return {"ok": True, **method.run(Call(core, args))}
    except SlackError as error:
        return {"ok": False, "error": error.code, **error.more}


def _method(name: str, args: Json) -> Method:
    if args.pop(BROKEN, False):
        raise SlackError("invalid_json")
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    return method


def _authenticate(core: Core, name: str, args: Json, request: web.Request) -> None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip() or str(args.get("token") or "")
    args.pop("token", None)
    if name == OPEN_TO_ALL:
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (core.config.bot_token, core.config.app_token):
        raise SlackError("invalid_auth")
    if (name == APP_LEVEL) is not (token == core.config.app_token):
        raise SlackError("not_allowed_token_type")


def _check_scope(core: Core, method: Method) -> None:
    if method.scope is not None:
        Call(core, {}).require_scope(method.scope)


def _response(core: Core, name: str, body: Json) -> web.Response:
    method = METHODS.get(name)
    headers = {
        "x-oauth-scopes": ",".join(core.manifest.scopes),
        "x-accepted-oauth-scopes": (method.scope if method else None) or "",
        "x-slack-req-id": make_id("R", 24),
    }
    return web.json_response(body, headers=headers)


async def _fail(fault: Fault, request: web.Request) -> web.Response | None:
    """Return the armed failure, or None if the call is only slowed down."""
    match fault.kind:
        case "http_429":
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers=headers
            )
        case "http_500":
            return web.Response(status=500, text="Internal Server Error")
        case "html_404":
            page = "<!DOCTYPE html><html><body>There is no such page.</body></html>"
            return web.Response(status=404, text=page, content_type="text/html")
        case "error" | "unknown_method" as kind:
            code = fault.error if kind == "error" else kind
            return web.json_response({"ok": False, "error": code})
        case "delay":
            await asyncio.sleep(fault.seconds)
            return None
        case _:
            if fault.kind == "timeout":
                await asyncio.sleep(fault.seconds)
            return _hang_up(request)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=504, text="The connection was cut on request.")


def _note(
    core: Core, name: str, args: Json, response: web.StreamResponse, fault: Fault | None, ms: float
) -> None:
    body = _readable(response)
    detail: Json = {"request": args, "status": response.status, "response": body}
    if fault is not None:
        detail["fault"] = f"{fault.kind} {fault.when}"
    ok = response.status == 200 and isinstance(body, dict) and bool(body.get("ok"))
    core.inspector.note("api", name, detail, ms=ms, ok=ok)


def _readable(response: web.StreamResponse) -> Any:
    text = response.text if isinstance(response, web.Response) else None
    try:
        return json.loads(text or "")
    except ValueError:
        return text
