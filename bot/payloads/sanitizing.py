"""JSON from outside, made harmless before anything reads it."""

import math
from collections.abc import Mapping
from typing import Any

from bot.payloads.fields import PayloadError

DEEPEST = 60
"""Lists and objects within each other. Slack's payloads have a dozen; what comes after this one
may call itself for each level."""
UNREADABLE = (ValueError, RecursionError)
"""What `json.loads` raises: it is no JSON, a number has too many digits, or it is too deep."""


def sanitized(value: Any, depth: int = DEEPEST) -> Any:
    """The same without halves of characters and numbers that no JSON has.

    Python reads both, and fails when it has to write them.

    Raises:
        PayloadError: it is nested too deep.
    """
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, (Mapping, list)):
        return value
    if depth <= 0:
        raise PayloadError("nested too deep")
    if isinstance(value, list):
        return [sanitized(item, depth - 1) for item in value]
    return {encodable(str(key)): sanitized(item, depth - 1) for key, item in value.items()}


def encodable(text: str) -> str:
    """A text that can be written as UTF-8: half of a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
