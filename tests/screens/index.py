"""The page that shows every picture."""

from collections.abc import Sequence

from dev.paths import ROOT
from tests.screens.screens import Screen

FOLDER = ROOT / "docs/screens"
INDEX = ROOT / "docs/screens.md"
HEAD = """\
# What people see

Each picture shows one thing on a desk and, at the right, on a phone of 390 pixels. Cards are light
and dark on the desk, dialogs dark. `make screenshots` plays the product in the sandbox and writes
the pictures and this page.
"""


def written(screens: Sequence[Screen]) -> str:
    """The page, in Markdown."""
    parts = (f"## {it.words}\n\n![{it.name}](screens/{it.file})\n" for it in screens)
    return "\n".join((HEAD, *parts))
