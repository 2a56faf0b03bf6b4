"""Waiting for something to happen: a condition, looked at each time something changed."""

import asyncio
import time
from collections.abc import Callable

from sandbox.control.body import Ask
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.rendering import page_message
from sandbox.snapshot import statuses
from sandbox.state import Message

DEFAULT_SECONDS = 10.0
LONGEST_SECONDS = 120.0

Look = Callable[[], Json | None]


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
            return await _until(ask, _look(ask, kind))
    except TimeoutError as error:
        raise ControlError("timeout", f"No such {kind} within {seconds:g} s.") from error


async def _until(ask: Ask, look: Look) -> Json:
    while (found := look()) is None:
        await ask.core.hub.pulse.wait()
    return found


async def _quiet(ask: Ask) -> Json:
    started = time.monotonic()
    while True:
        try:
            async with asyncio.timeout(ask.core.config.quiet_seconds):
                await ask.core.hub.pulse.wait()
        except TimeoutError:
            if ask.core.delivery.is_idle and not _anyone_works(ask):
                return {"waited": round(time.monotonic() - started, 3)}


def _anyone_works(ask: Ask) -> bool:
    return any(status.shown for status in ask.core.state.statuses.values())


def _look(ask: Ask, kind: str) -> Look:
    match kind:
        case "message" | "update":
            return lambda: _message(ask, kind)
        case "ephemeral":
            return lambda: _ephemeral(ask)
        case "view":
            return lambda: _view(ask)
        case "home":
            return lambda: _home(ask)
        case "status":
            return lambda: _status(ask)
        case _:
            known = "message, update, ephemeral, view, home, status, quiet"
            raise ControlError("invalid_request", f"kind is one of {known}.")


def _message(ask: Ask, kind: str) -> Json | None:
    for message in ask.core.state.history(ask.text("channel")):
        if message.deleted or not _fits(ask, message):
            continue
        if kind == "message" or message.n > ask.number("after_n", 1):
            return {"message": page_message(message)}
    return None


def _ephemeral(ask: Ask) -> Json | None:
    person = ask.person()
    for message in ask.core.state.ephemerals:
        here = ask.text("channel") in ("", message.channel)
        if message.ephemeral_to == person and here and _fits(ask, message):
            return {"message": page_message(message)}
    return None


def _fits(ask: Ask, message: Message) -> bool:
    thread = ask.text("thread_ts")
    checks = (
        not thread or message.thread == thread,
        not ask.text("from") or message.author == ask.text("from"),
        not ask.text("ts") or message.ts == ask.text("ts"),
        not ask.text("after") or message.ts > ask.text("after"),
        ask.text("contains").lower() in words(message).lower(),
    )
    return all(checks)


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


def _view(ask: Ask) -> Json | None:
    views = ask.core.state.views.get(ask.person(), [])
    if not views:
        return None
    top = views[-1]
    wanted, known = ask.text("callback_id"), ask.text("after_hash")
    if (wanted and top["callback_id"] != wanted) or (known and top["hash"] == known):
        return None
    return {"view": top}


def _home(ask: Ask) -> Json | None:
    home = ask.core.state.homes.get(ask.person())
    return None if home is None or home["hash"] == ask.text("after_hash") else {"view": home}


def _status(ask: Ask) -> Json | None:
    person = ask.person() if ask.text("as") else None
    for status in _statuses(ask, person):
        here = ask.text("channel") in ("", status["channel"])
        if here and ask.text("thread_ts") in ("", status["thread_ts"]):
            return {"status": status}
    return None


def _statuses(ask: Ask, person: str | None) -> list[Json]:
    people = [person] if person else list(ask.core.state.people)
    return [status for one in people for status in statuses(ask.core, one)]
