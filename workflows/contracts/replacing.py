"""The argument by which a guarded call takes the place of a request that waits."""

import json

REPLACES = "replaces"
"""Every guarded tool takes it beside its own arguments; no tool ever sees it."""
NOTHING = frozenset({"", "null", "none"})
"""What models write where they mean no request."""


def split_replaces(arguments: str) -> tuple[str, str]:
    """A call's own arguments, and the id of the request that it replaces; empty if none.

    Args:
        arguments: JSON as the model wrote it; what is no object is returned as it is.
    """
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return arguments, ""
    if not isinstance(given, dict) or REPLACES not in given:
        return arguments, ""
    replaced = str(given.pop(REPLACES) or "").strip()
    own = json.dumps(given, ensure_ascii=False)
    return own, "" if replaced.lower() in NOTHING else replaced
