"""The text of a policy: its values, and the line on which each of them stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from countersign.policy.examples import example_of
from countersign.policy.faults import Fault, Finding, Path, PolicyError, field_name

ENTRIES = {"rules": "rule", "deny": "deny"}
"""Lists whose items have names, and what one item is called in a fault."""
LARGEST = 256 * 1024
"""Characters. A hundred rules have 20,000."""
TOO_LARGE = f"is larger than {LARGEST // 1024} KiB, which no policy is; check what the file is"
MOST_VALUES = 30_000
TOO_MANY = (
    f"holds more than {MOST_VALUES:,} values, with aliases (`*name`) written out; no policy does"
)
DEEPEST = 12
TOO_DEEP = f"is nested more than {DEEPEST} deep; no policy is"
EMPTY = "holds no settings; begin with `version: 1` and `rules:`"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is YAML."""

    file: str
    values: Any
    lines: Mapping[Path, int]
    findings: Sequence[Finding] = ()
    """Keys that stand there twice, of which YAML silently keeps the last."""

    def fault(self, path: Path, problem: str) -> Fault:
        """A fault with its line, or the line of what it is in, and the name of its rule."""
        places = (path[:end] for end in range(len(path), -1, -1))
        line = next((self.lines[place] for place in places if place in self.lines), 1)
        rule, rest = self._entry(path)
        return Fault(problem, self.file, line, rule, field_name(rest), example_of(path, problem))

    def _entry(self, path: Path) -> tuple[str, Path]:
        """`rule orders` and the path below it, for a path into a rule."""
        if len(path) < 2 or path[0] not in ENTRIES or not isinstance(path[1], int):
            return "", path
        name = self._name_of(str(path[0]), path[1]) or f"number {path[1] + 1}"
        return f"{ENTRIES[str(path[0])]} {name}", path[2:]

    def _name_of(self, part: str, number: int) -> str:
        try:
            name = self.values[part][number]["name"]
        except (KeyError, IndexError, TypeError):
            return ""
        return name if isinstance(name, str) else ""


def read(text: str, file: str) -> Source:
    """Read YAML, with the line of everything in it.

    Raises:
        PolicyError: it is not YAML, is no mapping, or is larger than any policy.
    """
    if len(text) > LARGEST:
        raise PolicyError([Fault(TOO_LARGE, file, 1)])
    try:
        lines, findings, values = _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is not YAML: {error.problem or error.context}; check indentation and quotes"
        if isinstance(error, _UnwantedError):
            problem = str(error.problem)
        raise PolicyError([Fault(problem, file, mark.line + 1 if mark else 1)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"has a character that no text has (#x{error.character:04x}); delete it"
        raise PolicyError([Fault(problem, file, line)]) from error
    if lines is None:
        raise PolicyError([Fault(EMPTY, file, 1)])
    return Source(file, values, lines, tuple(findings))


def _parsed(text: str) -> tuple[dict[Path, int] | None, list[Finding], Any]:
    """The lines, what is wrong, and the values; no lines if it is no mapping."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return None, [], None
        walk = _Walk({(): 1}, [], set())
        walk.visit(node, ())  # before the values are made, since that would never end in a loop
        return walk.lines, walk.findings, loader.construct_document(node)
    finally:
        loader.dispose()


class _UnwantedError(yaml.MarkedYAMLError):
    """YAML, and yet nothing that a policy may have. Its problem is a whole sentence."""


class _Loader(yaml.SafeLoader):
    """YAML that is only so deep as policies are, and says on which line a value is none."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self._depth > DEEPEST:
            raise _unwanted(TOO_DEEP, self.peek_event())
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value; `2026-13-40` and a number of 5,000 digits have none."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError, TypeError, AttributeError) as error:
            raise _unwanted(f"has a value that is none: {error}; correct it", node) from error


def _unwanted(problem: str, at: Any) -> _UnwantedError:
    return _UnwantedError(None, None, problem, at.start_mark)


def texts(values: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a policy with the path to it."""
    if isinstance(values, str):
        yield path, values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield from texts(value, (*path, str(key)))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from texts(value, (*path, number))


@dataclass(slots=True)
class _Walk:
    lines: dict[Path, int]
    findings: list[Finding]
    above: set[int]
    """Nodes that are being visited: an alias to one of them would never end."""
    count: int = 0
    """What has been visited, written out where an alias stands for it."""

    def visit(self, node: yaml.Node, path: Path) -> None:
        self.count += 1
        if id(node) in self.above:
            raise _unwanted("refers to itself; write it out", node)
        if self.count > MOST_VALUES:
            raise _unwanted(TOO_MANY, node)
        if len(path) > DEEPEST:
            raise _unwanted(TOO_DEEP, node)
        self.above.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._visit_mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self.lines[(*path, number)] = item.start_mark.line + 1
                self.visit(item, (*path, number))
        self.above.discard(id(node))

    def _visit_mapping(self, node: yaml.MappingNode, path: Path) -> None:
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            here = (*path, name)
            self.lines[here] = key.start_mark.line + 1
            if name in seen:
                self.findings.append((here, "stands here twice; keep one"))
            seen.add(name)
            self.visit(value, here)
