"""What a tool says of itself to people, which the Agents SDK has no place for."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, overload

from agents import FunctionTool
from agents.mcp import MCPServer

from workflows.contracts.core import ArgumentField

_KEPT_AS = "countersign"
"""Name in the own `__dict__` of a tool, which copies of it take over, or of an MCP server."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do, in plain words: one sentence, its cost, and more lines if useful.

    All of it is what people approve: if it has changed by the time the call would run, they are
    asked again. A line that may change meanwhile, such as a budget, is not `is_bound`. One that
    the sentence says already is `in_summary`: a card leaves it out, *Details* shows it.
    """

    summary: str
    cost: str = ""
    fields: tuple[ArgumentField, ...] = ()
    amount: float | None = None
    """The cost in whole units of the currency, for rules."""
    left: float | None = None
    """What it leaves of a budget, in the same units: several at once are reckoned up with it."""


PreviewBody = Callable[..., Awaitable[Preview]]
"""Takes the tool's context and as many of its arguments as it names."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """What was said of one tool."""

    title: str = ""
    status: str = ""
    secret: frozenset[str] = frozenset()
    preview: PreviewBody | None = None

    def with_(self, more: "Annotations") -> "Annotations":
        """The same, and what was said later, which wins."""
        return Annotations(
            title=more.title or self.title,
            status=more.status or self.status,
            secret=self.secret | more.secret,
            preview=more.preview or self.preview,
        )


def annotations_of(tool: FunctionTool) -> Annotations:
    """What was said of a tool; nothing, if nobody did."""
    found: Any = vars(tool).get(_KEPT_AS)
    return found if isinstance(found, Annotations) else Annotations()


def annotations_on(server: MCPServer) -> Mapping[str, Annotations]:
    """What was said of an MCP server's tools, by the names that the server has for them."""
    found: Any = vars(server).get(_KEPT_AS)
    return found if isinstance(found, dict) else {}


def say(tool: FunctionTool, more: Annotations) -> FunctionTool:
    """Keep what is said of a tool with it."""
    vars(tool)[_KEPT_AS] = annotations_of(tool).with_(more)
    return tool


@overload
def annotate(
    tool: FunctionTool,
    /,
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> FunctionTool: ...


@overload
def annotate(
    server: MCPServer,
    tool: str,
    /,
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> None: ...


@overload
def annotate(
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> Callable[[FunctionTool], FunctionTool]: ...


def annotate(
    of: FunctionTool | MCPServer | None = None,
    name: str = "",
    /,
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> FunctionTool | Callable[[FunctionTool], FunctionTool] | None:
    """Say of a tool what people read of it; a decorator above `@function_tool`, or a call.

    What is left out stays as it was said before, or as an MCP server says it itself.

    Args:
        of: any tool of the Agents SDK that is a function, also somebody else's; or an MCP server.
        name: the MCP server's tool, as the server calls it. If it has none of that name, a worker
            does not start.
        title: what it does: "Place an order". Without one, the tool's name in plain words.
        status: shown while it runs: "is placing the order…".
        secret: names of parameters whose values are never shown. Those typed as `SecretStr` are
            secret anyway. If the tool has no parameter of that name, a worker does not start.
        preview: says what a call would do, and changes nothing.
    """
    secrets = [secret] if isinstance(secret, str) else secret
    more = Annotations(title, status, frozenset(secrets), preview)
    if isinstance(of, MCPServer):
        return _say_on(of, name, more)
    return (lambda tool: say(tool, more)) if of is None else say(of, more)


@overload
def preview(tool: FunctionTool, /) -> Callable[[PreviewBody], PreviewBody]: ...


@overload
def preview(server: MCPServer, tool: str, /) -> Callable[[PreviewBody], PreviewBody]: ...


def preview(
    of: FunctionTool | MCPServer, name: str = "", /
) -> Callable[[PreviewBody], PreviewBody]:
    """Decorator: the function says what a call would do, see `Preview` and `annotate`."""

    def told(body: PreviewBody) -> PreviewBody:
        more = Annotations(preview=body)
        if isinstance(of, MCPServer):
            _say_on(of, name, more)
        else:
            say(of, more)
        return body

    return told


def _say_on(server: MCPServer, name: str, more: Annotations) -> None:
    """Keep what is said of a server's tool with the server.

    Raises:
        TypeError: no tool is named.
    """
    if not name:
        raise TypeError(f"which tool of the MCP server {server.name}? Give its name too")
    before = annotations_on(server)
    said = before.get(name, Annotations()).with_(more)
    vars(server)[_KEPT_AS] = {**before, name: said}
