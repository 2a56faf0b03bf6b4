"""The scripted model's HTTP edge: keys, bodies, streams, and the switch for failures."""

import asyncio
from typing import Any

from aiohttp import web

from sandbox.model import wire
from sandbox.model.answers import answer
from sandbox.model.script import FAILURES, ApiError, Mode, Script

MODELS = ("scripted", "gpt-5.4-mini")
"""Listed for tools that look; any name is accepted."""


def add_model_routes(app: web.Application, *, latency: float = 0.0) -> None:
    """Serve `POST /v1/responses`, `GET /v1/models` and `POST /v1/_script`.

    Args:
        app: where the routes are added.
        latency: seconds that an answer takes, spread over the events of a stream.
    """
    model = _Model(latency)
    app.on_shutdown.append(model.close)
    app.router.add_post("/v1/responses", model.respond)
    app.router.add_get("/v1/models", model.list_models)
    app.router.add_post("/v1/_script", model.change_script)


class _Model:
    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._script = Script()
        self._closing = asyncio.Event()

    async def close(self, _: web.Application) -> None:
        """Let go of the requests that hang on purpose."""
        self._closing.set()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        try:
            _check_key(request)
            return await self._answer(request, await _body(request), self._script.next())
        except ApiError as error:
            return _refusal(error)

    async def list_models(self, request: web.Request) -> web.Response:
        try:
            _check_key(request)
        except ApiError as error:
            return _refusal(error)
        listed = [
            {"id": it, "object": "model", "created": 0, "owned_by": "sandbox"} for it in MODELS
        ]
        return web.json_response({"object": "list", "data": listed})

    async def change_script(self, request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            mode, count = Mode(body.get("mode", "normal")), int(body.get("count", 0))
        except (ApiError, ValueError, TypeError):
            modes = ", ".join(Mode)
            message = f"mode has to be one of {modes}, count a whole number."
            return _refusal(ApiError(400, message))
        self._script = Script(mode, count)
        return web.json_response(
            {"ok": True, "mode": self._script.mode, "count": self._script.left}
        )

    async def _answer(
        self, request: web.Request, body: dict[str, Any], mode: Mode
    ) -> web.StreamResponse:
        if mode in FAILURES:
            raise ApiError(*FAILURES[mode])
        if mode is Mode.HANG:
            await self._closing.wait()
        if mode is Mode.BAD_JSON:
            return web.Response(text='{"id": "resp_', content_type="application/json")
        whole = answer(body, mode)
        if body.get("stream"):
            return await self._stream(request, whole)
        await asyncio.sleep(self._latency)
        return web.json_response(whole)

    async def _stream(self, request: web.Request, whole: wire.Json) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        stream = web.StreamResponse(headers=headers)
        await stream.prepare(request)
        events = list(wire.events(whole))
        for event in events:
            await stream.write(wire.sse(event))
            await asyncio.sleep(self._latency / len(events))
        await stream.write_eof()
        return stream


def _check_key(request: web.Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ApiError(401, "You didn't provide an API key. Send it as `Bearer YOUR_KEY`.")
    if any(word in key.lower() for word in ("expired", "invalid")):
        raise ApiError(401, "Incorrect API key provided.", "invalid_api_key")


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise ApiError(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The body has to be a JSON object.")
    return body


def _refusal(error: ApiError) -> web.Response:
    headers = {"Retry-After": "1"} if error.status == web.HTTPTooManyRequests.status_code else {}
    return web.json_response(error.body, status=error.status, headers=headers)
