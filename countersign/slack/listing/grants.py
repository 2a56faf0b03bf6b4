"""Standing permissions: what is approved without asking in which thread, and how to end that."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from countersign.slack.actions import LIST, REVOKE, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.listing.row import refresh_button
from countersign.slack.text import date_token, escape, line, mention
from workflows.listing.rows import GrantRow

MORE = "Only the newest are shown; revoke some to see the others."
MOST_ROWS = 12
"""With their confirmations they stay below the 13,200 characters that the blocks of one message
may have (slackapi/bolt-js#2509)."""
ROW = "grant"
"""Begins the row of every button, by which a press knows what it was made in."""
NOTHING = (
    "Nothing runs without asking in any of your threads. Where a rule allows it, "
    "*Always in this thread* on a card changes that."
)


def grants_blocks(
    rows: Sequence[GrantRow], deployment: str = "", notes: Sequence[str] = ()
) -> Sequence[Block]:
    """A row for each, with Revoke."""
    shown = [_row(number, row, deployment) for number, row in enumerate(rows[:MOST_ROWS])]
    place = BlockId(LIST, deployment=deployment, row=ROW)
    return [
        *([HeaderBlock(text="Approved without asking")] if rows else []),
        *map(context, notes),
        *(shown or [section(NOTHING)]),
        *([context(MORE)] if len(rows) > MOST_ROWS else []),
        ActionsBlock(block_id=place.block_id, elements=[refresh_button()]),
    ]


def grants_text(rows: Sequence[GrantRow]) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if not rows:
        return NOTHING
    return "\n".join(["Approved without asking:", *(f"• {_what(row)}" for row in rows)])


def _row(number: int, row: GrantRow, deployment: str) -> Block:
    revoke = ButtonElement(
        text="Revoke",
        action_id=REVOKE,
        value=f"{row.workflow_id}|{row.grant.id}",
        confirm=ConfirmObject(
            title="Ask again from now on?",
            text=PlainTextObject(text="This tool's next call in the thread will need approval."),
            confirm="Revoke",
            deny="Keep it",
        ),
    )
    place = BlockId(LIST, deployment=deployment, row=f"{ROW}{number}")
    return SectionBlock(
        block_id=place.block_id,
        text=MarkdownTextObject(text=_what(row), verbatim=True),
        accessory=revoke,
    )


def _what(row: GrantRow) -> str:
    grant = row.grant
    where = "a direct message" if row.channel.startswith("D") else f"<#{escape(row.channel)}>"
    what = line(grant.title or grant.tool, 100).text
    return (
        f"“{what}” in a thread of {where} · allowed by "
        f"{mention(grant.by.user)} {date_token(grant.at.timestamp())}"
    )
