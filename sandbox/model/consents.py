"""`APPROVED by …`: who said yes, how, to which call, and what came of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

NAME_END = r"(?=,? but\b| with changes:|(?<!\b[A-Z])\.(?:\s|$)|[:;,\n]| at \d| via |$)"
"""What follows the name of a person; the full stop of an initial does not end one."""

_APPROVED = re.compile(rf"approved by (.{{1,200}}?){NAME_END}", re.IGNORECASE)
_RULE = re.compile(r"(?:the )?rule (\S+)", re.IGNORECASE)
_ONCE = re.compile(r",?\s*once for this whole thread", re.IGNORECASE)
_UNASKED = re.compile(r",?\s*without asking anybody", re.IGNORECASE)
_CHANGED = re.compile(r"\s*with changes:\s*\w+ ran with\s*", re.IGNORECASE)
_INSTEAD = re.compile(r"\s*instead of\s*", re.IGNORECASE)
_FAILED = re.compile(r",?\s*but it failed:?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes, read; `ran` and `proposed` are arguments if an approver changed them."""

    who: str
    rest: str
    failed: bool = False
    rule: str = ""
    for_thread: bool = False
    ran: Mapping[str, Any] | None = None
    proposed: Mapping[str, Any] | None = None

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Name, new and old value of each argument that differs."""
        new, old = self.ran or {}, self.proposed or {}
        names = dict.fromkeys([*new, *old])
        return [
            (name, new.get(name), old.get(name)) for name in names if new.get(name) != old.get(name)
        ]


def read_consent(text: str) -> Consent | None:
    """Read `APPROVED by Bob Keller. Order #1 is placed.` and its other forms."""
    approved = _APPROVED.match(text)
    if approved is None:
        return None
    rest = text[approved.end() :]
    ran = proposed = None
    once, unasked = _ONCE.match(rest), _UNASKED.match(rest)
    if how := once or unasked:
        rest = rest[how.end() :]
    if changed := _CHANGED.match(rest):
        ran, rest = _arguments(rest[changed.end() :])
        instead = _INSTEAD.match(rest)
        proposed, rest = _arguments(rest[instead.end() :]) if instead else (None, rest)
    failed = _FAILED.match(rest)
    rest = rest[failed.end() :] if failed else rest.lstrip(".:,; \n")
    rule = _RULE.fullmatch(approved[1].strip())
    return Consent(
        who="" if rule else approved[1].strip(),
        rest=rest or text,
        failed=bool(failed),
        rule=rule[1] if rule else "",
        for_thread=bool(once),
        ran=ran,
        proposed=proposed,
    )


def _arguments(text: str) -> tuple[Mapping[str, Any] | None, str]:
    """The JSON object at the start of a text, and what follows it."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None, text
    return (cast("dict[str, Any]", value) if isinstance(value, dict) else None), text[end:]
