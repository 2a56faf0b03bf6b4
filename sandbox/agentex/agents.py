"""Routes about agents: register, and look them up."""

import re
import secrets
from typing import Any, Literal, Required, TypedDict

from agentex.types.acp_type import AcpType
from agentex.types.agent import Agent
from agentex.types.agent_list_params import AgentListParams
from agentex.types.agent_list_response import AgentListResponse

from sandbox.agentex.core import Call, Route
from sandbox.agentex.errors import RefusedError, ShapeError
from sandbox.agentex.store import MOST_AGENTS, Registration, make_room, new_id, now, page

NAME = re.compile(r"[a-z0-9-]+")


class RegisterParams(TypedDict, total=False):
    """What an agent says of itself; agentex-sdk sends it by hand and has no type for it."""

    name: Required[str]
    description: Required[str]
    acp_url: Required[str]
    acp_type: Required[AcpType]
    agent_id: str | None
    principal_context: Any
    registration_metadata: dict[str, Any] | None
    agent_input_type: Literal["text", "json"] | None


class RegisteredAgent(Agent):
    """What an agent is told when it registers."""

    agent_api_key: str


async def register(call: Call) -> RegisteredAgent:
    """Register an agent, or change the one with this id or name; its key stays the same."""
    name = str(call.body["name"])
    if not NAME.fullmatch(name):
        raise ShapeError(call.route, ["name: only a-z, 0-9 and -"])
    known = _known(call, name)
    if known is None:
        make_room(call.store.registrations, MOST_AGENTS)
    agent = _agent(call, name, known)
    key = known.key if known else secrets.token_hex(32)
    call.store.registrations[agent.id] = Registration(agent, str(call.body["acp_url"]), key)
    call.backend.changes.tell(("agent", ""), agent)
    return RegisteredAgent(**agent.model_dump(), agent_api_key=key)


def _known(call: Call, name: str) -> Registration | None:
    if call.body.get("agent_id"):
        return call.store.registration(str(call.body["agent_id"]))
    try:
        return call.store.registration_named(name)
    except RefusedError:
        return None


def _agent(call: Call, name: str, known: Registration | None) -> Agent:
    moment = now()
    return Agent(
        id=known.agent.id if known else new_id(),
        name=name,
        description=call.body["description"],
        acp_type=call.body["acp_type"],
        status="Ready",
        status_reason="Agent registered successfully.",
        created_at=known.agent.created_at if known else moment,
        updated_at=moment,
        registered_at=moment,
        registration_metadata=call.body.get("registration_metadata"),
        agent_input_type=call.body.get("agent_input_type"),
    )


async def retrieve(call: Call) -> Agent:
    """Return an agent by its id."""
    return call.store.registration(call.path["agent_id"]).agent


async def retrieve_by_name(call: Call) -> Agent:
    """Return an agent by its name."""
    return call.store.registration_named(call.path["agent_name"]).agent


async def list_(call: Call) -> list[Agent]:
    """Return the agents, or those of one task."""
    task = call.query.get("task_id")
    wanted = call.store.agent_of.get(str(task)) if task else None
    agents = [each.agent for each in call.store.registrations.values()]
    found = [agent for agent in agents if not task or agent.id == wanted]
    return page(found, call.query, "created_at", newest=True)


ROUTES = (
    Route("agents.register", "POST", "/agents/register", register, RegisteredAgent, RegisterParams),
    Route("agents.list", "GET", "/agents", list_, AgentListResponse, query=AgentListParams),
    Route("agents.retrieve_by_name", "GET", "/agents/name/{agent_name}", retrieve_by_name, Agent),
    Route("agents.retrieve", "GET", "/agents/{agent_id}", retrieve, Agent),
)
