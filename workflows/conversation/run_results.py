"""What a run of the SDK has come to, as a turn needs it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agents import (
    HandoffCallItem,
    ItemHelpers,
    MessageOutputItem,
    RunResult,
    ToolCallOutputItem,
)

from workflows.contracts.core import AgentSpec
from workflows.conversation.memory import Handing, Item, newest_words
from workflows.conversation.output import readable


@dataclass(frozen=True, slots=True)
class Thought:
    """What a run has come to."""

    words: str
    """All that the model said last, as Markdown."""
    is_whole: bool
    """Whether the model came to its end, and neither refused nor was cut off."""
    is_last: bool
    """Whether it waits for nobody."""


def thought_of(result: RunResult, spec: AgentSpec) -> Thought:
    """All that the model said, also beside its calls."""
    is_last = not result.interruptions
    messages = [item for item in result.new_items if isinstance(item, MessageOutputItem)]
    texts = (
        readable(ItemHelpers.text_message_output(item).strip(), spec.named(item.agent.name).output)
        for item in messages
    )
    last = result.new_items[-1:]
    of_a_tool = [str(result.final_output) for it in last if isinstance(it, ToolCallOutputItem)]
    return Thought(
        words=newest_words([it for it in (*texts, *(of_a_tool if is_last else ())) if it]),
        is_whole=all(item.raw_item.status == "completed" for item in messages),
        is_last=is_last,
    )


def place_in(items: Sequence[Item]) -> Callable[[Any], int]:
    """Where the model made a call; the SDK tells its provider's requests after all others."""
    places = {it.get("call_id", it.get("id")): place for place, it in enumerate(items)}
    return lambda asked: places.get(asked.call_id, len(places))


def handings_of(result: RunResult, items: Sequence[Item]) -> list[Handing]:
    """The handoffs that an answer asks for and that have no output, since something waits."""
    told = {it.get("call_id") for it in items if it.get("type") == "function_call_output"}
    calls = (it.raw_item for it in result.new_items if isinstance(it, HandoffCallItem))
    return [
        Handing(call_id=it.call_id, tool=it.name, arguments=it.arguments)
        for it in calls
        if it.call_id not in told
    ]


def plain(item: Any) -> Item:
    """An item as JSON, since a history must not depend on the SDK's classes."""
    return dict(item) if isinstance(item, dict) else item.model_dump(exclude_unset=True)
