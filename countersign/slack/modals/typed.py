"""What somebody typed into an edit form and was refused later, kept until they go on with it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from countersign.slack.masks import is_secret, masked_arguments
from countersign.slack.modals.schema import Entry, entries
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Call, Prepared

VALUES, CUT = "v", "cut"


@dataclass(frozen=True, slots=True)
class Typed:
    """Values by argument, where they differ from the call; None is an empty field."""

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_cut: bool = False
    """Whether some of it was too long to be kept."""

    def dump(self, room: int) -> str:
        """As JSON of so many characters at most; the longest values are left out for that."""
        kept = dict(sorted(self.values.items(), key=lambda it: len(json.dumps(it))))
        while True:
            is_cut = self.is_cut or len(kept) < len(self.values)
            text = json.dumps({VALUES: kept, CUT: is_cut}, separators=(",", ":"))
            if len(text) <= room or not kept:
                return text
            kept.popitem()

    @classmethod
    def load(cls, text: str) -> "Typed":
        """Read what `dump` wrote; of anything else nothing is known."""
        told = read_arguments(text)
        values = told.get(VALUES)
        return cls(values, told.get(CUT) is True) if isinstance(values, dict) else cls()


def typed_of(status: ApprovalStatus, arguments: str) -> Typed:
    """What a form of this approval had in it for these arguments to come of it. No secrets."""
    before, after = read_arguments(status.call.arguments), read_arguments(arguments)
    call = status.call.model_copy(update={"arguments": arguments})
    shown = _shown(call, status.shown.model_copy(update={"arguments": ""}))
    names = (
        entry.name for entry in editable(status) if shown.get(entry.name) == after.get(entry.name)
    )
    return Typed({it: after.get(it) for it in names if after.get(it) != before.get(it)})


def editable(status: ApprovalStatus) -> Iterator[Entry]:
    """The arguments of a form; what holds a mask would be sent back with it."""
    given, real = _shown(status.call, status.shown), read_arguments(status.call.arguments)
    for entry in entries(status.shown.parameters):
        if not is_secret(entry.name, status.shown) and given.get(entry.name) == real.get(
            entry.name
        ):
            yield entry


def read_arguments(arguments: str) -> dict[str, Any]:
    """A call's arguments; none where they are not an object."""
    try:
        given = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def _shown(call: Call, prepared: Prepared) -> dict[str, Any]:
    return read_arguments(masked_arguments(call, prepared))
