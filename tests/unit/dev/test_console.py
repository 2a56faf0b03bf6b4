"""Which lines of the processes a person sees."""

import io

import pytest
from rich.console import Console

from dev.console import Terminal, is_notable


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-24T00:05:36Z [warning  ] slow answer [bot.app]", True),
        ("2026-11-24T00:05:36Z [info     ] a [error] in brackets", False),
        ('{"event": "x", "level": "error"}', True),
        ('{"event": "x", "level": "info"}', False),
        ("time=2026-11-24 level=ERROR msg=boom", True),
        ("2026-11-24T00:05:36Z  WARN temporalio_sdk_core: retrying", True),
        ("WARNING:asyncio:slow", True),
        ("Traceback (most recent call last):", True),
        ('{"ready":true,"port":8765}', False),
    ],
)
def test_warnings_and_worse_are_shown(line: str, *, expected: bool) -> None:
    assert is_notable(line, was_notable=False) is expected


def test_the_lines_of_a_traceback_follow_its_head() -> None:
    assert is_notable('  File "x.py", line 1', was_notable=True)
    assert not is_notable("2026 [info ] all is well again", was_notable=True)


@pytest.mark.parametrize(("verbose", "lines"), [(False, 1), (True, 2)])
def test_each_line_bears_the_name_of_its_process(*, verbose: bool, lines: int) -> None:
    out = io.StringIO()
    terminal = Terminal(Console(file=out, width=40), verbose=verbose)

    terminal.show("bot", "2026 [info     ] connected")
    terminal.show("worker", "2026 [warning  ] [b]a long line[/b] that is neither wrapped nor read")

    shown = out.getvalue().splitlines()
    assert len(shown) == lines
    assert shown[-1] == (
        "  worker 2026 [warning  ] [b]a long line[/b] that is neither wrapped nor read"
    )
