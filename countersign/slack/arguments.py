"""The arguments of a call, and how they differ from those of another proposal."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from slack_sdk.models.blocks import Block, RichTextElement, SectionBlock, TextObject

from countersign.slack.blocks import (
    Shown,
    bold,
    bullets,
    mrkdwn,
    one_line,
    paragraph,
    preformatted,
    rich,
    words,
)
from countersign.slack.text import FIELDS_LIMIT, SECTION_LIMIT, clean, escape, pieces
from workflows.contracts.core import ArgumentField, Difference, Prepared

COST = "cost"
MARKUP = re.compile(r"[*_~`]|:[^\s:]+:|^\s*>|^\s*&gt;")
"""What Slack would take for more than a text: emphasis, an emoji, a quotation."""
WIDE = 30
"""Characters of name and value that half of a phone's width holds in two lines."""
SHORT_FIELD = 60
"""Characters up to which a value stands beside its name; longer ones get the full width."""
NAME_LIMIT = 200
LINES_A_BLOCK = 10
SUMMARY_LIMIT = 600
"""Characters of the summary on a card."""


def fields_of(prepared: Prepared) -> Sequence[ArgumentField]:
    """What the summary does not say already; if it has to be cut, what it is not itself."""
    every = [it for it in all_fields_of(prepared) if it.value != prepared.summary]
    if len(" ".join(clean(prepared.summary).split())) > SUMMARY_LIMIT:
        return every
    return [it for it in every if not it.in_summary]


def all_fields_of(prepared: Prepared) -> Sequence[ArgumentField]:
    """Every line of a call, and its cost where neither summary nor lines name it."""
    cost = prepared.cost
    named = cost in prepared.summary or any(cost == field.value for field in prepared.fields)
    return prepared.fields if named else (*prepared.fields, ArgumentField(name=COST, value=cost))


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
    parts = [*map(bold, pieces(clean(title), SECTION_LIMIT))]
    if len(lines) == 1:
        return [rich(paragraph(*parts, words("\n"), *lines[0]))]
    heads = [paragraph(*parts)]
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
    """In their order: two in a row, name and value together, or a line for each."""
    for in_lines, group in groupby(_with_lines(fields), key=itemgetter(1)):
        members = [field for field, _ in group]
        most = LINES_A_BLOCK if in_lines else FIELDS_LIMIT
        for at in range(0, len(members), most):
            part = members[at : at + most]
            yield rich(*map(_line, part)) if in_lines else SectionBlock(fields=[*map(_cell, part)])


def _with_lines(fields: Sequence[ArgumentField]) -> Iterator[tuple[ArgumentField, bool]]:
    """Which of them have a line of their own: those that need it, and what has no neighbour."""
    needs = [_needs_a_line(field) for field in fields]
    for at, field in enumerate(fields):
        around = (*needs[max(at - 1, 0) : at], *needs[at + 1 : at + 2])
        yield field, needs[at] or (all(around) and len(fields) > 1)


def _needs_a_line(field: ArgumentField) -> bool:
    """Whether half the width is too little, or Slack would take it for more than a text."""
    texts = (_name(field), clean(field.value))
    return sum(map(len, texts)) > WIDE or any(MARKUP.search(text) for text in texts)


def _cell(field: ArgumentField) -> TextObject:
    value = escape(clean(field.value)) or "_empty_"
    return mrkdwn(f"*{escape(_name(field))}*  {value}")


def _line(field: ArgumentField) -> RichTextElement:
    return paragraph(bold(_name(field)), words(f"  {clean(field.value)}"))


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
