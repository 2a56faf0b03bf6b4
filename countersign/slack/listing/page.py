"""Lists of approvals: what waits, what was decided, and what can be done about it right here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    HeaderBlock,
    InteractiveElement,
    Option,
    StaticSelectElement,
)

from countersign.slack.actions import LIST, LIST_FILTER, LIST_PAGE, BlockId
from countersign.slack.blocks import context, section, size
from countersign.slack.listing.query import ListingQuery
from countersign.slack.listing.row import ROOM, refresh_button, row_buttons, row_facts, row_text
from countersign.slack.text import BLOCK_ID_LIMIT, date_token, escape, line, mention
from workflows.listing.queries import TOOL_NAME
from workflows.listing.rows import Kind, PendingApproval

PREVIOUS = f"{LIST_PAGE}_previous"
"""Both buttons stand in one block, where Slack wants different ids."""
EVERY_TOOL = "*"
TEXT_ROOM = 300
"""Characters of a row in what notifications and screen readers read."""
VALUE_LIMIT = 700
"""Characters of a page button's value: far less than Slack takes, for the sake of the message."""
MESSAGE_ROOM = 13_000
"""Characters of JSON; Slack takes about 13,200 in the blocks of one message
(slackapi/bolt-js#2509)."""
ROOMS = (ROOM, 250, 80)
"""What a row may say, from the most to the least."""

HEADERS = {
    Kind.MINE: "Waiting for your decision",
    Kind.REQUESTED: "What you asked for",
    Kind.ALL: "Waiting for approval",
    Kind.HISTORY: "What has ended",
}
NOTHING = {
    Kind.MINE: (
        "Nothing is waiting for your decision. :white_check_mark: "
        "`/approvals all` lists what others have to decide."
    ),
    Kind.REQUESTED: "None of your requests is waiting. `/approvals history` lists what has ended.",
    Kind.ALL: "Nothing is waiting for approval. :white_check_mark:",
    Kind.HISTORY: "Nothing you may see has been decided yet.",
}
HELP = """\
Only you see the answers:
• `/approvals` lists what is waiting for your decision, newest first
• `/approvals requested` lists what you asked for and others have to decide
• `/approvals all` lists everything you may see that is waiting
• `/approvals history` lists what has ended
• `/approvals always` lists what runs in a thread without asking, so that you can revoke it
• `/approvals approval-…` shows one approval
To narrow a list, add `tool:place_order` or `from:@alice`, as in `/approvals all from:@alice`."""
NO_MORE = "There is nothing more on this page. Press *Previous* to go back."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """One page of a list for one person."""

    query: ListingQuery
    rows: Sequence[PendingApproval]
    next_token: bytes | None
    user: str
    now: datetime
    deployment: str = ""
    notes: Sequence[str] = ()


def listing_blocks(view: ListingView) -> Sequence[Block]:
    """The page, its filter, and the way to the next. Long rows share what room there is."""
    drawn = (_blocks(view, room) for room in ROOMS)
    fitting = next((it for it in drawn if size(it) <= MESSAGE_ROOM), None)
    return fitting or _blocks(view, ROOMS[-1])


def listing_text(view: ListingView) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if not view.rows:
        return _nothing(view.query)
    lines = [
        f"• {line(row_text(row).title, TEXT_ROOM).text} (`{escape(row.id)}`)" for row in view.rows
    ]
    return "\n".join([f"{HEADERS[view.query.kind]}:", *lines])


def help_text(wrong: str = "") -> str:
    """The help, which names the word that was not understood."""
    if not wrong:
        return HELP
    word = line(wrong.replace("`", "'"), 100).text
    hint = "To name a person, pick one that Slack suggests after `from:@`.\n"
    is_person = wrong.lower().startswith("from:")
    return f"I don't know what `{word}` means here. {hint if is_person else ''}{HELP}"


def _blocks(view: ListingView, room: int) -> Sequence[Block]:
    return [
        *([HeaderBlock(text=HEADERS[view.query.kind])] if view.rows else []),
        *(context(note) for note in (*view.notes, *_filters(view.query))),
        *([] if view.rows else [section(_nothing(view.query))]),
        *(block for row in _rows(view, room) for block in row),
        *_navigation(view),
    ]


def _rows(view: ListingView, room: int) -> Iterator[Sequence[Block]]:
    for number, row in enumerate(view.rows):
        place = _place(view, f"{number}", row.digest)
        # What they asked for is among what waits for them only where they may decide it.
        buttons = row_buttons(row, view.user, view.query.kind is Kind.MINE, room)
        yield [
            *([DividerBlock()] if number else []),
            row_text(row, room).block,
            row_facts(row, view.now),
            *([ActionsBlock(block_id=place.block_id, elements=buttons)] if buttons else []),
        ]


def _place(view: ListingView, name: str, digest: str = "") -> BlockId:
    """Where a block is; its row also says which page of which list this is."""
    bare = BlockId(LIST, digest=digest, deployment=view.deployment, row=f"{name}.")
    packed = view.query.pack(BLOCK_ID_LIMIT - len(bare.block_id))
    return BlockId(LIST, digest=digest, deployment=view.deployment, row=f"{name}.{packed}")


def _navigation(view: ListingView) -> Iterator[Block]:
    elements: list[InteractiveElement] = []
    if view.query.trail:
        value = view.query.back().pack(VALUE_LIMIT)
        elements.append(ButtonElement(text="Previous", action_id=PREVIOUS, value=value))
    if view.next_token:
        value = view.query.onward(view.next_token).pack(VALUE_LIMIT)
        elements.append(ButtonElement(text="Next", action_id=LIST_PAGE, value=value))
    elements.append(refresh_button())
    if tools := _tools(view):
        elements.append(_filter(view.query.tool, tools))
    yield DividerBlock()
    yield ActionsBlock(block_id=_place(view, "nav").block_id, elements=elements)
    yield context(f"As of {date_token(view.now.timestamp())}.")


def _tools(view: ListingView) -> Sequence[str]:
    """What can be chosen, if there is a choice: the tools of this page and the one chosen."""
    found = dict.fromkeys((view.query.tool, *(row.tool for row in view.rows)))
    tools = sorted(tool for tool in found if TOOL_NAME.fullmatch(tool))
    return tools if len(tools) > 1 or view.query.tool else ()


def _filter(chosen: str, tools: Sequence[str]) -> InteractiveElement:
    every = Option(text="Every tool", value=EVERY_TOOL)
    options = {tool: Option(text=tool, value=tool) for tool in tools}
    return StaticSelectElement(
        action_id=LIST_FILTER,
        placeholder="Tool",
        options=[every, *options.values()],
        initial_option=options.get(chosen, every),
    )


def _filters(query: ListingQuery) -> Iterator[str]:
    parts = [f"of `{line(query.tool, 100).text}`"] if query.tool else []
    if query.person:
        parts.append(f"asked for by {mention(query.person)}")
    if parts:
        yield f"Only those {' and '.join(parts)}."


def _nothing(query: ListingQuery) -> str:
    return NO_MORE if query.trail else NOTHING[query.kind]
