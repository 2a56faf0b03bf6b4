"""Text that Slack takes as it is meant: escaped, without hidden characters, within the limits."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

# Lengths are in characters. Each line names the page of Slack's reference that sets the limit.
MESSAGE_LIMIT = 4_000  # docs.slack.dev/reference/methods/chat.postMessage ("text", advised)
BLOCKS_LIMIT = 50  # docs.slack.dev/reference/block-kit/blocks (blocks in one message)
VIEW_BLOCKS_LIMIT = 100  # docs.slack.dev/reference/block-kit/blocks (blocks in a modal or Home)
SECTION_LIMIT = 3_000  # docs.slack.dev/reference/block-kit/blocks/section-block ("text")
FIELD_LIMIT = 2_000  # docs.slack.dev/reference/block-kit/blocks/section-block ("fields")
FIELDS_LIMIT = 10  # docs.slack.dev/reference/block-kit/blocks/section-block (how many fields)
HEADER_LIMIT = 150  # docs.slack.dev/reference/block-kit/blocks/header-block
CONTEXT_LIMIT = 10  # docs.slack.dev/reference/block-kit/blocks/context-block (how many elements)
CONTEXT_TEXT_LIMIT = 2_000  # docs.slack.dev/reference/block-kit/blocks/context-block (each)
MARKDOWN_LIMIT = 12_000  # docs.slack.dev/reference/block-kit/blocks/markdown-block (a message)
BLOCK_ID_LIMIT = 255  # docs.slack.dev/reference/block-kit/blocks/section-block ("block_id")
BUTTON_LIMIT = 75  # docs.slack.dev/reference/block-kit/block-elements/button-element ("text")
BUTTON_VALUE_LIMIT = 2_000  # docs.slack.dev/reference/block-kit/block-elements/button-element
OPTION_LIMIT = 75  # docs.slack.dev/reference/block-kit/composition-objects/option-object
OVERFLOW_LIMIT = 5  # docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
TICKS_LIMIT = 10  # docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
SELECT_LIMIT = 100  # docs.slack.dev/reference/block-kit/block-elements/select-menu-element
INPUT_LIMIT = 3_000  # docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
CONFIRM_TEXT_LIMIT = 300  # …/composition-objects/confirmation-dialog-object ("text")
MODAL_TITLE_LIMIT = 24  # docs.slack.dev/reference/views/modal-views ("title", "submit", "close")
PRIVATE_METADATA_LIMIT = 3_000  # docs.slack.dev/reference/views/modal-views
MESSAGE_SIZE_LIMIT = 13_200  # JSON of a message's blocks (slackapi/bolt-js#2509); undocumented
VIEW_SIZE_LIMIT = 250_000  # docs.slack.dev/reference/methods/views.open (JSON of a view)

ELLIPSIS = "…"

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control, bidi
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters that look empty
_JOINER = "\u200d"
_HARMLESS = re.compile(r"[\n\t -~]*")
_LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_EXTENDS = (
    "[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]{0,8}"
)
_CLUSTER = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|.{_EXTENDS}(?:{_JOINER}.{_EXTENDS}){{0,8}}", re.DOTALL
)
_USER_ID = re.compile(r"[UW][A-Z0-9]+")
_GROUP_ID = re.compile(r"S[A-Z0-9]+")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Text that Slack will take, and whether it is all there."""

    text: str
    complete: bool


