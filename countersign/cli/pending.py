"""The list of what waits for a decision: `countersign pending`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from countersign.cli.names import called
from countersign.slack.text import clean
from workflows.client import Approvals
from workflows.listing.rows import PendingApproval

MOST_A_PAGE = 100
COLUMNS = ("approval", "what", "asked by", "age", "deadline", "votes", "card")
WHOLE = frozenset({"approval", "age", "deadline", "votes"})
"""Columns that are never broken into lines."""
WIDE = 120
"""Columns of a terminal from which on everything is shown."""
WIDE_ONLY = frozenset({"age", "card"})
NARROW = {"asked by": 14}
SENTENCE = 120
"""Characters of a value where there is little room; `countersign show` has all of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which approvals are asked for. Empty is every one."""

    tool: str = ""
    requester: str = ""
    team: str | None = None
    limit: int = 50
    task_queue: str = ""
    """Of the agent that asked."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was found, and whether there is more than was asked for."""

    rows: Sequence[PendingApproval]
    is_cut: bool

    @property
    def document(self) -> dict[str, Any]:
        """For programs."""
        rows = [row.model_dump(mode="json") for row in self.rows]
        return {"approvals": rows, "more": self.is_cut}


async def waiting(approvals: Approvals, wanted: Wanted) -> Waiting:
    """What waits, newest first: one query for each hundred rows."""
    rows: list[PendingApproval] = []
    token: bytes | None = None
    while True:
        size = min(MOST_A_PAGE, wanted.limit - len(rows))
        page = await approvals.pending(
            wanted.team,
            token,
            size,
            tool=wanted.tool,
            requester=wanted.requester,
            task_queue=wanted.task_queue,
        )
        rows += page.rows
        token = page.next_token
        if token is None or len(rows) >= wanted.limit:
            return Waiting(rows, is_cut=token is not None)


@dataclass(frozen=True, slots=True)
class PendingTable:
    """For people. Nothing of a row is read as markup: it was written by others.

    Below `WIDE` columns it leaves out what `countersign show` has too, and long sentences are cut.
    """

    found: Waiting
    now: datetime

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The rows, or that there are none."""
        del console
        if not self.found.rows:
            yield Text("Nothing is waiting for a decision.")
            return
        yield self._table(is_wide=options.max_width >= WIDE)
        if self.found.is_cut:
            yield Text("More are waiting; raise --limit.")

    def _table(self, *, is_wide: bool) -> Table:
        lines = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        names = [name for name in COLUMNS if is_wide or name not in WIDE_ONLY]
        for name in names:
            most = None if is_wide else NARROW.get(name)
            lines.add_column(name, overflow="fold", no_wrap=name in WHOLE, max_width=most)
        for row in self.found.rows:
            cells = _cells(row, self.now)
            shown = (cells[it] if is_wide else _cut(cells[it]) for it in names)
            lines.add_row(*(Text(clean(cell)) for cell in shown))
        return lines


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `5 m`, `3 h`, `2 d`."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _cells(row: PendingApproval, now: datetime) -> Mapping[str, str]:
    return {
        "approval": row.id,
        "what": row.summary or row.title or row.tool,
        "asked by": called(row.requester),
        "age": span(now - row.asked_at),
        "deadline": _deadline(row.deadline, now),
        "votes": f"{row.counted} of {row.needed}",
        "card": row.permalink,
    }


def _cut(text: str) -> str:
    return text if len(text) <= SENTENCE else f"{text[: SENTENCE - 1]}…"


def _deadline(deadline: datetime | None, now: datetime) -> str:
    if deadline is None:
        return "none"
    return f"in {span(deadline - now)}" if deadline > now else "now"
