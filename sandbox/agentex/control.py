"""The control API of the stand-in: break it, wait for it, look into it, act on an agent."""

from collections.abc import Awaitable, Callable
from typing import Any

from agentex.types.event import Event
from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from sandbox.agentex import rpc
from sandbox.agentex.core import Backend
from sandbox.agentex.delivery import KEY, post
from sandbox.agentex.errors import AgentError, RefusedError, ShapeError
from sandbox.agentex.faults import ArmFault
from sandbox.agentex.shapes import problems_of
from sandbox.agentex.store import Registration, page
from sandbox.agentex.waiting import Request, Wait, wait
from sandbox.errors import ControlError
from sandbox.json_types import Json


class Nothing(Request):
    """A request that says nothing."""


class OfTask(Request):
    """A request about one task."""

    task: str


class OfRoute(Request):
    """A request about the calls of one route, or of all."""

    route: str = ""


class Hold(OfTask):
    """Store an event and do not hand it over yet."""

    content: dict[str, Any] | None = None


class Redeliver(Request):
    """Hand over a stored event, for the first time or again."""

    event: str
    headers: dict[str, str] = Field(default_factory=dict[str, str])


class Forward(Request):
    """Post anything to an agent: an object as JSON, a string as it is; its key unless another."""

    agent: str
    payload: Any
    headers: dict[str, str] = Field(default_factory=dict[str, str])


async def arm(backend: Backend, asked: ArmFault) -> Json:
    """Make calls fail."""
    backend.faults.arm(asked.fault())
    return {"faults": backend.faults.listed()}


async def clear(backend: Backend, _: Nothing) -> Json:
    """Let everything work again."""
    backend.faults.clear()
    return {}


async def faults(backend: Backend, _: Nothing) -> Json:
    """What is still armed."""
    return {"faults": backend.faults.listed()}


async def violations(backend: Backend, _: Nothing) -> Json:
    """Every wrong call so far."""
    return {"violations": backend.store.violations_listed()}


async def calls(backend: Backend, asked: OfRoute) -> Json:
    """The latest calls of a route, or of all."""
    return {"calls": backend.store.notes_listed(asked.route)}


async def messages(backend: Backend, asked: OfTask) -> Json:
    """A task's messages, oldest first."""
    task = backend.store.task(asked.task)
    there = backend.store.messages[task.id]
    query = {"limit": len(there) or 1}
    shown = page(there.values(), query, "created_at", newest=False)
    return {"messages": [message.model_dump(mode="json") for message in shown]}


async def task(backend: Backend, asked: OfTask) -> Json:
    """A task as it is now."""
    return {"task": backend.store.task(asked.task).model_dump(mode="json")}


async def hold(backend: Backend, asked: Hold) -> Json:
    """Store an event and do not hand it over yet."""
    to = _agent_of(backend, backend.store.task(asked.task).id)
    body = {"task_id": asked.task, "content": asked.content}
    return {"event": rpc.store_event(backend, to, body).model_dump(mode="json")}


async def redeliver(backend: Backend, asked: Redeliver) -> Json:
    """Hand over a stored event, for the first time or again."""
    event = _event(backend, asked.event)
    await rpc.deliver_event(backend, _agent_of(backend, event.task_id), event, asked.headers)
    return {}


def _event(backend: Backend, id_: str) -> Event:
    if id_ not in backend.store.events:
        raise ControlError("unknown_event", f"There is no event {id_}.")
    return backend.store.events[id_]


def _agent_of(backend: Backend, task_id: str) -> Registration:
    return backend.store.registration(backend.store.agent_of[task_id])


async def forward(backend: Backend, asked: Forward) -> Json:
    """Post anything to an agent and return what it answers."""
    to = backend.store.registration_named(asked.agent)
    headers = {KEY: to.key, **{name.lower(): value for name, value in asked.headers.items()}}
    status, text = await post(backend, to, asked.payload, headers)
    return {"status": status, "body": text}


Verb = Callable[[Backend, Any], Awaitable[Json]]
VERBS: tuple[tuple[str, str, type[BaseModel], Verb], ...] = (
    ("GET", "wait", Wait, wait),
    ("GET", "faults", Nothing, faults),
    ("GET", "violations", Nothing, violations),
    ("GET", "calls", OfRoute, calls),
    ("GET", "messages", OfTask, messages),
    ("GET", "task", OfTask, task),
    ("POST", "faults", ArmFault, arm),
    ("POST", "faults/clear", Nothing, clear),
    ("POST", "hold", Hold, hold),
    ("POST", "redeliver", Redeliver, redeliver),
    ("POST", "forward", Forward, forward),
)


def add_control_routes(app: web.Application, backend: Backend) -> None:
    """Mount the control API under `/control`."""
    for method, name, shape, verb in VERBS:
        app.router.add_route(method, f"/control/{name}", answering(backend, shape, verb))


def answering(
    backend: Backend, shape: type[BaseModel], verb: Verb
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of one control request; its refusals are HTTP 200 with `ok: false`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            answer = await verb(backend, await _read(shape, request))
        except ControlError as error:
            return _refused(error.code, error.message)
        except (RefusedError, ShapeError) as error:
            return _refused("invalid_request", str(error))
        except AgentError as error:
            return _refused("agent_error", str(error))
        return web.json_response({"ok": True, **answer})

    return handle


async def _read(shape: type[BaseModel], request: web.Request) -> BaseModel:
    try:
        body = await request.json() if request.can_read_body else dict(request.query)
        return shape.model_validate(body)
    except ValidationError as error:
        raise ControlError("invalid_request", "; ".join(problems_of(error))) from error
    except ValueError as error:
        raise ControlError("invalid_request", "The body must be JSON.") from error


def _refused(code: str, message: str) -> web.Response:
    return web.json_response({"ok": False, "error": code, "message": message})
