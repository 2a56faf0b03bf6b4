"""The arguments of a call, and how they differ from those of another proposal."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, RichTextElement, SectionBlock, TextObject

from countersign.slack.blocks import (
    Shown,
    bold,
    bullets,
    literal,
    mrkdwn,
    one_line,
    paragraph,
    preformatted,
    rich,
    words,
)
from countersign.slack.text import FIELD_LIMIT, FIELDS_LIMIT, SECTION_LIMIT, clean, escape, pieces
from workflows.contracts.core import ArgumentField, Difference, Prepared

SHORT_FIELD = 60
"""Characters up to which a value stands beside its name; longer ones get the full width."""
NAME_LIMIT = 200
LINES_A_BLOCK = 10
SUMMARY_LIMIT = 600
"""Characters of the summary on a card."""


def fields_of(prepared: Prepared) -> Sequence[ArgumentField]:
    """What is to be shown: a value that is the summary is not said twice if that is all there."""
    if len(" ".join(clean(prepared.summary).split())) > SUMMARY_LIMIT:
        return prepared.fields
    return [field for field in prepared.fields if field.value != prepared.summary]


def argument_blocks(fields: Sequence[ArgumentField]) -> Shown:
    """Short values in a table, long ones below; complete unless a value had to be cut."""
    short, long = _sorted(fields)
    parts = [_parts(field) for field in long]
    blocks = [*_table(short), *(part[0] for part in parts)]
    return Shown(blocks, all(len(part) == 1 for part in parts))


def whole_argument_blocks(fields: Sequence[ArgumentField]) -> Sequence[Block]:
    """The same with every value in full, over as many blocks as it takes."""
    short, long = _sorted(fields)
    return [*_table(short), *(part for field in long for part in _parts(field))]


def argument_lines(fields: Sequence[ArgumentField]) -> Iterator[Sequence[RichTextElement]]:
    """One line each, in full, for a list."""
    for field in fields:
        yield bold(_name(field)), *_worded(f": {one_line(field.value) or '(empty)'}")


def difference_blocks(title: str, differences: Sequence[Difference]) -> Sequence[Block]:
    """`quantity: 100 → 50`, a few lines a block."""
    lines = [
        (
            bold(one_line(it.name) or "(no name)"),
            *_worded(f": {one_line(it.before) or 'nothing'} → {one_line(it.after) or 'nothing'}"),
        )
        for it in differences
    ]
    heads = [paragraph(*map(bold, pieces(clean(title), SECTION_LIMIT)))]
    if not lines:
        return [rich(*heads)]
    groups = [lines[at : at + LINES_A_BLOCK] for at in range(0, len(lines), LINES_A_BLOCK)]
    return [rich(*(heads if at == 0 else ()), bullets(group)) for at, group in enumerate(groups)]


def _sorted(
    fields: Sequence[ArgumentField],
) -> tuple[Sequence[ArgumentField], Sequence[ArgumentField]]:
    short = [field for field in fields if _is_short(field)]
    return short, [field for field in fields if field not in short]


def _is_short(field: ArgumentField) -> bool:
    """A table shows one line without spaces that matter."""
    value = clean(field.value)
    return max(len(_name(field)), len(value)) <= SHORT_FIELD and value == " ".join(value.split())


def _name(field: ArgumentField) -> str:
    return one_line(field.name).strip() or "(no name)"


def _worded(text: str) -> Iterator[RichTextElement]:
    return map(words, pieces(text, SECTION_LIMIT))


def _table(fields: Sequence[ArgumentField]) -> Iterator[Block]:
    """Name and value side by side; the value is interpreted as nothing."""
    cells = [cell for field in fields for cell in _row(field)]
    for at in range(0, len(cells), FIELDS_LIMIT):
        yield SectionBlock(fields=cells[at : at + FIELDS_LIMIT])


def _row(field: ArgumentField) -> tuple[TextObject, TextObject]:
    value = literal(field.value, FIELD_LIMIT) if field.value else mrkdwn("_empty_")
    return mrkdwn(f"*{escape(_name(field))}*"), value


def _parts(field: ArgumentField) -> Sequence[Block]:
    """A long value, in several blocks where one does not hold it."""
    name = _name(field)
    texts = pieces(clean(field.value), SECTION_LIMIT) or [""]
    numbers = _numbers(len(texts))
    if len(name) > NAME_LIMIT:
        names = [rich(paragraph(bold(part))) for part in pieces(name, SECTION_LIMIT)]
        return [*names, *(rich(preformatted(text)) for text in texts)]
    return [
        rich(paragraph(bold(name + number)), preformatted(text))
        for number, text in zip(numbers, texts, strict=True)
    ]


def _numbers(count: int) -> Sequence[str]:
    return [f" ({at} of {count})" for at in range(1, count + 1)] if count > 1 else [""]
