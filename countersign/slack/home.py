"""The Home: what waits for somebody's decision, and below it what they asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, HeaderBlock

from countersign.slack.actions import HOME, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.listing import HEADERS
from countersign.slack.listing_row import row_buttons, row_facts, row_text
from countersign.slack.text import date_token
from workflows.listing.rows import Kind, Page, PendingApproval

ROWS = {Kind.MINE: 10, Kind.REQUESTED: 5}
"""How many of each; a Home takes 100 blocks, and a row has four."""
NOTHING = {
    Kind.MINE: (
        ":white_check_mark: *Nothing waits for you.*\n"
        "When the agent needs your yes, it is asked for here and where your team's rules say."
    ),
    Kind.REQUESTED: (
        "Nothing that you asked for is waiting. Write to me under *Messages*, or mention me in a "
        "channel, to get something done."
    ),
}
MORE = {
    Kind.MINE: "There is more than fits here: `/approvals` lists all that waits for you.",
    Kind.REQUESTED: "There is more than fits here: `/approvals requested` lists all of it.",
}
ELSEWHERE = (
    "`/approvals all` lists everything that you may see, `/approvals history` what has ended, "
    "`/approvals help` the rest."
)
UNAVAILABLE = (
    ":warning: *I can't reach my memory right now,* so I don't know what waits for you. Nothing "
    "is lost. Please open this tab again in a minute."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """What one person finds in their Home."""

    mine: Page
    requested: Page
    user: str
    now: datetime
    deployment: str = ""
    notes: Sequence[str] = ()


def home_blocks(view: HomeView) -> Sequence[Block]:
    """Both lists, with their buttons, and where the rest is."""
    return [
        *(context(note) for note in view.notes),
        *_list(view, Kind.MINE, view.mine),
        DividerBlock(),
        *_list(view, Kind.REQUESTED, view.requested),
        DividerBlock(),
        context(f"{ELSEWHERE} As of {date_token(view.now.timestamp())}."),
    ]


def unavailable_blocks() -> Sequence[Block]:
    """The Home while Temporal is away."""
    return [section(UNAVAILABLE)]


def _list(view: HomeView, kind: Kind, page: Page) -> Iterator[Block]:
    yield HeaderBlock(text=HEADERS[kind])
    if not page.rows:
        yield section(NOTHING[kind])
    for number, row in enumerate(page.rows):
        if number:
            yield DividerBlock()
        yield from _row(view, kind, row, number)
    if page.next_token:
        yield context(MORE[kind])


def _row(view: HomeView, kind: Kind, row: PendingApproval, number: int) -> Iterator[Block]:
    yield row_text(row).block
    yield row_facts(row, view.now)
    if buttons := row_buttons(row, view.user, decides_own=kind is Kind.MINE):
        place = BlockId(HOME, 0, row.digest, view.deployment, f"{kind}{number}")
        yield ActionsBlock(block_id=place.block_id, elements=buttons)
