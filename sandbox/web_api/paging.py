"""Cursor paging, as every listing method does it."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.web_api.call import Call

Item = TypeVar("Item")
MOST = 1000


def page(call: Call, items: Sequence[Item], default: int = 100) -> tuple[list[Item], Json]:
    """Return the asked-for page of `items` and the `response_metadata` for the next one.

    Raises:
        SlackError: the cursor or the limit is no such thing.
    """
    limit = call.number("limit", default)
    if not 1 <= limit <= MOST:
        raise SlackError("invalid_limit")
    start = _offset(call.text("cursor"))
    end = start + limit
    more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), {"next_cursor": more}


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise SlackError("invalid_cursor")
        return int(number)
    except ValueError as error:
        raise SlackError("invalid_cursor") from error
