"""The way to an agent: JSON-RPC to `<acp_url>/api`, with the headers that AgentEx lets through."""

import json
from collections.abc import Mapping
from uuid import uuid4

import aiohttp
from agentex.protocol.acp import (
    CancelTaskParams,
    CreateTaskParams,
    InterruptTaskParams,
    SendEventParams,
)
from agentex.protocol.json_rpc import JSONRPCRequest, JSONRPCResponse
from pydantic import BaseModel, ValidationError

from sandbox.agentex.core import Backend
from sandbox.agentex.errors import AgentError
from sandbox.agentex.shapes import problems_of
from sandbox.agentex.store import Registration
from sandbox.json_types import Json

__all__ = [
    "CancelTaskParams",
    "CreateTaskParams",
    "InterruptTaskParams",
    "SendEventParams",
    "deliver",
    "post",
]

KEY = "x-agent-api-key"
SECRETS = frozenset(
    {
        KEY,
        "x-api-key",
        "x-acting-user-api-key",
        "x-acting-user-cookie",
        "x-acting-user-authorization",
        "x-acting-as-agent",
        "x-selected-account-id",
    }
)
"""What a caller may not make an agent believe."""
TRACING = frozenset({"traceparent", "tracestate", "baggage"})


async def deliver(
    backend: Backend, to: Registration, method: str, params: BaseModel, headers: Mapping[str, str]
) -> Json:
    """Tell an agent something about a task; return its result, empty if it has none.

    Raises:
        AgentError: it cannot be reached, is too slow, or answers with an error.
    """
    body = params.model_dump(mode="json")
    id_ = f"{method}-{body['task']['id']}"
    request = JSONRPCRequest(method=method, params=body, id=id_).model_dump(mode="json")
    status, text = await post(backend, to, request, forwarded(to, headers))
    if status >= 400:
        raise AgentError(f"HTTP {status} of {to.acp_url}/api")
    return _result(text, id_)


def _result(text: str, id_: str) -> Json:
    try:
        response = JSONRPCResponse.model_validate_json(text)
    except ValidationError as error:
        raise AgentError(f"No JSON-RPC response: {'; '.join(problems_of(error))}") from error
    if response.error:
        raise AgentError(f"RPC error: {response.error}")
    if response.id != id_:
        raise AgentError(f"Response ID {response.id} does not match request ID {id_}")
    return response.result or {}


async def post(
    backend: Backend, to: Registration, payload: object, headers: Mapping[str, str]
) -> tuple[int, str]:
    """Post anything to an agent, a string as it is; return the answer's status and text.

    Raises:
        AgentError: the agent cannot be reached or is too slow.
    """
    if backend.session is None:
        backend.session = aiohttp.ClientSession()
    body = payload if isinstance(payload, str) else json.dumps(payload)
    timeout = aiohttp.ClientTimeout(total=backend.config.agent_seconds)
    url = f"{to.acp_url}/api"
    passed = {"content-type": "application/json", **headers}
    try:
        async with backend.session.post(url, headers=passed, data=body, timeout=timeout) as answer:
            return answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise AgentError(f"{type(error).__name__}: {error}") from error


def forwarded(to: Registration, headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's own `x-` headers without secrets, the agent's key, and a request id."""
    low = {name.lower(): value for name, value in headers.items()}
    passed = {name: value for name, value in low.items() if _passes(name)}
    request_id = low.get("x-request-id") or uuid4().hex
    return {**passed, KEY: to.key, "x-request-id": request_id}


def _passes(name: str) -> bool:
    return (name.startswith("x-") and name not in SECRETS) or name in TRACING
