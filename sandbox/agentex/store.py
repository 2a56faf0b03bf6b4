"""What the backend knows: agents, tasks, their messages, events, states and trackers, in memory."""

from collections import deque
from collections.abc import Iterable, Mapping, Sized
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar
from uuid import uuid4

from agentex.types.agent import Agent
from agentex.types.agent_task_tracker import AgentTaskTracker
from agentex.types.event import Event
from agentex.types.state import State
from agentex.types.task import Task
from agentex.types.task_message import TaskMessage

from sandbox.agentex.errors import RefusedError, missing, missing_name
from sandbox.json_types import Json

MOST_AGENTS = 100
MOST_TASKS = 5_000
MOST_MESSAGES = 2_000
MOST_EVENTS = 20_000
MOST_STATES = 5_000
REMEMBERED = 1_000
"""How many calls and violations are remembered."""


Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Registration:
    """A registered agent, where it is reached, and the key by which both know each other."""

    agent: Agent
    acp_url: str
    key: str


@dataclass(frozen=True, slots=True)
class Note:
    """One call of the backend: which route, how it ended, and what had been armed for it."""

    route: str
    status: int
    task: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A call that the real backend, or the SDK's types, would not have taken."""

    route: str
    problems: list[str]


class Store:
    """Everything, bounded; what does not fit is refused with 507."""

    def __init__(self) -> None:
        self.registrations: dict[str, Registration] = {}
        self.tasks: dict[str, Task] = {}
        self.agent_of: dict[str, str] = {}
        """The id of the agent of each task."""
        self.messages: dict[str, dict[str, TaskMessage]] = {}
        """Of each task, by their ids."""
        self.events: dict[str, Event] = {}
        self.states: dict[str, State] = {}
        self.trackers: dict[str, AgentTaskTracker] = {}
        self.notes: deque[Note] = deque(maxlen=REMEMBERED)
        self.violations: deque[Violation] = deque(maxlen=REMEMBERED)
        self._sequence = count(1)
        self._message_ids = count(1)

    def registration(self, agent_id: str) -> Registration:
        """Return a registered agent by its id; `RefusedError` 404 if there is none."""
        return found(self.registrations, agent_id)

    def registration_named(self, name: str) -> Registration:
        """Return a registered agent by its name; `RefusedError` 404 if there is none."""
        for registration in self.registrations.values():
            if registration.agent.name == name:
                return registration
        raise missing_name(name)

    def holder(self, key: str) -> Registration | None:
        """Return whose key this is."""
        return next((each for each in self.registrations.values() if each.key == key), None)

    def task(self, task_id: str) -> Task:
        """Return a task; `RefusedError` 404 if there is none."""
        return found(self.tasks, task_id)

    def task_named(self, name: str) -> Task:
        """Return a task by its name; `RefusedError` 404 if there is none."""
        for task in self.tasks.values():
            if task.name == name:
                return task
        raise missing_name(name)

    def message(self, message_id: str) -> TaskMessage:
        """Return a message; `RefusedError` 404 if there is none."""
        for messages in self.messages.values():
            if message_id in messages:
                return messages[message_id]
        raise missing(message_id)

    def next_sequence(self) -> int:
        """Return the number of the next event."""
        return next(self._sequence)

    def next_message_id(self) -> str:
        """Return an id as MongoDB makes them: 24 hexadecimal digits that grow."""
        return f"{next(self._message_ids):024x}"

    def violations_listed(self) -> list[Json]:
        """All violations, oldest first."""
        return [asdict(violation) for violation in self.violations]

    def notes_listed(self, route: str = "") -> list[Json]:
        """The latest calls, oldest first, of one route or of all."""
        return [asdict(note) for note in self.notes if route in ("", note.route)]


def found(things: Mapping[str, Thing], id_: str) -> Thing:
    """Return the thing with this id; `RefusedError` 404 if there is none."""
    if id_ not in things:
        raise missing(id_)
    return things[id_]


def make_room(things: Sized, most: int) -> None:
    """Refuse with 507 what would be one too many."""
    if len(things) >= most:
        raise RefusedError(507, f"This stand-in keeps {most:,} of these at most.")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return an id as PostgreSQL's tables have them."""
    return str(uuid4())


def as_kept(moment: datetime) -> datetime:
    """What MongoDB's driver makes of a moment: whole milliseconds, in UTC, without a zone."""
    whole = moment.astimezone(UTC)
    return whole.replace(microsecond=whole.microsecond // 1000 * 1000, tzinfo=None)


def page(things: Iterable[Thing], query: Json, order: str, *, newest: bool) -> list[Thing]:
    """Return one page, ordered by `order` unless the query names another field.

    Raises:
        RefusedError: 400, no such field, page or limit.
    """
    name = query.get("order_by") or order
    limit, number = int(query.get("limit") or 50), int(query.get("page_number", 1))
    if limit < 1 or number < 1:
        raise RefusedError(400, "Page number must be greater than 0")
    falling = str(query.get("order_direction", "desc" if newest else "asc")).lower() == "desc"
    ordered = sorted(things, key=lambda thing: _by(thing, name), reverse=falling)
    return ordered[(number - 1) * limit : number * limit]


def _by(thing: object, name: str) -> tuple[bool, str]:
    """The key of a field: what is not there is last."""
    if not hasattr(thing, name):
        raise RefusedError(400, f"Cannot order by {name}.")
    value = getattr(thing, name)
    text = value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value
    return (value is None, str(text))
