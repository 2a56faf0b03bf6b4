"""A policy without what is wrong with its shape, so that the rest of it can be checked as well.

Whoever mends a policy wants to hear of everything at once. What is taken out is never used for
more than that: findings that could come from the taking out are left away.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from countersign.policy.document import DenyEntry, Document, RuleEntry
from countersign.policy.examples import meant_keys
from countersign.policy.faults import Finding, Path
from countersign.policy.ids import HERE

ENTRIES: Mapping[str, type[DenyEntry | RuleEntry]] = {"deny": DenyEntry, "rules": RuleEntry}
STAND_INS: Mapping[str, str] = {"name": "number-{}", "tool": "*", "because": "It is denied."}
"""What stands in for a key that has to be there, by the number of its entry."""
PEOPLE = frozenset({"approvers", "panels", "quorum", "one_of_each", "card", "slack", "operator"})
DEPENDENT: Mapping[str, frozenset[str]] = {
    "approvers": PEOPLE,
    "panels": PEOPLE,
    "quorum": PEOPLE,
    "one_of_each": PEOPLE,
    "solo": PEOPLE,
    "notify": frozenset({"card"}),
    "expires_after": frozenset({"reminders", "escalate"}),
    "tool": frozenset({"when"}),
}
"""Keys of which nothing can be said where another could not be read."""
ALL_DEPEND = "auto_approve"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What is left of a document, and which keys were taken out: of each entry, and of the file."""

    document: Document
    removed: Mapping[Path, frozenset[str]]

    def is_sure(self, finding: Finding) -> bool:
        """Whether it would be found too if nothing had been taken out."""
        path, _ = finding
        of_file = self.removed.get((), frozenset())
        of_entry = self.removed.get(path[:2], frozenset())
        if path[0] in of_file or ALL_DEPEND in of_entry or WHOLE in of_entry:
            return False
        if len(path) < 3:
            return not of_entry
        unsure = (DEPENDENT.get(key, frozenset()) for key in of_file | of_entry)
        return path[2] not in of_entry.union(*unsure)


def repaired(values: Any, wrong: Iterable[Finding]) -> Repaired | None:
    """What is left of a policy whose shape is wrong; None where too little is.

    Args:
        values: the file.
        wrong: what is wrong with its shape, as `countersign.policy.wording.findings` has it.
    """
    left, removed = deepcopy(values), defaultdict[Path, set[str]](set)
    try:
        for path, problem in wrong:
            holder, key = _taken_out(path)
            removed[holder] |= {key, *meant_keys(problem)}
            _take_out(left, holder, key)
        document = Document.model_validate(left)
    except (ValidationError, LookupError, TypeError, AttributeError):
        return None
    return Repaired(document, {holder: frozenset(keys) for holder, keys in removed.items()})


WHOLE = ""
"""In the place of a key: the entry itself is none."""


def _taken_out(path: Path) -> tuple[Path, str]:
    """Where the key is that goes, in an entry or in the file, and the key."""
    part = path[0] if path else WHOLE
    if part not in ENTRIES or len(path) < 2:
        return (), str(part)
    return path[:2], str(path[2]) if len(path) > 2 else WHOLE


def _take_out(values: Any, holder: Path, key: str) -> None:
    if not holder:
        values.pop(key, None)
        if key == "version":
            values[key] = 1
        return
    part, number = holder
    entries: Any = values[part]
    if key == WHOLE:
        entries[number] = {it: text.format(number) for it, text in STAND_INS.items()}
        if part == "rules":
            entries[number] |= {"approvers": {"channels": [HERE]}}
            del entries[number]["because"]
        return
    entries[number].pop(key, None)
    if key in STAND_INS:
        entries[number][key] = STAND_INS[key].format(number)


def sound_entries(values: Mapping[str, Any]) -> Iterator[tuple[Path, DenyEntry | RuleEntry]]:
    """The entries that can be read, where the file as a whole is past repair."""
    for part, model in ENTRIES.items():
        listed: Any = values.get(part)
        for number, raw in enumerate(listed if isinstance(listed, list) else ()):
            try:
                yield (part, number), model.model_validate(raw)
            except ValidationError:
                continue
