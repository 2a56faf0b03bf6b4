"""AgentEx's client as we use it, and registering with the backend."""

import base64
import binascii
import json
from typing import Any

import structlog
from agentex import AsyncAgentex

from countersign.agentex.errors import AgentexAwayError, AgentexRefusedError, asking
from countersign.agentex.settings import AgentexSettings
from countersign.runtime.waiting import Waiting

log = structlog.get_logger(__name__)

TIMEOUT = 10.0
"""Seconds for one call."""
KEY_HEADER = "x-agent-api-key"
ACP_TYPE = "async"


def build_client(settings: AgentexSettings, api_key: str = "") -> AsyncAgentex:
    """A client that tries nothing twice: who calls knows whether that would do it twice."""
    key = api_key or settings.agent_api_key.get_secret_value()
    return AsyncAgentex(
        base_url=settings.agentex_base_url,
        default_headers={KEY_HEADER: key} if key else {},
        max_retries=0,
        timeout=TIMEOUT,
    )


async def register(settings: AgentexSettings, waiting: Waiting | None = None) -> str:
    """Tell the backend where the agent is, however long that takes; its API key.

    The front door and the worker both do so, as the SDK's own do: each is a process, and the
    key is told to who registers. Registering again changes nothing and tells the same key.

    While it waits, `waiting` knows why; one line is written when that begins and one at the end.
    """
    what = f"AgentEx at {settings.agentex_base_url} (AGENTEX_BASE_URL)"
    async with build_client(settings) as client:
        key = await (waiting or Waiting()).for_(what, lambda: _registered(client, settings))
    log.info("registered with AgentEx", agent=settings.agent_name)
    return key


async def _registered(client: AsyncAgentex, settings: AgentexSettings) -> str:
    """Register once.

    Raises:
        AgentexAwayError: it did not work; also what is refused may be mended at the other end.
    """
    try:
        with asking():
            answer: object = await client.post(
                "/agents/register", cast_to=object, body=_registration(settings)
            )
    except AgentexRefusedError as error:
        raise AgentexAwayError(
            f"refuses to register the agent (HTTP {error.status}); is it AgentEx's backend?"
        ) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise AgentexAwayError("what answers there is not AgentEx's backend")
    told: object = answer.get("agent_api_key")
    return told if isinstance(told, str) else settings.agent_api_key.get_secret_value()


def _registration(settings: AgentexSettings) -> dict[str, Any]:
    """What the SDK's own servers say of themselves; it has no type for it."""
    deployment = settings.agentex_deployment_id
    known = {"agent_id": settings.agent_id} if settings.agent_id else {}
    return {
        "name": settings.agent_name,
        "description": settings.agent_description or settings.agent_name,
        "acp_url": f"{settings.acp_url}:{settings.acp_port}",
        "acp_type": ACP_TYPE,
        "principal_context": _principal(settings),
        "registration_metadata": {"deployment_id": deployment} if deployment else None,
        **known,
    }


def _principal(settings: AgentexSettings) -> object:
    """Whose the agent is, or None if that is not said or cannot be read."""
    try:
        return json.loads(base64.b64decode(settings.auth_principal_b64.get_secret_value()))
    except (binascii.Error, ValueError):
        return None
