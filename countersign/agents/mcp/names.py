"""What a tool of an MCP server is called: `deploys.roll_back`, to a model `deploys__roll_back`."""

import re
from hashlib import sha256

SERVER = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""No dot, so that a name can be read in one way only."""
TOOL = re.compile(r"[A-Za-z0-9_./-]{1,128}")
LONGEST = 64
"""Characters that providers allow a tool's name."""
_REFUSED = re.compile(r"[^A-Za-z0-9_-]")
_MARK = 8


def full_name(server: str, tool: str) -> str:
    """What people, policies and records call it."""
    return f"{server}.{tool}"


def flat_name(server: str, tool: str) -> str:
    """What a model calls it, in characters and a length that providers take.

    Two tools may come to the same: `a` and `b__c`, `a__b` and `c`. Whoever lists them has to look.
    """
    flat = _REFUSED.sub("_", f"{server}__{tool}")
    if len(flat) <= LONGEST:
        return flat
    mark = sha256(full_name(server, tool).encode()).hexdigest()[:_MARK]
    return f"{flat[: LONGEST - _MARK - 1]}_{mark}"
