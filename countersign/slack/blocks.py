"""The kinds of blocks that views are made of.

What people and models wrote stands in `plain_text` and rich text, where Slack interprets
nothing: no mention, no link, and no `~100~ 5` that looks like a 5. Our own words are mrkdwn.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
    TextObject,
)

from countersign.slack.text import (
    CONTEXT_LIMIT,
    CONTEXT_TEXT_LIMIT,
    SECTION_LIMIT,
    clean,
    fit,
    plain,
)

NEW_LINE = " ⏎ "
"""A line break within a line, so that no text can begin a line of ours."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Blocks, and whether they are all that there is to show."""

    blocks: Sequence[Block]
    complete: bool


def mrkdwn(text: str) -> MarkdownTextObject:
    """Verbatim: Slack makes links and mentions only of what is written as one."""
    return MarkdownTextObject(text=text, verbatim=True)


def literal(text: str, limit: int = CONTEXT_TEXT_LIMIT) -> PlainTextObject:
    """Somebody's words on one line, as they are."""
    return PlainTextObject(text=plain(text, limit).text or "—", emoji=False)


def section(text: str) -> Block:
    """A paragraph of our own words; whole lines are left out if it is too long."""
    return SectionBlock(text=mrkdwn(fit(text.split("\n"), SECTION_LIMIT).text))


def context(*parts: str | TextObject) -> Block:
    """Small print: our own words as text, other people's as a `literal`."""
    return ContextBlock(
        elements=[
            mrkdwn(fit([part], CONTEXT_TEXT_LIMIT).text) if isinstance(part, str) else part
            for part in parts[:CONTEXT_LIMIT]
        ]
    )


def rich(*elements: RichTextElement) -> Block:
    """Text in which nothing is interpreted."""
    return RichTextBlock(elements=elements)


def bold(text: str) -> RichTextElement:
    """Words that stand out."""
    style = RichTextElementParts.TextStyle(bold=True)
    return RichTextElementParts.Text(text=text, style=style)


def words(text: str) -> RichTextElement:
    """Words as they are; Slack refuses an empty text."""
    return RichTextElementParts.Text(text=text or "—")


def paragraph(*parts: RichTextElement) -> RichTextElement:
    """Words that follow one another."""
    return RichTextSectionElement(elements=parts)


def bullets(lines: Iterable[Sequence[RichTextElement]]) -> RichTextElement:
    """A list, one line each."""
    return RichTextListElement(style="bullet", elements=[paragraph(*line) for line in lines])


def quote(text: str) -> RichTextElement:
    """Somebody's words, marked as such."""
    return RichTextQuoteElement(elements=[words(text)])


def preformatted(text: str) -> RichTextElement:
    """Text with its line breaks and spaces."""
    return RichTextPreformattedElement(elements=[words(text)])


def one_line(text: str) -> str:
    """Cleaned text whose line breaks are shown and not done."""
    return clean(text).replace("\n", NEW_LINE).replace("\t", " ")


def size(blocks: Iterable[Block]) -> int:
    """Characters of JSON, as Slack counts them."""
    return sum(len(json.dumps(block.to_dict(), ensure_ascii=False)) + 2 for block in blocks)


def as_many(blocks: Sequence[Block], most: int, room: int) -> Shown:
    """The first blocks, up to a number and a size."""
    kept: list[Block] = []
    for block in blocks[:most]:
        room -= size([block])
        if room < 0:
            break
        kept.append(block)
    return Shown(kept, len(kept) == len(blocks))
