"""What callers ask of an agent: tasks, events, cancel, interrupt, by JSON-RPC."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agentex.types.agent_rpc_params import (
    AgentRpcParams,
    ParamsCancelTaskRequest,
    ParamsCreateTaskRequest,
    ParamsInterruptTaskRequest,
    ParamsSendEventRequest,
    ParamsSendMessageRequest,
)
from agentex.types.agent_rpc_response import (
    AgentRpcResponse,
    CancelTaskResponse,
    CreateTaskResponse,
    SendEventResponse,
)
from agentex.types.event import Event
from agentex.types.task import Task
from pydantic import BaseModel

from sandbox.agentex import tasks
from sandbox.agentex.core import Backend, Call, Route
from sandbox.agentex.delivery import (
    CancelTaskParams,
    CreateTaskParams,
    InterruptTaskParams,
    SendEventParams,
    deliver,
)
from sandbox.agentex.errors import AgentError, RefusedError
from sandbox.agentex.shapes import content_of
from sandbox.agentex.store import MOST_EVENTS, Registration, make_room, new_id, now
from sandbox.json_types import Json

INTERNAL_ERROR = -32603
PARAMS: Mapping[str, Any] = {
    "task/create": ParamsCreateTaskRequest,
    "task/cancel": ParamsCancelTaskRequest,
    "task/interrupt": ParamsInterruptTaskRequest,
    "event/send": ParamsSendEventRequest,
    "message/send": ParamsSendMessageRequest,
}
ANSWERS: Mapping[str, Any] = {
    "task/create": CreateTaskResponse,
    "task/cancel": CancelTaskResponse,
    "task/interrupt": CancelTaskResponse,
    "event/send": SendEventResponse,
}


async def answer(call: Call) -> AgentRpcResponse:
    """Answer a caller; what goes wrong from here on is a JSON-RPC error with HTTP 200."""
    method = str(call.body["method"])
    params: Json = call.check(PARAMS[method], call.body["params"])
    to = _agent(call)
    named = _named(call, params)
    try:
        result = await _verb(method, to)(call.backend, to, {**params, **named}, call.headers)
    except (AgentError, RefusedError) as error:
        problem = {"code": INTERNAL_ERROR, "message": str(error), "data": None}
        return AgentRpcResponse(id=call.body.get("id"), jsonrpc="2.0", error=problem, result=None)
    body = {"id": call.body.get("id"), "jsonrpc": "2.0", "error": None, "result": result}
    return call.check(ANSWERS[method], {**body, "result": result.model_dump()})


def _agent(call: Call) -> Registration:
    name = call.path.get("agent_name")
    return (
        call.store.registration_named(name)
        if name
        else call.store.registration(call.path["agent_id"])
    )


def _named(call: Call, params: Json) -> Json:
    """The task's id for its name; an unknown name is 404, an unknown id a JSON-RPC error."""
    name = params.get("task_name")
    if name and params.get("task_id"):
        raise RefusedError(422, "Cannot provide both task_id and task_name - use only one")
    return {"task_id": call.store.task_named(str(name)).id} if name else {}


Verb = Callable[[Backend, Registration, Json, Mapping[str, str]], Awaitable[BaseModel]]


def _verb(method: str, to: Registration) -> Verb:
    """What a method does; an async agent is never asked to answer a message at once."""
    if method not in VERBS or to.agent.acp_type == "sync":
        raise RefusedError(400, f"Unsupported method: {method} for ACP type: {to.agent.acp_type}")
    return VERBS[method]


async def create_task(
    backend: Backend, to: Registration, asked: Json, headers: Mapping[str, str]
) -> Task:
    """Get or create a task and hand it to the agent; FAILED if the agent does not take it."""
    task = _got(backend, to, asked)
    params = CreateTaskParams(agent=to.agent, task=task, params=asked.get("params"), request=None)
    try:
        await deliver(backend, to, "task/create", params, headers)
    except AgentError as error:
        tasks.change(backend, task, status="FAILED", status_reason=str(error))
        raise
    if task.status == "FAILED":
        reason = "Task forwarded to ACP server"
        return tasks.change(backend, task, status="RUNNING", status_reason=reason)
    return task


def _got(backend: Backend, to: Registration, asked: Json) -> Task:
    """The task of this name, on again if it was interrupted, with new params; or a new task."""
    task = _known(backend, asked.get("name"))
    if task is None:
        return tasks.add(backend, to.agent, asked)
    reason = "Task resumed on next turn"
    task = tasks.transition(backend, task, ("INTERRUPTED",), "RUNNING", reason) or task
    if asked.get("params") not in (None, task.params):
        return tasks.change(backend, task, params=asked["params"])
    return task


def _known(backend: Backend, name: str | None) -> Task | None:
    try:
        return backend.store.task_named(name) if name else None
    except RefusedError:
        return None


async def send_event(
    backend: Backend, to: Registration, asked: Json, headers: Mapping[str, str]
) -> Event:
    """Store an event and hand it to the agent; it stays stored if the agent does not take it."""
    event = store_event(backend, to, asked)
    await deliver_event(backend, to, event, headers)
    return event


def store_event(backend: Backend, to: Registration, asked: Json) -> Event:
    """Store an event of a task."""
    if not asked.get("task_id"):
        raise RefusedError(400, "Either task_id or task_name must be provided")
    task, sent = backend.store.task(str(asked["task_id"])), asked.get("content")
    make_room(backend.store.events, MOST_EVENTS)
    event = Event(
        id=new_id(),
        agent_id=to.agent.id,
        task_id=task.id,
        sequence_id=backend.store.next_sequence(),
        content=None if sent is None else content_of(sent, "event/send"),
        created_at=now(),
    )
    backend.store.events[event.id] = event
    return event


async def deliver_event(
    backend: Backend, to: Registration, event: Event, headers: Mapping[str, str]
) -> None:
    """Hand a stored event to the agent, for the first time or again."""
    task = backend.store.task(event.task_id)
    params = SendEventParams(agent=to.agent, task=task, event=event, request=None)
    await deliver(backend, to, "event/send", params, headers)


async def cancel_task(
    backend: Backend, to: Registration, asked: Json, headers: Mapping[str, str]
) -> Task:
    """Tell the agent, then write CANCELED unless the task has ended meanwhile."""
    task = backend.store.task(str(asked.get("task_id")))
    params = CancelTaskParams(agent=to.agent, task=task, request=None)
    await deliver(backend, to, "task/cancel", params, headers)
    reason = "Task canceled by user"
    changed = tasks.transition(backend, task, tasks.OPEN, "CANCELED", reason)
    return changed or backend.store.task(task.id)


async def interrupt_task(
    backend: Backend, to: Registration, asked: Json, headers: Mapping[str, str]
) -> Task:
    """Tell the agent; the status is the agent's to write."""
    task = backend.store.task(str(asked.get("task_id")))
    params = InterruptTaskParams(agent=to.agent, task=task, request=None)
    await deliver(backend, to, "task/interrupt", params, headers)
    return backend.store.task(task.id)


VERBS: Mapping[str, Verb] = {
    "task/create": create_task,
    "task/cancel": cancel_task,
    "task/interrupt": interrupt_task,
    "event/send": send_event,
}
ROUTES = (
    Route(
        "agents.rpc_by_name", "POST", "/agents/name/{agent_name}/rpc", answer, None, AgentRpcParams
    ),
    Route("agents.rpc", "POST", "/agents/{agent_id}/rpc", answer, None, AgentRpcParams),
)
