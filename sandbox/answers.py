"""What an app answers to a person: in a command's acknowledgement or to a `response_url`."""

from dataclasses import dataclass
from typing import Any

from sandbox import messages
from sandbox.block_kit.check import checked_message_blocks
from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.state import Message

TEXT_LIMIT = 40_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer belongs; `ts` is the message that was clicked, if one was."""

    user: str
    channel: str
    ts: str | None = None


def apply_answer(core: Core, place: Place, body: Json) -> None:
    """Post, whisper, replace or delete, as the app's answer asks.

    Raises:
        SlackError: the answer is one that Slack refuses.
    """
    original = _original(core, place)
    if _is_set(body, "delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        messages.delete(core, original)
        return
    content = _content(core, body)
    if _is_set(body, "replace_original"):
        if original is None:
            raise SlackError("message_not_found")
        messages.change(core, original, {"blocks": None, **content})
        return
    if thread_ts := body.get("thread_ts"):
        content["thread_ts"] = str(thread_ts)
    message = messages.bot_body(core, content)
    if body.get("response_type") == "in_channel":
        messages.post(core, place.channel, message)
    else:
        messages.whisper(core, place.channel, place.user, message)


def _is_set(body: Json, name: str) -> bool:
    return str(body.get(name, "")).lower() == "true"


def _original(core: Core, place: Place) -> Message | None:
    if place.ts is None:
        return None
    whispered = core.state.ephemeral(place.user, place.channel, place.ts)
    return whispered or core.state.message(place.channel, place.ts)


def _content(core: Core, body: Json) -> Json:
    text: Any = body.get("text") or ""
    blocks: Any = body.get("blocks") or []
    if not text and not blocks and not body.get("attachments"):
        raise SlackError("no_text")
    if core.strict and len(str(text)) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    content: Json = {"text": str(text)}
    if blocks:
        content["blocks"] = checked_message_blocks(blocks, strict=core.strict)
    if body.get("attachments"):
        content["attachments"] = body["attachments"]
    return content
