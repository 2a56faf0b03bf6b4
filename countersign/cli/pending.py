"""The list of what waits for a decision: `countersign pending`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from countersign.cli.names import called
from countersign.slack.text import clean
from workflows.client import Approvals
from workflows.listing.rows import PendingApproval

MOST_A_PAGE = 100
COLUMNS = ("approval", "what", "asked by", "age", "deadline", "votes", "card")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which approvals are asked for. Empty is every one."""

    tool: str = ""
    requester: str = ""
    team: str | None = None
    limit: int = 50


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
            wanted.team, token, size, tool=wanted.tool, requester=wanted.requester
        )
        rows += page.rows
        token = page.next_token
        if token is None or len(rows) >= wanted.limit:
            return Waiting(rows, is_cut=token is not None)


def table(found: Waiting, now: datetime) -> RenderableType:
    """For people. Nothing of a row is read as markup: it was written by others."""
    if not found.rows:
        return Text("Nothing is waiting for a decision.")
    lines = Table(box=None, pad_edge=False, header_style="bold")
    for name in COLUMNS:
        lines.add_column(name, overflow="fold", no_wrap=name in {"approval", "age", "votes"})
    for row in found.rows:
        lines.add_row(*(Text(clean(cell)) for cell in _cells(row, now)))
    if not found.is_cut:
        return lines
    return Group(lines, Text("More are waiting; a higher --limit shows them."))


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `5 m`, `3 h`, `2 d`."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _cells(row: PendingApproval, now: datetime) -> Sequence[str]:
    return (
        row.id,
        row.summary or row.title or row.tool,
        called(row.requester),
        span(now - row.asked_at),
        _deadline(row.deadline, now),
        f"{row.counted} of {row.needed}",
        row.permalink,
    )


def _deadline(deadline: datetime | None, now: datetime) -> str:
    if deadline is None:
        return "none"
    return f"in {span(deadline - now)}" if deadline > now else "now"
