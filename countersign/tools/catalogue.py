"""Finds what a worker's agent can do: the tools in the modules of the packages that it names."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from countersign.tools.resources import Resource
from countersign.tools.toolkit import Tool


class ToolsError(Exception):
    """What `TOOLS` names cannot be used. The text is one line that says which and why."""


class DuplicateToolError(ToolsError):
    """Two tools have one name; the model could not tell them apart."""


class NoToolsError(ToolsError):
    """A package of tools cannot be imported."""


def load_tools(packages: Sequence[str]) -> dict[str, Tool]:
    """All tools by name, in the order of packages, of their modules and of their lines.

    Raises:
        DuplicateToolError: when a name is taken twice.
        NoToolsError: there is no such package.
    """
    found: dict[str, Tool] = {}
    for candidate in _contents(packages):
        if not isinstance(candidate, Tool):
            continue
        name = candidate.schema.name
        if found.setdefault(name, candidate) is not candidate:
            raise DuplicateToolError(f"TOOLS: two tools are called {name}")
    return found


def load_resources(packages: Sequence[str]) -> list[Resource]:
    """All that these packages need to be open.

    Raises:
        NoToolsError: there is no such package.
    """
    found = [it for it in _contents(packages) if isinstance(it, Resource)]
    return list(dict.fromkeys(found))


def _contents(packages: Sequence[str]) -> Iterator[object]:
    for package in map(_imported, packages):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            yield from vars(import_module(module.name)).values()


def _imported(package: str) -> ModuleType:
    try:
        module = import_module(package)
    except ImportError as error:
        raise NoToolsError(f"TOOLS: {package} cannot be imported ({error})") from error
    if not hasattr(module, "__path__"):
        raise NoToolsError(f"TOOLS: {package} is a module; it has to be a package, a folder")
    return module
