"""Makers of the identifiers that Slack hands out."""

import secrets
import string

ALPHABET = string.ascii_uppercase + string.digits


def make_id(prefix: str, length: int = 9) -> str:
    """Return `prefix` and random capitals and digits, as in `Ev0PV52K25`."""
    return f"{prefix}0{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


def make_block_id() -> str:
    """Return a name for a block that came without one."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))
