"""What Slack would refuse in a message, and slack_sdk lets through."""

from collections.abc import Sequence

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    ContextBlock,
    DividerBlock,
    MarkdownBlock,
    MarkdownTextObject,
    Option,
    RichTextBlock,
    SectionBlock,
    StaticSelectElement,
)

from countersign.slack.validate import message_problems


def _text(length: int) -> MarkdownTextObject:
    return MarkdownTextObject(text="x" * length)


def _options(*values: int) -> list[Option]:
    return [Option(value=str(value), label="a") for value in values]


BUTTON = ButtonElement(text="a", action_id="a", value="1")
UNCHECKED: dict[str, Sequence[Block]] = {
    "51 blocks": [DividerBlock()] * 51,
    "characters of JSON": [SectionBlock(text=_text(2_900))] * 5,
    "characters of markdown": [MarkdownBlock(text="x" * 6_001)] * 2,
    "block_id a is used 2 times": [DividerBlock(block_id="a")] * 2,
    "action_id a is used 2 times": [ActionsBlock(elements=[BUTTON, BUTTON])],
    "block 0: no elements": [ActionsBlock(elements=[])],
    "block 1: no elements": [DividerBlock(), RichTextBlock(elements=[])],
    "a field of 2001": [SectionBlock(fields=[_text(2_001)])],
    "a field of 0": [SectionBlock(fields=[_text(0)])],
    "a context of 2001": [ContextBlock(elements=[_text(2_001)])],
    "an empty text": [SectionBlock(text=_text(0))],
    "11 options": [
        ActionsBlock(elements=[CheckboxesElement(action_id="a", options=_options(*range(11)))])
    ],
    "two options have one value": [
        ActionsBlock(elements=[StaticSelectElement(action_id="a", options=_options(1, 1))])
    ],
}


@pytest.mark.parametrize(("problem", "blocks"), UNCHECKED.items(), ids=UNCHECKED)
def test_what_slack_refuses_is_found_although_the_sdk_takes_it(
    problem: str, blocks: Sequence[Block]
) -> None:
    assert [block.to_dict() for block in blocks]
    assert any(problem in found for found in message_problems(blocks))


def test_what_the_sdk_refuses_is_a_problem_like_any_other() -> None:
    assert len(message_problems([SectionBlock(text=_text(3_001))])) == 1
    assert message_problems([SectionBlock(text=_text(3_000)), DividerBlock()]) == []
