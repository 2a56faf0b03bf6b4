"""Routes about tasks, and how their status changes."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from agentex.types.agent import Agent
from agentex.types.agent_task_tracker import AgentTaskTracker
from agentex.types.shared.delete_response import DeleteResponse
from agentex.types.task import Task
from agentex.types.task_cancel_params import TaskCancelParams
from agentex.types.task_complete_params import TaskCompleteParams
from agentex.types.task_fail_params import TaskFailParams
from agentex.types.task_interrupt_params import TaskInterruptParams
from agentex.types.task_list_params import TaskListParams
from agentex.types.task_list_response import TaskListResponse, TaskListResponseItem
from agentex.types.task_retrieve_by_name_params import TaskRetrieveByNameParams
from agentex.types.task_retrieve_by_name_response import TaskRetrieveByNameResponse
from agentex.types.task_retrieve_params import TaskRetrieveParams
from agentex.types.task_retrieve_response import TaskRetrieveResponse
from agentex.types.task_terminate_params import TaskTerminateParams
from agentex.types.task_timeout_params import TaskTimeoutParams
from agentex.types.task_update_by_id_params import TaskUpdateByIDParams
from agentex.types.task_update_by_name_params import TaskUpdateByNameParams

from sandbox.agentex.core import Backend, Call, Handler, Route
from sandbox.agentex.errors import RefusedError
from sandbox.agentex.store import MOST_TASKS, make_room, new_id, now, page
from sandbox.json_types import Json

Status = Literal[
    "RUNNING", "INTERRUPTED", "CANCELED", "COMPLETED", "FAILED", "TERMINATED", "TIMED_OUT"
]
OPEN = ("RUNNING", "INTERRUPTED")


def add(backend: Backend, agent: Agent, asked: Json) -> Task:
    """Make a task of an agent; `asked` is what `task/create` was given."""
    make_room(backend.store.tasks, MOST_TASKS)
    moment = now()
    task = Task(
        id=new_id(),
        name=asked.get("name"),
        params=asked.get("params"),
        task_metadata=asked.get("task_metadata"),
        status="RUNNING",
        status_reason="Task created, forwarding to ACP server",
        created_at=moment,
        updated_at=moment,
    )
    backend.store.agent_of[task.id] = agent.id
    backend.store.messages[task.id] = {}
    tracker = AgentTaskTracker(id=new_id(), agent_id=agent.id, task_id=task.id, created_at=moment)
    backend.store.trackers[tracker.id] = tracker
    return backend.keep(task)


def change(backend: Backend, task: Task, **changes: Any) -> Task:
    """Write fields of a task."""
    return backend.keep(task.model_copy(update={**changes, "updated_at": now()}))


def transition(
    backend: Backend, task: Task, expected: Sequence[str], status: Status, reason: str
) -> Task | None:
    """Write a status by compare-and-swap; None if the task has another than expected by now."""
    current = backend.store.task(task.id)
    if current.status not in expected:
        return None
    return change(backend, current, status=status, status_reason=reason)


def _transition_route(status: Status, expected: Sequence[str]) -> Handler:
    async def run(call: Call) -> Task:
        task = call.task()
        reason = call.body.get("reason") or f"Task {status.lower()}"
        changed = transition(call.backend, task, expected, status, reason)
        if changed is None:
            sentence = f"Task {task.id} cannot become {status} (current status: {task.status})."
            raise RefusedError(400, sentence)
        return changed

    return run


async def retrieve(call: Call) -> TaskRetrieveResponse:
    """Return a task by its id."""
    return TaskRetrieveResponse(**call.task().model_dump(), agents=_agents(call, call.task()))


async def retrieve_by_name(call: Call) -> TaskRetrieveByNameResponse:
    """Return a task by its name."""
    task = call.task()
    return TaskRetrieveByNameResponse(**task.model_dump(), agents=_agents(call, task))


def _agents(call: Call, task: Task) -> list[Agent] | None:
    if "agents" not in call.query.get("relationships", []):
        return None
    return [call.store.registration(call.store.agent_of[task.id]).agent]


async def list_(call: Call) -> list[TaskListResponseItem]:
    """Return a page of tasks, newest first unless told otherwise, without their params."""
    found = [task for task in call.store.tasks.values() if _is_meant(call, task)]
    return [
        TaskListResponseItem(**task.model_dump(exclude={"params"}), agents=_agents(call, task))
        for task in page(found, call.query, "created_at", newest=True)
    ]


def _is_meant(call: Call, task: Task) -> bool:
    agent = call.store.registration(call.store.agent_of[task.id]).agent
    query = call.query
    metadata = task.task_metadata or {}
    return (
        query.get("agent_id") in (None, agent.id)
        and query.get("agent_name") in (None, agent.name)
        and query.get("status") in (None, task.status)
        and all(metadata.get(key) == value for key, value in _metadata(call).items())
    )


def _metadata(call: Call) -> Json:
    try:
        read: object = json.loads(str(call.query.get("task_metadata") or "{}"))
    except ValueError as error:
        sentence = f"Invalid JSON in task_metadata query parameter: {error}"
        raise RefusedError(400, sentence) from error
    return call.check(dict[str, Any], read)


async def update(call: Call) -> Task:
    """Replace a task's metadata, merge into its params."""
    task, changes = call.task(), dict[str, object]()
    if call.body.get("merge_params"):
        changes["params"] = {**(task.params or {}), **call.body["merge_params"]}
    if call.body.get("task_metadata") is not None:
        changes["task_metadata"] = call.body["task_metadata"]
    return change(call.backend, task, **changes) if changes else task


