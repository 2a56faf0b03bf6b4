"""Hosted MCP servers where the model is called: their settings, and what providers say of them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import structlog
from agents import HostedMCPTool
from openai.types.responses.response_output_item import McpApprovalRequest, McpCall
from pydantic import ValidationError

from countersign.agents.hosted.servers import HostedServer
from countersign.tools.text import cut, encodable, text_of
from worker.arguments import LIMIT as ARGUMENTS_LIMIT

ID_LIMIT = 200
NAME_LIMIT = 200
OUTPUT_LIMIT = 20_000
"""Characters of what one call came to, as of any tool's answer."""
HIDDEN = "…"
STATUSES = frozenset({"in_progress", "completed", "incomplete", "calling", "failed"})

Servers = Mapping[str, HostedServer]
"""By what the descriptions of agents call their settings."""
NO_SERVERS: Servers = MappingProxyType({})
Json = Mapping[str, Any]
log = structlog.get_logger(__name__)


def with_settings(tools: Sequence[Any], servers: Servers) -> list[Any]:
    """The tools with what the description leaves out; one that is not known here is left out."""
    return [whole for it in tools if (whole := _with_settings(it, servers)) is not None]


def labels_of(tools: Sequence[Any]) -> frozenset[str]:
    """Of the hosted MCP servers among a model's tools."""
    hosted = (it for it in tools if isinstance(it, HostedMCPTool))
    return frozenset(it.tool_config["server_label"] for it in hosted)


def without_secrets(text: str, servers: Servers) -> str:
    """An error's words, which a provider may fill with what it was sent."""
    secrets = {secret for server in servers.values() for secret in server.secrets()}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def request(given: Json, room: int) -> McpApprovalRequest | None:
    """What the provider asks whether it may run it; None if it cannot be shown or given back.

    Args:
        given: the item.
        room: how many characters its arguments may have.
    """
    names = ("id", "server_label", "name")
    texts = [given.get(name) for name in (*names, "arguments")]
    limits = (ID_LIMIT, NAME_LIMIT, NAME_LIMIT, min(room, ARGUMENTS_LIMIT))
    fits = all(_fits(text, limit) for text, limit in zip(texts, limits, strict=True))
    if not fits or not all(given.get(name) for name in names):
        log.warning("a request of the provider's was dropped", name=text_of(given.get("name"))[:64])
        return None
    item = {name: given[name] for name in (*names, "arguments")}
    return McpApprovalRequest(type="mcp_approval_request", **item)


def ran(given: Json) -> McpCall | None:
    """What the provider says it ran; bounded, since nobody gives it back as it is."""
    status = given.get("status")
    item = {
        "type": "mcp_call",
        **{name: _text(given.get(name), ID_LIMIT) for name in ("id", "server_label", "name")},
        "arguments": _text(given.get("arguments"), ARGUMENTS_LIMIT),
        "approval_request_id": given.get("approval_request_id"),
        "output": _text(given["output"], OUTPUT_LIMIT) if given.get("output") else None,
        "error": _error(given.get("error")),
        "status": status if isinstance(status, str) and status in STATUSES else None,
    }
    try:
        return McpCall.model_validate(item)
    except ValidationError:
        log.exception("a call that the provider ran cannot be read")
        return McpCall.model_validate({**item, "approval_request_id": None, "error": None})


def _with_settings(tool: Any, servers: Servers) -> Any:
    if not isinstance(tool, HostedMCPTool):
        return tool
    ref = str(tool.tool_config.get("server_url"))
    if (server := servers.get(ref)) is None:
        label = tool.tool_config["server_label"]
        log.warning("a hosted MCP server is not known here and is left out", server=label)
        return None
    config: Any = {**server.config, "type": "mcp", "require_approval": "always"}
    return HostedMCPTool(tool_config=config)


def _fits(text: Any, limit: int) -> bool:
    return isinstance(text, str) and len(text) <= limit and encodable(text) == text


def _text(value: Any, limit: int) -> str:
    return cut(encodable(text_of(value)), limit) if value is not None else ""


def _error(given: Any) -> dict[str, Any] | None:
    """An error in the form of the API; one in another form may stand for anything."""
    if not given:
        return None
    told = given if isinstance(given, Mapping) else {}
    match told.get("type"):
        case "mcp_tool_execution_error":
            return {"type": told["type"], "content": _text(told.get("content"), OUTPUT_LIMIT)}
        case "mcp_protocol_error" | "http_error" as kind:
            code = told.get("code")
            return {
                "type": kind,
                "code": code if isinstance(code, int) else 0,
                "message": _text(told.get("message"), OUTPUT_LIMIT),
            }
        case _:
            return {"type": "http_error", "code": 0, "message": _text(given, OUTPUT_LIMIT)}
