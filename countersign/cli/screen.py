"""Where a command writes: tables for people, or one JSON document for programs."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from countersign.cli.errors import CommandError

PIPED = 10_000


class Screen:
    """One command's output. With `is_json`, nothing but one document goes to standard output."""

    def __init__(self, is_json: bool) -> None:
        self._is_json = is_json
        self._console = _console()

    def show(self, document: Any, for_people: RenderableType) -> None:
        """Write what was found."""
        if self._is_json:
            text = json.dumps(document, ensure_ascii=False, indent=2)
            typer.echo(text.encode(errors="replace"))  # halves of characters can't be written
        else:
            # A sentence is not cut into lines: people copy commands and ids from it.
            self._console.print(for_people, soft_wrap=isinstance(for_people, Text))

    def fail(self, error: CommandError) -> None:
        """Write why it did not work; programs find it in the document."""
        if self._is_json:
            typer.echo(json.dumps({"error": error.sentence}, ensure_ascii=False))
        else:
            Console(stderr=True, highlight=False).print(
                Text(error.sentence, style="red"), soft_wrap=True
            )


def _console() -> Console:
    """A terminal as wide as it is. In a pipe nothing is broken into lines: grep finds it."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED
    return console


@contextmanager
def screen(is_json: bool) -> Generator[Screen]:
    """A screen for one command, which ends with the right exit code."""
    opened = Screen(is_json)
    try:
        yield opened
    except CommandError as error:
        opened.fail(error)
        raise typer.Exit(error.code) from None