def escape(text: str) -> str:
    """Take the meaning out of `& < >`, so that no mention or link can come from this text.

    docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(text: str) -> str:
    r"""Drop control and bidi characters and show other invisible ones as `\u…`.

    Line breaks and tabs stay; what holds an emoji together stays. Cleaning twice changes nothing.
    """
    if _HARMLESS.fullmatch(text):
        return text
    kept = _DROPPED.sub("", _LINE_BREAKS.sub("\n", text))
    coded = -1

    def shown(found: re.Match[str]) -> str:
        nonlocal coded
        char, at = found.group(), found.start()
        if not _is_hidden(char):
            return char
        before = kept[at - 1 : at] if coded != at - 1 else ""
        if _holds_emoji(before, char, kept[at + 1 : at + 2]):
            return char
        coded = at
        return _as_code(char)

    return _NOT_ASCII.sub(shown, kept)


def clusters(text: str) -> Iterator[str]:
    """The smallest parts that may be torn apart: an emoji, or a letter with its accents."""
    return (match.group() for match in _CLUSTER.finditer(text))


def fit(lines: Sequence[str], limit: int = SECTION_LIMIT) -> Fitted:
    """Keep whole lines while they fit; never cut inside an escape or an emoji."""
    kept: list[str] = []
    room = limit + 1  # no line break before the first line
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return Fitted("\n".join(kept) or ELLIPSIS[:limit], complete=False)
        kept.append(line)
    return Fitted("\n".join(kept), complete=True)


def plain(text: str, limit: int) -> Fitted:
    """One line for a `plain_text` object, where Slack interprets nothing: cleaned, not escaped."""
    return _cut(" ".join(clean(text).split()), limit)


def _cut(line: str, limit: int) -> Fitted:
    if len(line) <= limit:
        return Fitted(line, complete=True)
    kept = ""
    for cluster in clusters(line):
        if len(kept) + len(cluster) + len(ELLIPSIS) > limit:
            break
        kept += cluster
    return Fitted((kept.rstrip() + ELLIPSIS)[:limit], complete=False)


def line(text: str, limit: int) -> Fitted:
    """One line for `mrkdwn`: cleaned, escaped, and within the limit with its escapes."""
    whole = " ".join(clean(text).split())
    room, fitted = limit, _cut(whole, limit)
    while (over := len(escape(fitted.text)) - limit) > 0:
        room -= max(1, over // len("&amp;"))
        fitted = _cut(whole, room)
    return Fitted(escape(fitted.text), fitted.complete)


def mention(user_id: str) -> str:
    """A person's name that rings their phone; anything that is no user id stays harmless text."""
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else escape(clean(user_id))


def mention_group(group_id: str) -> str:
    """The same for a user group, `S…`."""
    return f"<!subteam^{group_id}>" if _GROUP_ID.fullmatch(group_id) else escape(clean(group_id))


def mention_channel(channel_id: str) -> str:
    """The same for a channel, `C…`; it rings nobody."""
    return f"<#{channel_id}>" if _CHANNEL_ID.fullmatch(channel_id) else escape(clean(channel_id))


def pieces(text: str, limit: int) -> list[str]:
    """Text cut into parts that are all within the limit; together they are the whole text."""
    parts: list[str] = []
    start = end = 0
    for found in _CLUSTER.finditer(text) if len(text) > limit else ():
        if found.end() - start > limit and end > start:
            parts.append(text[start:end])
            start = end
        end = found.end()
    return [*parts, text[start:]] if text else []


def moment(at: datetime) -> str:
    """A moment, in the time zone of whoever reads it."""
    return date_token(at.timestamp())


def date_token(
    epoch_seconds: float,
    format: str = "{date_short_pretty} at {time}",  # noqa: A002 - Slack's own word for it
    fallback: str | None = None,
) -> str:
    """A moment that each reader sees in their own time zone; `fallback` is UTC if not given.

    docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    seconds = int(epoch_seconds)
    otherwise = fallback or f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    shape, words = (escape(re.sub(r"[\^|]", " ", clean(part))) for part in (format, otherwise))
    return f"<!date^{seconds}^{shape}|{words}>"


@lru_cache(maxsize=4_096)
def _is_hidden(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Cf", "Cs", "Co"}
        or char in _BLANKS
        or unicodedata.name(char, "").startswith(("VARIATION SELECTOR", "MONGOLIAN FREE VARIATION"))
        or ord(char) & 0xFFFE == 0xFFFE  # noncharacters
        or 0xFDD0 <= ord(char) <= 0xFDEF
    )


def _holds_emoji(before: str, char: str, after: str) -> bool:
    if char == "\ufe0f":  # "show as emoji"; after a digit only in a keycap
        return _is_symbol(before) or (after == "\u20e3" and before in set("0123456789#*"))
    if char == _JOINER:
        return (_is_symbol(before) or before == "\ufe0f") and _is_symbol(after)
    return False


def _is_symbol(char: str) -> bool:
    return len(char) == 1 and (
        unicodedata.category(char) in {"So", "Sm"} or 0x1F3FB <= ord(char) <= 0x1F3FF
    )


def _as_code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
