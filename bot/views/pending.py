"""The list of what waits for a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.views.text import escape, line, mention
from workflows.contracts import PendingApproval

NOTHING = "Nothing is waiting for approval. :white_check_mark:"
HELP = (
    "`/approvals` lists what waits for approval in this workspace, newest first, "
    "for your eyes only."
)


def pending_list(rows: Sequence[PendingApproval], more: bool, now: datetime) -> Sequence[Block]:
    """One entry a row; says so when there is nothing, or more than is shown."""
    if not rows:
        return [_section(NOTHING)]
    blocks: list[Block] = [HeaderBlock(text=f"Waiting for approval: {len(rows)}{'+' * more}")]
    for row in rows:
        blocks += [_section(_what(row)), _context(_about(row, now))]
    if more:
        blocks += [DividerBlock(), _context("Only the newest are shown; there are more.")]
    return blocks


def pending_text(rows: Sequence[PendingApproval]) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if not rows:
        return NOTHING
    lines = [f"• {_title(row)} (`{row.id}`)" for row in rows]
    return "\n".join([f"Waiting for approval: {len(rows)}", *lines])


def age(since: timedelta) -> str:
    """How long ago, in the largest unit that says something."""
    seconds = max(int(since.total_seconds()), 0)
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if count := seconds // size:
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "just now"


def _what(row: PendingApproval) -> str:
    link = f"   <{row.permalink}|Open the card>" if row.permalink else ""
    return f"*{_title(row)}*{link}"


def _title(row: PendingApproval) -> str:
    return line(row.summary or row.title or row.tool, 300).text


def _about(row: PendingApproval, now: datetime) -> str:
    asked = age(now - row.asked_at)
    who = mention(row.requester.user)
    return f"{escape(row.tool)} · asked by {who} · {asked} · `{escape(row.id)}`"


def _section(text: str) -> Block:
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))


def _context(text: str) -> Block:
    return ContextBlock(elements=[MarkdownTextObject(text=text, verbatim=True)])
