"""Lists of approvals: what waits, what was decided, and what can be done about it right here."""

import re
from collections.abc import Iterator, Mapping, Sequence
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

from countersign.slack.actions import LIST, LIST_AGENT, LIST_FILTER, LIST_PAGE, BlockId
from countersign.slack.blocks import context, section, size
from countersign.slack.listing.query import ListingQuery
from countersign.slack.listing.row import ROOM, refresh_button, row_buttons, row_facts, row_text
from countersign.slack.text import (
    BLOCK_ID_LIMIT,
    OPTION_LIMIT,
    date_token,
    escape,
    line,
    mention,
    plain,
)
from workflows.listing.queries import TOOL_NAME
from workflows.listing.rows import Kind, PendingApproval

PREVIOUS = f"{LIST_PAGE}_previous"
"""Both buttons stand in one block, where Slack wants different ids."""
EVERY_TOOL = "*"
EVERY_AGENT = "*"
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
To see only what one person asked for, add `from:@alice`, as in `/approvals all from:@alice`. \
What is asked for can be chosen below a list."""
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
    agents: Sequence[str] = ()
    """Names of all agents, where there are several."""


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


def help_text(wrong: str = "", agents: Sequence[str] = ()) -> str:
    """The help, which names the word that was not understood and the agents, if several."""
    told = HELP
    if agents:
        names = ", ".join(f"`agent:{name}`" for name in agents)
        told += f"\nTo see only what one agent asked for, add one of {names}."
    if not wrong:
        return told
    word = line(wrong.replace("`", "'"), 100).text
    hint = "To name a person, pick one that Slack suggests after `from:@`.\n"
    is_person = wrong.lower().startswith("from:")
    return f"I don't know what `{word}` means here. {hint if is_person else ''}{told}"


def _blocks(view: ListingView, room: int) -> Sequence[Block]:
    return [
        *([HeaderBlock(text=HEADERS[view.query.kind])] if view.rows else []),
        *(context(note) for note in (*view.notes, *_filters(view))),
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
    if actions := _actions(view):
        elements.append(_filter(view.query.tool, actions))
    if view.agents:
        elements.append(_agents(view))
    yield DividerBlock()
    yield ActionsBlock(block_id=_place(view, "nav").block_id, elements=elements)
    yield context(f"As of {date_token(view.now.timestamp())}.")


def _actions(view: ListingView) -> Mapping[str, str]:
    """What can be chosen, if there is a choice, as people see it, by the tools' names.

    That is what is on this page, and what was chosen.
    """
    titles = _titles(view)
    found = dict.fromkeys((view.query.tool, *(row.tool for row in view.rows)))
    tools = [tool for tool in found if TOOL_NAME.fullmatch(tool)]
    if len(tools) < 2 and not view.query.tool:
        return {}
    named = {tool: titles.get(tool) or _in_words(tool) for tool in tools}
    return dict(sorted(named.items(), key=lambda it: it[1].lower()))


def _titles(view: ListingView) -> Mapping[str, str]:
    return {row.tool: plain(row.title, OPTION_LIMIT).text for row in view.rows}


def _in_words(tool: str) -> str:
    """A tool whose title is not on this page."""
    return plain(re.sub(r"[_\W]+", " ", tool).strip().capitalize(), OPTION_LIMIT).text


def _filter(chosen: str, actions: Mapping[str, str]) -> InteractiveElement:
    every = Option(text="Everything", value=EVERY_TOOL)
    options = {tool: Option(text=title, value=tool) for tool, title in actions.items()}
    return StaticSelectElement(
        action_id=LIST_FILTER,
        placeholder="What is asked for",
        options=[every, *options.values()],
        initial_option=options.get(chosen, every),
    )


def _agents(view: ListingView) -> InteractiveElement:
    every = Option(text="Every agent", value=EVERY_AGENT)
    options = {name: Option(text=name, value=name) for name in view.agents}
    return StaticSelectElement(
        action_id=LIST_AGENT,
        placeholder="Who asks",
        options=[every, *options.values()],
        initial_option=options.get(view.query.agent, every),
    )


def _filters(view: ListingView) -> Iterator[str]:
    query = view.query
    title = _titles(view).get(query.tool) or _in_words(query.tool)
    parts = [f"“{escape(title)}”"] if query.tool else []
    if query.person:
        parts.append(f"what {mention(query.person)} asked for")
    if query.agent:
        parts.append(f"requests of the agent {escape(query.agent)}")
    if parts:
        yield f"Only {' and '.join(parts)}."


def _nothing(query: ListingQuery) -> str:
    return NO_MORE if query.trail else NOTHING[query.kind]
