"""Routes about what an agent keeps beside a task: its state, its events, how far it has read."""

from agentex.types.agent_task_tracker import AgentTaskTracker
from agentex.types.event import Event
from agentex.types.event_list_params import EventListParams
from agentex.types.event_list_response import EventListResponse
from agentex.types.state import State
from agentex.types.state_create_params import StateCreateParams
from agentex.types.state_list_params import StateListParams
from agentex.types.state_list_response import StateListResponse
from agentex.types.state_update_params import StateUpdateParams
from agentex.types.tracker_list_params import TrackerListParams
from agentex.types.tracker_list_response import TrackerListResponse
from agentex.types.tracker_update_params import TrackerUpdateParams

from sandbox.agentex.core import Call, Route
from sandbox.agentex.errors import RefusedError
from sandbox.agentex.store import MOST_STATES, as_kept, found, make_room, now, page

ONE_STATE, ONE_TRACKER = "/states/{state_id}", "/tracker/{tracker_id}"


async def create_state(call: Call) -> State:
    """Keep a state; an agent has one for each task."""
    task, states = call.task(), call.store.states
    agent = call.store.registration(str(call.body["agent_id"])).agent
    if any(each.task_id == task.id and each.agent_id == agent.id for each in states.values()):
        raise RefusedError(400, "Item with this id already exists. IDs must be unique.")
    make_room(states, MOST_STATES)
    state = State(
        id=call.store.next_message_id(),
        agent_id=agent.id,
        task_id=task.id,
        state=call.body["state"],
        created_at=as_kept(now()),
    )
    states[state.id] = state
    return state


async def retrieve_state(call: Call) -> State:
    """Return a state by its id."""
    return found(call.store.states, call.path["state_id"])


async def list_states(call: Call) -> list[State]:
    """Return a page of states."""
    wanted = [each for each in call.store.states.values() if _is_of(call, each)]
    return page(wanted, call.query, "created_at", newest=True)


async def update_state(call: Call) -> State:
    """Replace a state."""
    state = found(call.store.states, call.path["state_id"])
    changes = {"state": call.body["state"], "updated_at": as_kept(now())}
    call.store.states[state.id] = state.model_copy(update=changes)
    return call.store.states[state.id]


async def delete_state(call: Call) -> State:
    """Forget a state."""
    found(call.store.states, call.path["state_id"])
    return call.store.states.pop(call.path["state_id"])


def _is_of(call: Call, thing: State | AgentTaskTracker) -> bool:
    task, agent = call.query.get("task_id"), call.query.get("agent_id")
    return task in (None, thing.task_id) and agent in (None, thing.agent_id)


async def retrieve_event(call: Call) -> Event:
    """Return an event by its id."""
    return found(call.store.events, call.path["event_id"])


async def list_events(call: Call) -> list[Event]:
    """Return a task's events in their order, or those after one of them."""
    task, agent = call.task(), str(call.query["agent_id"])
    last = call.store.events.get(str(call.query.get("last_processed_event_id")))
    after = last.sequence_id if last else 0
    events = [
        event
        for event in call.store.events.values()
        if event.task_id == task.id and event.agent_id == agent and event.sequence_id > after
    ]
    ordered = sorted(events, key=lambda event: event.sequence_id)
    return ordered[: call.query.get("limit")]


async def retrieve_tracker(call: Call) -> AgentTaskTracker:
    """Return a tracker by its id."""
    return found(call.store.trackers, call.path["tracker_id"])


async def list_trackers(call: Call) -> list[AgentTaskTracker]:
    """Return a page of trackers."""
    wanted = [each for each in call.store.trackers.values() if _is_of(call, each)]
    return page(wanted, call.query, "created_at", newest=True)


async def update_tracker(call: Call) -> AgentTaskTracker:
    """Say how far an agent has read; it never goes back. The status is always written."""
    tracker = found(call.store.trackers, call.path["tracker_id"])
    event = call.body.get("last_processed_event_id")
    if event is not None and _place(call, event) < _place(call, tracker.last_processed_event_id):
        raise RefusedError(400, "Cannot move cursor backwards")
    changes = {
        "status": call.body.get("status"),
        "status_reason": call.body.get("status_reason"),
        "last_processed_event_id": event or tracker.last_processed_event_id,
        "updated_at": now(),
    }
    call.store.trackers[tracker.id] = tracker.model_copy(update=changes)
    return call.store.trackers[tracker.id]


def _place(call: Call, event_id: str | None) -> int:
    if event_id is None:
        return 0
    if event_id not in call.store.events:
        raise RefusedError(400, f"Event with ID {event_id} not found")
    return call.store.events[event_id].sequence_id


ROUTES = (
    Route("states.create", "POST", "/states", create_state, State, StateCreateParams),
    Route("states.list", "GET", "/states", list_states, StateListResponse, query=StateListParams),
    Route("states.retrieve", "GET", ONE_STATE, retrieve_state, State),
    Route("states.update", "PUT", ONE_STATE, update_state, State, StateUpdateParams),
    Route("states.delete", "DELETE", ONE_STATE, delete_state, State),
    Route("events.list", "GET", "/events", list_events, EventListResponse, query=EventListParams),
    Route("events.retrieve", "GET", "/events/{event_id}", retrieve_event, Event),
    Route(
        "tracker.list",
        "GET",
        "/tracker",
        list_trackers,
        TrackerListResponse,
        query=TrackerListParams,
    ),
    Route("tracker.retrieve", "GET", ONE_TRACKER, retrieve_tracker, AgentTaskTracker),
    Route(
        "tracker.update",
        "PUT",
        ONE_TRACKER,
        update_tracker,
        AgentTaskTracker,
        TrackerUpdateParams,
    ),
)
