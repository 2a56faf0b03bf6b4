"""Waiting for something: what is there already is looked through once, then each change."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, cast

from agentex.types.task import Task
from agentex.types.task_message import TaskMessage
from pydantic import BaseModel, ConfigDict, Field

from sandbox.agentex.core import Backend
from sandbox.agentex.store import Note
from sandbox.changes import Topic
from sandbox.errors import ControlError
from sandbox.json_types import Json

LONGEST_SECONDS = 120.0


class Request(BaseModel):
    """What every control request is: no field that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
