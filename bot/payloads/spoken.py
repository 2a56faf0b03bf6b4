"""What a message says: the person's own words first, then what they pass on, marked as quoted.

Quoted words are never somebody's own: each line of them begins with `>`, under a line that says
whose they are. docs.slack.dev/reference/events/message, …/messaging/secondary-attachments
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.payloads.blocks import RICH_TEXT, block_text, quoted, typed_in
from bot.payloads.entities import channel, mentioned, person, plain_text
from bot.payloads.fields import each, part, whole
from workflows.contracts.core import MESSAGE_LIMIT

OWN_LIMIT = 40_000
"""Characters; Slack's own limit for a message. The model is given `MESSAGE_LIMIT`."""
LEAST_QUOTE = 200
"""Room below which a quote is only named."""
NESTED = 3
"""How deep a message that was passed on may hold another."""
MOST_FILES = 20
NAME_LIMIT = 100
NO_TEXT = frozenset(
    {"this content can't be displayed.", "this message contains interactive elements."}
)
"""What stands in `text` where only the blocks say something."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message, read whole."""

    own: str
    """What the person wrote, without what they passed on."""
    text: str
    """Everything: `own`, what is quoted, and which files came with it."""
    files: tuple[str, ...]
    mentions: frozenset[str]
    """Ids of people whom the person's own words mention."""


def read_spoken(message: Mapping[str, Any], bot_user: str) -> Spoken:
    """Read whatever Slack sends as a message."""
    own = own_words(message, bot_user)
    files = file_names(message)
    room = MESSAGE_LIMIT - len(own) - sum(map(len, files)) - LEAST_QUOTE
    passed_on = "\n\n".join(_passed_on(message, bot_user, is_alone=not own))
    says = "\n\n".join(text for text in (own, shortened(passed_on, room)) if text)
    return Spoken(own, with_files(says, files), files, _mentions(message))


def own_words(message: Mapping[str, Any], bot_user: str) -> str:
    """What the author wrote: the text, or the blocks where there is none.

    A table or another block beside the text is said too; rich text is the text once more.
    """
    raw = whole(message.get("text"))[:OWN_LIMIT]
    text = "" if raw.strip().lower() in NO_TEXT else plain_text(raw, bot_user)
    blocks = each(message.get("blocks"))
    if text:
        blocks = [block for block in blocks if block.get("type") != RICH_TEXT]
    more = block_text(blocks, bot_user).strip()
    if more and _condensed(more) not in _condensed(text):
        text = f"{text}\n\n{more}".strip()
    return text[:OWN_LIMIT]


def file_names(message: Mapping[str, Any]) -> tuple[str, ...]:
    """What the files that came with a message are called."""
    files = each(message.get("files"))[:MOST_FILES]
    names = (" ".join(whole(it.get("name") or it.get("title")).split()) for it in files)
    return tuple(name[:NAME_LIMIT] or "file" for name in names)


def shortened(text: str, room: int) -> str:
    """As much as there is room for, with a mark where something is missing."""
    if len(text) <= room:
        return text
    if room < LEAST_QUOTE:
        return "(A message that was passed on is left out: there is no room for it.)"
    return f"{text[:room].rstrip()}\n(Cut here; {len(text) - room:,} more characters.)"


def _passed_on(
    message: Mapping[str, Any], bot_user: str, *, is_alone: bool, depth: int = NESTED
) -> Iterator[str]:
    """Messages that were forwarded or linked. A web page that Slack shows is nobody's words.

    Where there is nothing else, whatever is attached is quoted too.
    """
    attachments = each(message.get("attachments"))
    shared = [it for it in attachments if it.get("is_share") or it.get("is_msg_unfurl")]
    for attached in shared or (attachments if is_alone else ()):
        if says := _attached(attached, bot_user, depth):
            yield f"{_whose(attached)}\n{quoted(says)}"


def _attached(attached: Mapping[str, Any], bot_user: str, depth: int) -> str:
    """The words of one attachment, with what was passed on in it, and its files."""
    if depth <= 0:
        return ""
    inner = (part(it.get("message")) for it in each(attached.get("message_blocks")))
    blocks = attached.get("blocks") or [block for it in inner for block in each(it.get("blocks"))]
    own = own_words({"text": attached.get("text"), "blocks": blocks}, bot_user)
    lines = [_titles(attached, bot_user), own or plain_text(_fallback(attached), bot_user)]
    lines += _passed_on(attached, bot_user, is_alone=False, depth=depth - 1)
    return with_files("\n".join(line for line in lines if line), file_names(attached))


def _titles(attached: Mapping[str, Any], bot_user: str) -> str:
    fields = [f"{whole(it.get('title'))}: {whole(it.get('value'))}" for it in _fields(attached)]
    told = [whole(attached.get("pretext")), whole(attached.get("title")), *fields]
    return "\n".join(plain_text(it, bot_user) for it in told if it.strip())


def _fields(attached: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (it for it in each(attached.get("fields")) if it.get("title") or it.get("value"))


def _fallback(attached: Mapping[str, Any]) -> str:
    told = whole(attached.get("fallback"))
    return "" if told.startswith("[no preview") else told[:OWN_LIMIT]


def _whose(attached: Mapping[str, Any]) -> str:
    """Whose words follow. It begins with a word that no decision begins with."""
    kind = "Forwarded" if attached.get("is_share") else "Linked"
    if not (attached.get("is_share") or attached.get("is_msg_unfurl")):
        kind = "Attached"
    author = " ".join(whole(attached.get("author_name") or attached.get("author_subname")).split())
    author_id, place = whole(attached.get("author_id")), whole(attached.get("channel_id"))
    who = person(author_id, author[:NAME_LIMIT]) if author or author_id else "somebody"
    name = " ".join(whole(attached.get("channel_name")).split())[:NAME_LIMIT]
    return f"{kind} message from {who}{f' in {channel(place, name)}' if place or name else ''}:"


def with_files(says: str, files: tuple[str, ...]) -> str:
    """Without any words there is nothing to add to: the answer says that files are not read."""
    if not says or not files:
        return says
    return f"{says}\n\n(Attached files, which cannot be read here: {', '.join(files)})"


def _mentions(message: Mapping[str, Any]) -> frozenset[str]:
    typed = (whole(leaf.get("user_id")) for leaf in typed_in(message.get("blocks")))
    return mentioned(whole(message.get("text"))) | frozenset(filter(None, typed))


def _condensed(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