async def delete(call: Call) -> DeleteResponse:
    """Forget a task and what belongs to it."""
    task, store = call.task(), call.store
    del store.tasks[task.id], store.messages[task.id], store.agent_of[task.id]
    store.trackers = {id_: it for id_, it in store.trackers.items() if it.task_id != task.id}
    store.events = {id_: it for id_, it in store.events.items() if it.task_id != task.id}
    store.states = {id_: it for id_, it in store.states.items() if it.task_id != task.id}
    return DeleteResponse(id=task.id, message=f"Task {task.id} deleted successfully")


def _posting(verb: str, status: Status, body: Any, expected: Sequence[str] = OPEN) -> Route:
    run = _transition_route(status, expected)
    return Route(f"tasks.{verb}", "POST", f"/tasks/{{task_id}}/{verb}", run, Task, body)


BY_ID, BY_NAME = "/tasks/{task_id}", "/tasks/name/{task_name}"
ROUTES = (
    Route("tasks.list", "GET", "/tasks", list_, TaskListResponse, query=TaskListParams),
    Route(
        "tasks.retrieve_by_name",
        "GET",
        BY_NAME,
        retrieve_by_name,
        TaskRetrieveByNameResponse,
        query=TaskRetrieveByNameParams,
    ),
    Route("tasks.retrieve", "GET", BY_ID, retrieve, TaskRetrieveResponse, query=TaskRetrieveParams),
    Route("tasks.update_by_name", "PUT", BY_NAME, update, Task, TaskUpdateByNameParams),
    Route("tasks.update_by_id", "PUT", BY_ID, update, Task, TaskUpdateByIDParams),
    Route("tasks.delete_by_name", "DELETE", BY_NAME, delete, DeleteResponse),
    Route("tasks.delete", "DELETE", BY_ID, delete, DeleteResponse),
    _posting("cancel", "CANCELED", TaskCancelParams),
    _posting("complete", "COMPLETED", TaskCompleteParams),
    _posting("fail", "FAILED", TaskFailParams),
    _posting("terminate", "TERMINATED", TaskTerminateParams),
    _posting("timeout", "TIMED_OUT", TaskTimeoutParams),
    _posting("interrupt", "INTERRUPTED", TaskInterruptParams, ("RUNNING",)),
)
