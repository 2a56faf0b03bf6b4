"""The control API of the stand-in: break it, wait for it, look into it, act on an agent."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from agentex.types.event import Event
from agentex.types.task import Task
from agentex.types.task_message import TaskMessage
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.agentex import rpc
from sandbox.agentex.core import Backend
from sandbox.agentex.delivery import KEY, post
from sandbox.agentex.errors import AgentError, RefusedError, ShapeError
from sandbox.agentex.faults import ArmFault
from sandbox.agentex.shapes import problems_of
from sandbox.agentex.store import Note, Registration, page
from sandbox.changes import Topic
from sandbox.errors import ControlError
from sandbox.json_types import Json

LONGEST_SECONDS = 120.0


class Request(BaseModel):
    """What every control request is: no field that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    headers: dict[str, str] = {}


class Forward(Request):
    """Post anything to an agent: an object as JSON, a string as it is; its key unless another."""

    agent: str
    payload: Any
    headers: dict[str, str] = {}


class Wait(Request):
    """Wait for a message, a status, a call of a route, or an agent.

    Every field that is given must fit. `after` is the id of a message: only later ones count.
    """

    kind: Literal["message", "status", "call", "agent"] = "message"
    task: str = ""
    contains: str = ""
    type: str = ""
    author: str = ""
    after: str = ""
    status: str = ""
    route: str = ""
    count: int = Field(1, ge=1)
    timeout: float = Field(10.0, gt=0, le=LONGEST_SECONDS)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is waited for: a topic, what is there of it now, and which of that it is."""

    topic: Topic
    things: Callable[[], Iterable[object]]
    find: Callable[[object], Json | None]


async def wait(backend: Backend, asked: Wait) -> Json:
    """Answer as soon as what is asked for is there; `timeout` if it does not come."""
    watch = WATCHES[asked.kind](backend, asked)
    try:
        async with asyncio.timeout(asked.timeout):
            while True:
                there = next(filter(None, map(watch.find, watch.things())), None)
                if there := there or await backend.changes.first(watch.topic, watch.find):
                    return there
    except TimeoutError as error:
        raise ControlError("timeout", f"No such {asked.kind} in {asked.timeout:g} s.") from error


def _message_watch(backend: Backend, asked: Wait) -> Watch:
    messages = backend.store.messages.get(asked.task)
    if messages is None:
        raise ControlError("unknown_task", f"There is no task {asked.task}.")

    def find(thing: object) -> Json | None:
        message = cast("TaskMessage", thing)
        return {"message": message.model_dump(mode="json")} if _is(message, asked) else None

    return Watch(("message", asked.task), lambda: list(messages.values()), find)


def _is(message: TaskMessage, asked: Wait) -> bool:
    content = message.content
    words = json.dumps(content.model_dump(mode="json"), ensure_ascii=False).lower()
    return (
        str(message.id) > asked.after
        and asked.type in ("", content.type)
        and asked.author in ("", content.author)
        and json.dumps(asked.contains, ensure_ascii=False)[1:-1].lower() in words
    )


def _status_watch(backend: Backend, asked: Wait) -> Watch:
    def find(thing: object) -> Json | None:
        task = cast("Task", thing)
        is_meant = task.status == asked.status
        return {"task": task.model_dump(mode="json")} if is_meant else None

    there = backend.store.task(asked.task)
    return Watch(("task", there.id), lambda: [backend.store.task(there.id)], find)


def _call_watch(backend: Backend, asked: Wait) -> Watch:
    """A route was called `count` times, of those that are remembered."""

    def find(_: object) -> Json | None:
        notes = [note for note in backend.store.notes if _is_call(note, asked)]
        return {"calls": [asdict(note) for note in notes]} if len(notes) >= asked.count else None

    return Watch(("call", asked.route), lambda: [None], find)


def _is_call(note: Note, asked: Wait) -> bool:
    return note.route == asked.route and asked.task in ("", note.task)


def _agent_watch(backend: Backend, _: Wait) -> Watch:
    def find(_: object) -> Json | None:
        found = list(backend.store.registrations.values())
        return {"agent": found[0].agent.model_dump(mode="json")} if found else None

    return Watch(("agent", ""), lambda: [None], find)


WATCHES: Mapping[str, Callable[[Backend, Wait], Watch]] = {
    "message": _message_watch,
    "status": _status_watch,
    "call": _call_watch,
    "agent": _agent_watch,
}


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
