"""Text that Slack takes as it is meant: escaped, without hidden characters, within the limits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import regex

from workflows.contracts.origins import full_name, is_in_slack

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
CONFIRM_TITLE_LIMIT = 100  # …/composition-objects/confirmation-dialog-object ("title")
CONFIRM_TEXT_LIMIT = 300  # …/composition-objects/confirmation-dialog-object ("text")
MODAL_TITLE_LIMIT = 24  # docs.slack.dev/reference/views/modal-views ("title", "submit", "close")
PRIVATE_METADATA_LIMIT = 3_000  # docs.slack.dev/reference/views/modal-views
MESSAGE_SIZE_LIMIT = 13_200  # JSON of a message's blocks (slackapi/bolt-js#2509); undocumented
VIEW_SIZE_LIMIT = 250_000  # docs.slack.dev/reference/methods/views.open (JSON of a view)

ELLIPSIS = "…"

LONGEST_CLUSTER = 32
"""Characters. Emoji have about ten; a letter may have accents without end."""
_LONGEST_LINE = 40_000
"""Characters of a text that are looked at for one line, however long it is."""

_HARMLESS = re.compile(r"[\n\t -~]*")
_LINE_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control, bidi
_SYMBOL = r"[[\p{So}\p{Sm}\U0001f3fb-\U0001f3ff]--[\u2800]]"
_HOLDS_EMOJI = rf"""
    (?<={_SYMBOL})\ufe0f                          # shown as an emoji
    | (?<=[0-9#*])\ufe0f(?=\u20e3)                # the same in a keycap
    | (?<={_SYMBOL}\ufe0f?)\u200d(?={_SYMBOL})    # one emoji out of two
"""
_INVISIBLE = r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}\p{Co}\p{NChar}\u2800]"
_HIDDEN = regex.compile(
    f"(?:{_HOLDS_EMOJI})(*SKIP)(*FAIL)|{_INVISIBLE}", regex.VERBOSE | regex.VERSION1
)
_CLUSTER = regex.compile(r"\X")  # unicode.org/reports/tr29: extended grapheme clusters
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
    return _HIDDEN.sub(lambda found: _as_code(found.group()), kept)


def clusters(text: str) -> Iterator[str]:
    """The smallest parts that may be torn apart: an emoji, or a letter with its accents.

    None is longer than `LONGEST_CLUSTER`. Looked for in steps, since the time that a row of
    flags takes grows with the square of its length.
    """
    at = 0
    while at < len(text):
        found: list[str] = _CLUSTER.findall(text[at : at + LONGEST_CLUSTER])
        whole = found[:-1] or found  # the last one may go on
        yield from whole
        at += sum(map(len, whole))


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
    return _fit_line(_one_line(text), limit)


def line(text: str, limit: int) -> Fitted:
    """One line for `mrkdwn`: cleaned, escaped, and within the limit with its escapes."""
    whole = _one_line(text)
    room, fitted = limit, _fit_line(whole, limit)
    while (over := len(escape(fitted.text)) - limit) > 0:
        room -= max(1, over // len("&amp;"))
        fitted = _fit_line(whole, room)
    return Fitted(escape(fitted.text), fitted.complete)


def units(text: str) -> int:
    """Its length as Slack's own clients count, for whom most emoji are two characters long."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _one_line(text: str) -> Fitted:
    """The text, or its beginning where it is longer than any line."""
    words = clean(text[:_LONGEST_LINE]).split()
    return Fitted(" ".join(words), complete=len(text) <= _LONGEST_LINE)


def _fit_line(line: Fitted, limit: int) -> Fitted:
    if line.complete and len(line.text) <= limit:
        return line
    kept = line.text[: _whole(line.text, limit - len(ELLIPSIS))]
    return Fitted((kept.rstrip() + ELLIPSIS)[:limit], complete=False)


def _whole(text: str, limit: int) -> int:
    """How many of its first characters are within the limit, if no cluster is torn."""
    if len(text) <= limit or text[: limit + 1].isascii():
        return min(len(text), max(limit, 0))
    end = 0
    for cluster in clusters(text[: limit + LONGEST_CLUSTER]):
        if end + len(cluster) > limit:
            break
        end += len(cluster)
    return end


def mention(user_id: str) -> str:
    """A person's name that rings their phone; anything that is no user id stays harmless text.

    Who is not in Slack is named, with where they are from.
    """
    if not is_in_slack(user_id):
        return escape(clean(full_name(user_id)))
    return f"<@{user_id}>" if is_user(user_id) else escape(clean(user_id))


def is_user(user_id: str) -> bool:
    """Whether Slack would take it for a user's id."""
    return _USER_ID.fullmatch(user_id) is not None


def is_channel(channel_id: str) -> bool:
    """Whether Slack would take it for a channel's id."""
    return _CHANNEL_ID.fullmatch(channel_id) is not None


def mention_group(group_id: str) -> str:
    """The same for a user group, `S…`."""
    return f"<!subteam^{group_id}>" if _GROUP_ID.fullmatch(group_id) else escape(clean(group_id))


def mention_channel(channel_id: str) -> str:
    """The same for a channel, `C…`; it rings nobody."""
    return f"<#{channel_id}>" if is_channel(channel_id) else escape(clean(channel_id))


def pieces(text: str, limit: int) -> list[str]:
    """Text cut into parts that are all within the limit; together they are the whole text."""
    parts: list[str] = []
    start = 0
    while start < len(text):
        part = text[start : start + limit + LONGEST_CLUSTER]
        parts.append(part[: _whole(part, limit) or limit])
        start += len(parts[-1])
    return parts


def moment(at: datetime) -> str:
    """A moment, in the time zone of whoever reads it."""
    return date_token(at.timestamp())


def hour(at: datetime) -> str:
    """The time of a moment, where the day goes without saying."""
    return date_token(at.timestamp(), "{time}")


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


def _as_code(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
