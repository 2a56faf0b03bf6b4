"""Text as all of those take it that it has to pass: history, Slack, the model, the database."""

import json
from typing import Any

INSTEAD = "\N{REPLACEMENT CHARACTER}"
_ROOM = 80
"""Characters that the mark of a cut takes at most."""


def encodable(text: str) -> str:
    r"""The same without what UTF-8 or PostgreSQL refuses: halves of characters, and NUL.

    Python has such halves from JSON's `\ud800` and from bytes read as `surrogateescape`.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", INSTEAD)


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as fits into `limit` with a mark that says what is missing."""
    if len(text) <= limit:
        return text
    kept = max(0, limit - _ROOM)
    return f"{text[:kept]}\n{cut_mark(len(text) - kept, len(text))}"


def cut_mark(left: int, whole: int) -> str:
    """Says that so many of so many characters are missing."""
    return f"[cut: {left:,} of {whole:,} characters are left out]"


def shown_value(value: Any) -> str:
    """An argument as people read it on a card: `yes`, `none`, and lists as JSON has them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else text_of(value)


def text_of(value: Any) -> str:
    """Anything as encodable text. Never fails: what it is asked of has been done already."""
    try:
        return encodable(_text(value))
    except Exception as error:  # noqa: BLE001 - a stranger's `__str__` may raise anything
        return f"[unreadable: a {type(value).__name__}, {type(error).__name__}]"


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case bytes() | bytearray():
            return bytes(value).decode(errors="replace")
        case dict() | list() | tuple():
            return _json(value)
        case _:
            return str(value)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=text_of)
    except (TypeError, ValueError, RecursionError):  # odd keys, or it contains itself
        return str(value)
