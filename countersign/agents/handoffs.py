"""How an agent hands over to another, as its author described it."""

from typing import Any, cast
from weakref import ReferenceType

from agents import Agent, Handoff

from countersign.agents.errors import NotKeptError
from workflows.contracts.core import HandoffSpec

Handing = Agent[Any] | Handoff[Any, Any]
"""What stands in an agent's list of handoffs."""


def target_of(handing: Handing, by: Agent[Any]) -> Agent[Any]:
    """The agent that is handed over to.

    Raises:
        NotKeptError: it cannot be known before, or something else of it would not be kept.
    """
    if isinstance(handing, Agent):
        return handing
    for what, has in (
        ("an input_filter", handing.input_filter is not None),
        ("nest_handoff_history", bool(handing.nest_handoff_history)),
    ):
        if has:
            raise NotKeptError(
                f"AGENT: the handoff {handing.tool_name} of {by.name} has {what}, "
                "which is not supported"
            )
    # The SDK has no public name for it.
    reference = cast("ReferenceType[object] | None", getattr(handing, "_agent_ref", None))
    found = reference() if reference is not None else None
    if not isinstance(found, Agent):
        raise NotKeptError(
            f"AGENT: the handoff {handing.tool_name} of {by.name} does not say to which agent; "
            "make it with agents.handoff(agent)"
        )
    return cast("Agent[Any]", found)


def tool_of(handing: Handing) -> str:
    """What the model calls for it."""
    if isinstance(handing, Agent):
        return Handoff.default_tool_name(handing)
    return handing.tool_name


def described_handoff(handing: Handing, by: Agent[Any]) -> HandoffSpec:
    """What a workflow needs to know of it.

    Whether a `Handoff` has code of its author's cannot be seen, so it is taken to have some.
    """
    to = target_of(handing, by)
    if isinstance(handing, Agent):
        description = Handoff.default_tool_description(handing)
        return HandoffSpec(tool=tool_of(handing), description=description, to=to.name)
    return HandoffSpec(
        tool=handing.tool_name,
        description=handing.tool_description,
        parameters=handing.input_json_schema,
        to=to.name,
        is_strict=handing.strict_json_schema,
        has_code=True,
    )
