"""What is wrong with a policy, and where: file, line, rule, field, and what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and positions that lead to a value: `("rules", 0, "approvers", "users", 1)`."""
Finding = tuple[Path, str]
"""Where something is wrong, and what, as a sentence that goes on after the field's name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to change. `line` counts from 1; 0 is a file that could not be read."""

    problem: str
    file: str = ""
    line: int = 0
    rule: str = ""
    field: str = ""
    example: str = ""
    """The key as it may be written; empty where no key is wrong."""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        names = ", ".join(part for part in (self.rule, self.field) if part)
        form = f" (such as `{self.example}`)" if self.example else ""
        return ": ".join(part for part in (place, names, f"{self.problem}{form}") if part)


class PolicyError(Exception):
    """A policy cannot be used. All faults at once, in the order of their lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def field_name(path: Path) -> str:
    """A path as people write it: `approvers.users[1]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
