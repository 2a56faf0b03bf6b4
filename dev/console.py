"""What people see of the processes: each line with its process's name, and only what matters."""

import re

from rich.console import Console
from rich.text import Text

COLOURS = {"bot": "cyan", "worker": "magenta", "sandbox": "green", "temporal": "blue"}
NAME_WIDTH = max(map(len, COLOURS))
LEVEL = re.compile(
    r"""^[^\[]{0,40}\[(?P<bracket>debug|info|warning|error|critical)\s*\]   # structlog's console
    |"level":\s*"(?P<json>\w+)"                                       # structlog's JSON
    |\blevel=(?P<logfmt>\w+)                                          # Temporal's server
    |^\S+\s+(?P<rust>DEBUG|INFO|WARN|ERROR)\s                         # Temporal's SDK
    |^(?P<plain>DEBUG|INFO|WARNING|ERROR|CRITICAL):                   # Python's default
    """,
    re.VERBOSE,
)
NOTABLE = frozenset({"warn", "warning", "error", "critical", "fatal"})
FAILURE = "Traceback (most recent call last):"


class Terminal:
    """Prints the lines of all processes; `verbose` keeps nothing back."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._notable: dict[str, bool] = {}

    def show(self, name: str, line: str) -> None:
        """Print a line if it is a warning or worse, or goes on with one that was."""
        notable = self._notable[name] = is_notable(line, was_notable=self._notable.get(name, False))
        if self._verbose or (notable and line):
            self._console.print(labelled(name, line), soft_wrap=True)


def labelled(name: str, line: str) -> Text:
    """A line with the name of its process before it."""
    label = Text(f"{name:>{NAME_WIDTH}} ", style=COLOURS.get(name, "white"))
    return label.append(line, style="default")


def is_notable(line: str, *, was_notable: bool) -> bool:
    """Whether to show a line. One without a level belongs to the line before it."""
    if line.startswith(FAILURE):
        return True
    if found := LEVEL.search(line):
        level = next(group for group in found.groups() if group)
        return level.lower() in NOTABLE
    return was_notable
