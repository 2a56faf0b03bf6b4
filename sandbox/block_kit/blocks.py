"""Blocks, with the limits that Slack's server enforces.

https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Mapping
from typing import Any

from sandbox.block_kit.elements import CHOOSERS, IMAGE, INPUTS, PRESSED, elements
from sandbox.block_kit.objects import IMAGE_SOURCE, plain, text
from sandbox.block_kit.report import Report
from sandbox.block_kit.rules import OneOf, Rule, Shape, anything, boolean, choice, listing, string

BASE: dict[str, Rule] = {"type": anything, "block_id": string(255)}
RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
MARKDOWN_LIMIT = 12_000
BIG = 100_000


def _rich_part(report: Report, value: Any, pointer: str) -> None:
    part = report.object(value, pointer)
    if part is None:
        return
    if part.get("type") not in RICH_PARTS:
        report.add(f"{pointer}/type", f"unsupported type: {part.get('type')}")
    report.items(part.get("elements"), f"{pointer}/elements", 0, BIG)


RICH_TEXT = Shape({**BASE, "elements": listing(_rich_part, BIG)}, ("elements",))
TASK_STATUS = choice("pending", "in_progress", "complete", "error")
TASK_CARD = Shape(
    {
        **BASE,
        "task_id": string(255, 1),
        "title": string(256, 1),
        "details": RICH_TEXT,
        "output": RICH_TEXT,
        "sources": listing(anything, 50, 0),
        "status": TASK_STATUS,
    },
    ("task_id", "title"),
)
CARD = Shape(
    {
        **BASE,
        "hero_image": IMAGE,
        "icon": IMAGE,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": listing(elements("button", "overflow"), 3),
    },
    one_of=("hero_image", "title", "actions", "body"),
)

BOTH: Mapping[str, Rule] = {
    "section": Shape(
        {
            **BASE,
            "text": text(3000),
            "fields": listing(text(2000), 10),
            "accessory": elements(*PRESSED, *CHOOSERS, "image"),
            "expand": boolean,
        },
        one_of=("text", "fields"),
    ),
    "header": Shape({**BASE, "text": plain(150)}, ("text",)),
    "divider": Shape(BASE),
    "image": Shape(
        {**BASE, **IMAGE_SOURCE, "title": plain(2000)},
        ("alt_text",),
        one_of=("image_url", "slack_file"),
    ),
    "context": Shape(
        {
            **BASE,
            "elements": listing(
                OneOf({"image": IMAGE, "plain_text": text(2000), "mrkdwn": text(2000)}), 10
            ),
        },
        ("elements",),
    ),
    "actions": Shape(
        {**BASE, "elements": listing(elements(*PRESSED, *CHOOSERS), 25)}, ("elements",)
    ),
    "input": Shape(
        {
            **BASE,
            "label": plain(2000),
            "element": elements(*INPUTS),
            "hint": plain(2000),
            "dispatch_action": boolean,
            "optional": boolean,
        },
        ("label", "element"),
    ),
    "rich_text": RICH_TEXT,
    "video": Shape(
        {
            **BASE,
            "alt_text": string(2000, 1),
            "title": plain(200),
            "title_url": string(3000),
            "description": plain(200),
            "video_url": string(3000, 1),
            "thumbnail_url": string(3000, 1),
            "provider_icon_url": string(3000),
            "provider_name": string(50),
            "author_name": string(50),
        },
        ("alt_text", "title", "video_url", "thumbnail_url"),
    ),
}
MESSAGE_BLOCKS: Mapping[str, Rule] = {
    **BOTH,
    "markdown": Shape({**BASE, "text": string(MARKDOWN_LIMIT, 1)}, ("text",)),
    "file": Shape({**BASE, "external_id": string(255), "source": string(255)}, ("external_id",)),
    "context_actions": Shape(
        {**BASE, "elements": listing(elements("feedback_buttons", "icon_button"), 5)},
        ("elements",),
    ),
    "table": Shape(
        {
            **BASE,
            "rows": listing(listing(anything, 20), 100),
            "column_settings": listing(anything, 20, 0),
        },
        ("rows",),
    ),
    "data_table": Shape(
        {**BASE, "caption": anything, "columns": anything, "rows": listing(anything, 200, 0)},
        ("caption",),
    ),
    "task_card": TASK_CARD,
    "plan": Shape({**BASE, "title": string(256, 1), "tasks": listing(TASK_CARD, 50)}, ("title",)),
    "card": CARD,
    "carousel": Shape({**BASE, "elements": listing(CARD, 10)}, ("elements",)),
    "container": Shape(
        {
            **BASE,
            "child_blocks": listing(OneOf(BOTH), 10),
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": plain(150),
            "width": anything,
            "icon": IMAGE,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        ("child_blocks",),
    ),
}
MODAL_BLOCKS: Mapping[str, Rule] = {
    **BOTH,
    "alert": Shape({**BASE, "text": text(200), "level": string(255)}, ("text",)),
}
HOME_BLOCKS: Mapping[str, Rule] = BOTH
