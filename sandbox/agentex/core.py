"""One backend: what it knows, what is armed to fail, who waits, and its way to the agents."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from agentex.types.task import Task

from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.errors import RefusedError
from sandbox.agentex.shapes import check
from sandbox.agentex.store import Note, Registration, Store, Violation
from sandbox.changes import Changes
from sandbox.faults import Faults
from sandbox.json_types import Json


@dataclass(slots=True)
class Backend:
    """The state of one running backend."""

    config: AgentexConfig
    store: Store = field(default_factory=Store)
    faults: Faults = field(default_factory=Faults)
    changes: Changes = field(default_factory=Changes)
    session: aiohttp.ClientSession | None = None

    def note(self, note: Note) -> None:
        """Remember a call and tell those who wait for it."""
        self.store.notes.append(note)
        self.changes.tell(("call", note.route), note)

    def violated(self, route: str, problems: list[str]) -> None:
        """Remember a wrong call."""
        self.store.violations.append(Violation(route, problems))

    def keep(self, task: Task) -> Task:
        """Store a task as it is now, and tell those who wait for it."""
        self.store.tasks[task.id] = task
        self.changes.tell(("task", task.id), task)
        return task


@dataclass(frozen=True, slots=True)
class Call:
    """One request: what its address names, and what was sent, checked already."""

    backend: Backend
    route: str
    path: dict[str, str]
    query: Json
    body: Json
    headers: dict[str, str]
    caller: Registration | None
    """Whose key was sent."""

    @property
    def store(self) -> Store:
        """What the backend knows."""
        return self.backend.store

    def check(self, shape: Any, value: object) -> Any:
        """Check something in the body; `ShapeError` if it is wrong."""
        return check(shape, value, self.route)

    def task(self) -> Task:
        """The task that address, body or query name; `RefusedError` 404 if there is none."""
        if "task_name" in self.path:
            return self.store.task_named(self.path["task_name"])
        sent = self.path.get("task_id") or self.body.get("task_id") or self.query.get("task_id")
        if not sent:
            raise RefusedError(400, "Either id or name must be provided")
        return self.store.task(str(sent))


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Route:
    """One route: its name is the SDK's, shapes are the SDK's types; None is checked inside."""

    name: str
    method: str
    path: str
    run: Handler
    answer: Any
    body: Any = None
    query: Any = None
