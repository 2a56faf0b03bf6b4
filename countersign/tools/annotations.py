"""What a tool says of itself to people, which the Agents SDK has no place for."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, overload

from agents import FunctionTool

from workflows.contracts.core import ArgumentField

_KEPT_AS = "countersign"
"""Name in the tool's own `__dict__`, which copies of the tool take over."""


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


def annotations_of(tool: FunctionTool) -> Annotations:
    """What was said of a tool; nothing, if nobody did."""
    found: Any = vars(tool).get(_KEPT_AS)
    return found if isinstance(found, Annotations) else Annotations()


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
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> Callable[[FunctionTool], FunctionTool]: ...


def annotate(
    tool: FunctionTool | None = None,
    /,
    *,
    title: str = "",
    status: str = "",
    secret: Iterable[str] = (),
    preview: PreviewBody | None = None,
) -> FunctionTool | Callable[[FunctionTool], FunctionTool]:
    """Say of a tool what people read of it; a decorator above `@function_tool`, or a call.

    What is left out stays as it was said before.

    Args:
        tool: any tool of the Agents SDK that is a function, also somebody else's.
        title: what it does: "Place an order". Without one, the tool's name in plain words.
        status: shown while it runs: "is placing the order…".
        secret: names of parameters whose values are never shown. Those typed as `SecretStr` are
            secret anyway.
        preview: says what a call would do, and changes nothing.
    """

    def said(of: FunctionTool) -> FunctionTool:
        before = annotations_of(of)
        vars(of)[_KEPT_AS] = Annotations(
            title=title or before.title,
            status=status or before.status,
            secret=before.secret | frozenset(secret),
            preview=preview or before.preview,
        )
        return of

    return said if tool is None else said(tool)


def preview(tool: FunctionTool) -> Callable[[PreviewBody], PreviewBody]:
    """Decorator: the function says what a call of `tool` would do, see `Preview`."""

    def told(body: PreviewBody) -> PreviewBody:
        vars(tool)[_KEPT_AS] = replace(annotations_of(tool), preview=body)
        return body

    return told
