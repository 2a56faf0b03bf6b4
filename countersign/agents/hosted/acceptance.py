"""Which hosted MCP tools can be had: those that ask before each call, and say where they are."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from agents import HostedMCPTool

from countersign.agents.mcp.names import SERVER, TOOL
from countersign.tools.text import encodable

PLACES = ("server_url", "connector_id", "tunnel_id")
"""Where a server is: one of these."""
SECRETS = ("authorization", "headers")
KNOWN = frozenset(
    {
        *PLACES,
        *SECRETS,
        "type",
        "server_label",
        "server_description",
        "require_approval",
        "allowed_tools",
    }
)
ALWAYS = 'set require_approval="always", so that each of its calls waits for the policy'


def why_not(tool: HostedMCPTool) -> str:
    """What keeps a hosted MCP tool from being had, in one line; empty if nothing does."""
    return next(_faults(tool.tool_config, asks_itself=tool.on_approval_request is not None), "")


def _faults(config: Mapping[str, Any], *, asks_itself: bool) -> Iterator[str]:
    label = config.get("server_label")
    if not isinstance(label, str) or not SERVER.fullmatch(label):
        yield (
            f"the hosted MCP server {label!r:.60} needs a short server_label of letters, digits, _ "
            'and -, such as "deploys"'
        )
    whose = f"the hosted MCP server {label}"
    yield from (f"{whose} has {it}; {ALWAYS}" for it in _not_always(config))
    if asks_itself:
        yield (
            f"{whose} has an on_approval_request, which could say yes alone; leave it out, since "
            "the policy says who is asked"
        )
    if len([it for it in PLACES if config.get(it)]) != 1:
        yield f"{whose} needs one of server_url, connector_id and tunnel_id"
    if unknown := sorted(config.keys() - KNOWN):
        yield f"{whose} has {unknown[0]}, which is not supported"
    yield from (f"{whose}: {fault}" for fault in _misshapen(config))


def _not_always(config: Mapping[str, Any]) -> Iterator[str]:
    match config.get("require_approval"):
        case "always":
            return
        case None:
            yield "no require_approval"
        case str() as said:
            yield f"require_approval={said[:40]!r}"
        case _:
            yield "a require_approval that names some tools only"


def _misshapen(config: Mapping[str, Any]) -> Iterator[str]:
    """What no provider could be sent. No value is told: it may be a secret."""
    texts = (*PLACES, "authorization", "server_description")
    for name in texts:
        if name in config and not _is_text(config[name]):
            yield f"its {name} has to be text"
    if (url := config.get("server_url")) and _is_text(url) and not host_of(url):
        yield "its server_url has to be an address such as https://mcp.example.com/mcp"
    headers = config.get("headers") or {}
    if not isinstance(headers, Mapping) or not all(map(_is_text, (*headers, *headers.values()))):
        yield "its headers have to be text by name"
    tools = config.get("allowed_tools")
    if isinstance(tools, list | tuple) and not all(_is_tool(it) for it in tools):
        yield "its allowed_tools may have letters, digits, _ - . and / in their names"


def host_of(url: str) -> str:
    """The host of a web address; empty if it is none."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and encodable(value) == value


def _is_tool(name: object) -> bool:
    return isinstance(name, str) and TOOL.fullmatch(name) is not None
