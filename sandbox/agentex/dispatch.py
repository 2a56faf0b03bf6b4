"""The door: faults, key, shapes, answer."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_type_hints

from agentex.types.agent_rpc_response import AgentRpcResponse
from aiohttp import web
from pydantic import BaseModel

from sandbox.agentex import agents, messages, records, rpc, tasks
from sandbox.agentex.core import Backend, Call, Route
from sandbox.agentex.delivery import KEY
from sandbox.agentex.errors import RefusedError, ShapeError
from sandbox.agentex.faults import fail
from sandbox.agentex.shapes import check
from sandbox.agentex.store import Note, Registration
from sandbox.json_types import Json

ROUTES: tuple[Route, ...] = (
    *agents.ROUTES,
    *rpc.ROUTES,
    *tasks.ROUTES,
    *messages.ROUTES,
    *records.ROUTES,
)
VERSION_DOCUMENT = "openapi"
UNGUARDED = frozenset({"agents.register", "agents.rpc", "agents.rpc_by_name"})
"""What people and agents without a key may write."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, backend: Backend) -> None:
    """Mount everything; what is not there is a violation."""
    app.router.add_get("/openapi.json", _version_document(backend))
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _handler(backend, route))
    app.router.add_route("*", "/{rest:.*}", _unknown(backend))


def _handler(backend: Backend, route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        async def work() -> web.Response:
            return await _answer(backend, route, request)

        return await _with_faults(backend, route.name, request, work)

    return handle


async def _with_faults(
    backend: Backend,
    name: str,
    request: web.Request,
    work: Callable[[], Awaitable[web.Response]],
) -> web.Response:
    """Do a route's work, or not, as armed; and remember the call."""
    task = await _task_of(request)
    fault = backend.faults.take(name, task)
    response = None
    if fault is not None and fault.when == "before":
        response = await fail(fault, request)
    if response is None:
        response = await work()
        if fault is not None and fault.when == "after":
            response = await fail(fault, request) or response
    armed = f"{fault.kind} {fault.when}" if fault else ""
    backend.note(Note(name, response.status, task, armed))
    return response


async def _task_of(request: web.Request) -> str:
    """The id of the task that a request is about, wherever it stands."""
    body = await _body(request)
    params = body.get("params") if isinstance(body, dict) else None
    for place in (request.match_info, request.query, body, params):
        if isinstance(place, Mapping) and place.get("task_id"):
            return str(place["task_id"])
    return ""


async def _body(request: web.Request) -> Any:
    text = await request.text()
    if not text:
        return {}
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _answer(backend: Backend, route: Route, request: web.Request) -> web.Response:
    try:
        call = await _call(backend, route, request)
        answer = _shown(await route.run(call))
        if route.answer is not None:
            check(route.answer, answer, f"answer of {route.name}")
    except ShapeError as error:
        backend.violated(error.where, error.problems)
        body = {"status_code": 10422, "message": str(error), "data": None}
        return web.json_response(body, status=422)
    except RefusedError as error:
        body = {"message": error.message, "code": error.status, "data": None}
        return web.json_response(body, status=error.status)
    return web.json_response(answer)


def _shown(answer: object) -> object:
    if isinstance(answer, AgentRpcResponse) and answer.error is not None:
        return answer.model_dump(mode="json")
    if isinstance(answer, BaseModel):
        return answer.model_dump(mode="json")
    if isinstance(answer, list):
        return [_shown(each) for each in answer]
    return answer


async def _call(backend: Backend, route: Route, request: web.Request) -> Call:
    return Call(
        backend,
        route.name,
        dict(request.match_info),
        _query(route, request),
        check(route.body, await _body(request), route.name) if route.body else {},
        dict(request.headers),
        _caller(backend, route, request),
    )


def _query(route: Route, request: web.Request) -> Json:
    if route.query is None:
        return check(dict[str, object], {}, route.name) if not request.query else _too_much(route)
    lists = [name for name, hint in get_type_hints(route.query).items() if "List" in str(hint)]
    sent: Json = dict(request.query)
    for name in lists:
        if name in sent:
            sent[name] = ",".join(request.query.getall(name)).split(",")
    return check(route.query, sent, route.name)


def _too_much(route: Route) -> Json:
    raise ShapeError(route.name, ["query: there is none for this route"])


def _caller(backend: Backend, route: Route, request: web.Request) -> Registration | None:
    """Whose key was sent; a wrong one is refused, none only where one is needed."""
    key = request.headers.get(KEY)
    caller = backend.store.holder(key) if key else None
    is_needed = backend.config.require_key and route.method != "GET"
    if route.name == "agents.register":
        return caller
    if (key and caller is None) or (not key and is_needed and route.name not in UNGUARDED):
        raise RefusedError(401, "Agent Unauthorized")
    return caller


def _version_document(backend: Backend) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        async def work() -> web.Response:
            info = {"title": "Agentex API", "version": backend.config.version}
            return web.json_response({"openapi": "3.1.0", "info": info, "paths": {}})

        return await _with_faults(backend, VERSION_DOCUMENT, request, work)

    return handle


def _unknown(backend: Backend) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        async def work() -> web.Response:
            backend.violated(f"{request.method} {request.path}", ["there is no such route"])
            return web.json_response({"detail": "Not Found"}, status=404)

        return await _with_faults(backend, "unknown", request, work)

    return handle
