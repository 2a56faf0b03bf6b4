"""The text of a policy: its values, and the line on which each of them stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from workflows.policy.faults import Fault, Finding, Path, PolicyError, field_name

ENTRIES = {"rules": "rule", "deny": "deny"}
"""Lists whose items have names, and what one item is called in a fault."""
EMPTY = "holds no settings; begin with `version: 1` and `rules:`"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is YAML."""

    file: str
    values: Any
    lines: Mapping[Path, int]

    def fault(self, path: Path, problem: str) -> Fault:
        """A fault with its line, or the line of what it is in, and the name of its rule."""
        places = (path[:end] for end in range(len(path), -1, -1))
        line = next((self.lines[place] for place in places if place in self.lines), 1)
        rule, rest = self._entry(path)
        return Fault(problem, self.file, line, rule, field_name(rest))

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
        PolicyError: it is not YAML, is no mapping, or has a key twice, of which YAML would
            silently keep the last.
    """
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise PolicyError([Fault(EMPTY, file, 1)])
        walk = _Walk({(): 1}, [], set())
        walk.visit(node, ())  # before the values are made, since that would never end in a loop
        values: Any = None if walk.is_endless else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is not YAML: {error.problem or error.context}; check indentation and quotes"
        raise PolicyError([Fault(problem, file, mark.line + 1 if mark else 1)]) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyError([Fault(f"is not YAML: {error}", file, 1)]) from error
    finally:
        loader.dispose()
    source = Source(file, values, walk.lines)
    if walk.findings:
        raise PolicyError([source.fault(path, problem) for path, problem in walk.findings])
    return source


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
    is_endless: bool = False

    def visit(self, node: yaml.Node, path: Path) -> None:
        if id(node) in self.above:
            self.is_endless = True
            self.findings.append((path, "refers to itself; write it out"))
            return
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
            here = (*path, str(key.value))
            self.lines[here] = key.start_mark.line + 1
            if key.value in seen:
                self.findings.append((here, "stands here twice; keep one"))
            seen.add(key.value)
            self.visit(value, here)
