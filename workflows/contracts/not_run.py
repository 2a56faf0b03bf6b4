"""The mark of a call that is not run: its arguments are an object that says why."""

import json
from collections.abc import Mapping
from typing import Any

NOT_RUN = "not_run_because"
"""Name under which arguments say why their call is not run."""


def why_not_run(arguments: str) -> str | None:
    """What the model reads as the call's output, or None for a call that is to be run."""
    try:
        read = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return told_not_run(read) if isinstance(read, dict) and is_marked(read) else None


def is_marked(arguments: Mapping[str, Any]) -> bool:
    """Whether arguments that were read say that their call is not run."""
    return NOT_RUN in arguments


def told_not_run(arguments: Mapping[str, Any]) -> str:
    """The call's output."""
    return f"NOT RUN: {arguments[NOT_RUN]}"
