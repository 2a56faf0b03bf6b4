"""A small language for what Slack allows in an object: each rule checks one value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.block_kit.report import Report

Rule = Callable[[Report, Any, str], None]


def anything(_report: Report, _value: Any, _pointer: str) -> None:
    """Allow every value."""


def string(most: int, least: int = 0) -> Rule:
    """Allow a string of so many characters."""

    def check(report: Report, value: Any, pointer: str) -> None:
        report.string(value, pointer, most, least)

    return check


def boolean(report: Report, value: Any, pointer: str) -> None:
    """Allow true and false."""
    if not isinstance(value, bool):
        report.add(pointer, "must be a boolean")


def integer(least: int, most: int) -> Rule:
    """Allow a whole number within bounds."""

    def check(report: Report, value: Any, pointer: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add(pointer, "must be an integer")
        elif not least <= value <= most:
            report.add(pointer, f"must be between {least} and {most}")

    return check


def choice(*allowed: str) -> Rule:
    """Allow one of a few words."""

    def check(report: Report, value: Any, pointer: str) -> None:
        if value not in allowed:
            report.add(pointer, f"must be one of: {', '.join(allowed)}")

    return check


def listing(rule: Rule, most: int, least: int = 1) -> Rule:
    """Allow an array of things that follow `rule`."""

    def check(report: Report, value: Any, pointer: str) -> None:
        for index, item in enumerate(report.items(value, pointer, least, most)):
            rule(report, item, f"{pointer}/{index}")

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """Allow an object with these fields and no others."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = field(default=())

    def __call__(self, report: Report, value: Any, pointer: str) -> None:
        """Check an object, field by field."""
        found = report.object(value, pointer)
        if found is None:
            return
        for name in self.required:
            if found.get(name) is None:
                report.add(pointer, f"missing required field: {name}")
        if self.one_of and not any(found.get(name) for name in self.one_of):
            report.add(pointer, f"must define either `{'` or `'.join(self.one_of)}`")
        for name, item in found.items():
            if name not in self.fields:
                report.add(pointer, f"invalid additional property: {name}")
            elif item is not None or name in self.required:
                self.fields[name](report, item, f"{pointer}/{name}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Allow an object whose `type` names one of several rules."""

    rules: Mapping[str, Rule]

    def __call__(self, report: Report, value: Any, pointer: str) -> None:
        """Check an object by the rule for its type."""
        found = report.object(value, pointer)
        if found is None:
            return
        rule = self.rules.get(str(found.get("type")))
        if rule is None:
            report.add(f"{pointer}/type", f"unsupported type: {found.get('type')}")
        else:
            rule(report, value, pointer)
