"""Waiting for something: what is there already is looked through once, then each change."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import cast

from sandbox.changes import Topic
from sandbox.control.body import Ask
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.rendering import page_message
from sandbox.snapshot import sees, status_summary
from sandbox.state import Message

DEFAULT_SECONDS = 10.0
LONGEST_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What somebody waits for: a topic's things that are there now, and which of them it is."""

    topic: Topic
    things: Callable[[], Iterable[object]]
    find: Callable[[object], Json | None]
    """The answer, if a thing is what is waited for. It is asked anew when the thing changes."""


async def wait(ask: Ask) -> Json:
    """Answer as soon as what is asked for is there.

    Raises:
        ControlError: `timeout`.
    """
    seconds = min(ask.number("timeout", DEFAULT_SECONDS), LONGEST_SECONDS)
    kind = ask.text("kind") or "message"
    try:
        async with asyncio.timeout(seconds):
            if kind == "quiet":
                return await _quiet(ask)
            return await _until(ask, _watch(ask, kind))
    except TimeoutError as error:
        raise ControlError("timeout", f"No such {kind} within {seconds:g} s.") from error


async def _until(ask: Ask, watch: Watch) -> Json:
    while True:
        found = next(filter(None, map(watch.find, watch.things())), None)
        if found := found or await ask.core.hub.changes.first(watch.topic, watch.find):
            return found


async def _quiet(ask: Ask) -> Json:
    started = time.monotonic()
    silence = ask.core.config.quiet_seconds
    while True:
        last = max(started, ask.core.hub.changes.last)
        left = last + silence - time.monotonic()
        if left <= 0 and ask.core.delivery.is_idle and not _anyone_works(ask):
            return {"waited": round(time.monotonic() - started, 3)}
        await asyncio.sleep(left if left > 0 else silence)


def _anyone_works(ask: Ask) -> bool:
    return any(status.shown for status in ask.core.state.statuses.values())


def _watch(ask: Ask, kind: str) -> Watch:
    match kind:
        case "message" | "update":
            seen = ask.number("after_n", 1) if kind == "update" else -1
            return _messages(ask, seen)
        case "ephemeral":
            return _ephemerals(ask, ask.person())
        case "view":
            return _view(ask, ask.person())
        case "home":
            return _home(ask, ask.person())
        case "status":
            return _status(ask, ask.person() if ask.text("as") else "")
        case _:
            known = "message, update, ephemeral, view, home, status, quiet"
            raise ControlError("invalid_request", f"kind is one of {known}.")


def _messages(ask: Ask, seen: float) -> Watch:
    """Messages of a channel that have changed more than `seen` times."""
    channel, ts = ask.text("channel"), ask.text("ts")

    def there() -> Iterable[Message]:
        messages = ask.core.state.messages.get(channel, {})
        if ts:
            return [messages[ts]] if ts in messages else []
        return _since(ask, reversed(messages.values()))

    def find(thing: object) -> Json | None:
        message = cast("Message", thing)
        wanted = message.n > seen and not message.deleted and _fits(ask, message)
        return {"message": page_message(message)} if wanted else None

    return Watch(_topic(channel, ts, ask.text("thread_ts")), there, find)


def _topic(channel: str, ts: str, thread: str) -> Topic:
    """The narrowest of a message's `topics`."""
    if ts:
        return ("one message", f"{channel} {ts}")
    return ("message in a thread", f"{channel} {thread}") if thread else ("message", channel)


def _ephemerals(ask: Ask, person: str) -> Watch:
    def find(thing: object) -> Json | None:
        message = cast("Message", thing)
        is_mine = message.ephemeral_to == person
        is_here = ask.text("channel") in ("", message.channel)
        wanted = is_mine and is_here and _fits(ask, message)
        return {"message": page_message(message)} if wanted else None

    def there() -> Iterable[Message]:
        return _since(ask, reversed(ask.core.state.ephemerals))

    return Watch(("ephemeral", person), there, find)


def _since(ask: Ask, newest_first: Iterator[Message]) -> Iterable[Message]:
    """What can be meant of messages, oldest first: a reply is never older than its root."""
    start = max(ask.text("after"), ask.text("thread_ts"))
    return reversed([*takewhile(lambda message: message.ts >= start, newest_first)])


def _fits(ask: Ask, message: Message) -> bool:
    """Whether a message is what is asked for; its words are read only if all else fits."""
    thread = ask.text("thread_ts")
    return (
        (not thread or message.thread == thread)
        and (not ask.text("from") or message.author == ask.text("from"))
        and (not ask.text("ts") or message.ts == ask.text("ts"))
        and (not ask.text("after") or message.ts > ask.text("after"))
        and ask.text("contains").lower() in words(message).lower()
    )


def words(message: Message) -> str:
    """Everything a message says: its text and every text in its blocks."""
    found = [str(message.body.get("text", ""))]
    todo: list[object] = [message.body.get("blocks")]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            found.extend(
                value for key, value in item.items() if key == "text" and isinstance(value, str)
            )
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return "\n".join(found)


def _view(ask: Ask, person: str) -> Watch:
    wanted, known = ask.text("callback_id"), ask.text("after_hash")

    def find(_: object) -> Json | None:
        for top in ask.core.state.views.get(person, [])[-1:]:
            if wanted in ("", top["callback_id"]) and not (known and top["hash"] == known):
                return {"view": top}
        return None

    return Watch(("view", person), lambda: [None], find)


def _home(ask: Ask, person: str) -> Watch:
    def find(_: object) -> Json | None:
        home = ask.core.state.homes.get(person)
        is_known = home is None or home["hash"] == ask.text("after_hash")
        return None if is_known else {"view": home}

    return Watch(("home", person), lambda: [None], find)


def _status(ask: Ask, person: str) -> Watch:
    def find(thing: object) -> Json | None:
        channel, thread_ts = cast("tuple[str, str]", thing)
        is_seen = not person or sees(ask.core, person, channel)
        is_here = ask.text("channel") in ("", channel) and ask.text("thread_ts") in ("", thread_ts)
        summary = status_summary(ask.core, channel, thread_ts)
        return {"status": summary} if summary["text"] and is_seen and is_here else None

    return Watch(("status", ""), lambda: list(ask.core.state.statuses), find)
