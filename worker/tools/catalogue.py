"""Finds every tool: the `Tool` objects in the modules of this package."""

from importlib import import_module
from pkgutil import iter_modules

import worker.tools
from worker.tools.toolkit import Tool


class DuplicateToolError(Exception):
    """Two tools have one name; the model could not tell them apart."""


def load_tools() -> dict[str, Tool]:
    """All tools by name, in the order of their modules and of their lines.

    Raises:
        DuplicateToolError: when a name is taken twice.
    """
    found: dict[str, Tool] = {}
    for module in iter_modules(worker.tools.__path__, "worker.tools."):
        for candidate in vars(import_module(module.name)).values():
            if not isinstance(candidate, Tool):
                continue
            name = candidate.schema.name
            if found.setdefault(name, candidate) is not candidate:
                raise DuplicateToolError(name)
    return found
