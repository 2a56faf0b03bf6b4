"""What an app wants a message to say, checked as Slack checks it."""

import json
import re
from typing import Any

from sandbox.block_kit.blocks import MARKDOWN_LIMIT
from sandbox.block_kit.check import checked_message_blocks
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.web_api.call import Call

TEXT_LIMIT = 40_000
METADATA_LIMIT = 8 * 1024
EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+")


def message_content(call: Call) -> Json:
    """Return the fields of a message body that the arguments set; absent ones are missing.

    Raises:
        SlackError: `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_metadata_format`, …
    """
    content: Json = {}
    text, blocks = _words(call)
    attachments = call.json("attachments", "invalid_attachments_format")
    if call.core.strict and len(text) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    if text:
        content["text"] = text
    if blocks is not None:
        content["blocks"] = checked_blocks(call, blocks)
    if attachments is not None:
        content["attachments"] = attachments
    if (metadata := call.json("metadata", "invalid_metadata_format")) is not None:
        content["metadata"] = checked_metadata(metadata)
    return content


def _words(call: Call) -> tuple[str, Any]:
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks = call.json("blocks", "invalid_blocks_format")
    if not markdown:
        return text, blocks
    if text or blocks:
        raise SlackError("markdown_text_conflict")
    if call.core.strict and len(markdown) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    return markdown, [{"type": "markdown", "text": markdown}]


def require_words(content: Json) -> None:
    """Refuse a message that says nothing.

    Raises:
        SlackError: `no_text`.
    """
    if not (content.get("text") or content.get("blocks") or content.get("attachments")):
        raise SlackError("no_text")


def checked_blocks(call: Call, blocks: Any) -> list[Json]:
    """Return blocks with names, if Slack would take them."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    return checked_message_blocks(blocks, strict=call.core.strict)


def checked_metadata(metadata: Any) -> Json:
    """Return message metadata, if Slack would take it.

    Raises:
        SlackError: `invalid_metadata_format` or `metadata_too_large`.
    """
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not metadata:
        return {}
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not EVENT_TYPE.fullmatch(event_type):
        raise SlackError("invalid_metadata_format")
    if not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata
