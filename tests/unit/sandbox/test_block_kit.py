"""Every limit of Block Kit that the sandbox keeps, by the complaint that Slack makes."""

import json
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.block_kit.check import BLOCKS_SIZE_LIMIT, message_problems, view_problems
from sandbox.json_types import Json
from tests.unit.sandbox.blocks import a_home, a_modal, actions, an_input, button, section
from tests.unit.sandbox.slack_app import OPS, refused, said


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def confirm(**changes: Json) -> Json:
    parts = {
        "title": plain("Sure?"),
        "text": plain("?"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    return {**parts, **changes}


def options(count: int) -> list[Json]:
    return [{"text": plain(f"option {n}"), "value": str(n)} for n in range(count)]


def select(count: int) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(count)}


RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}

ALLOWED: list[list[Json]] = [
    [section("x" * 3000)],
    [section()] * 50,
    [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    [{"type": "section", "text": mrkdwn("x"), "accessory": button()}],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    [actions(*[button(action_id=str(n)) for n in range(25)])],
    [actions(button(text="x" * 75, value="y" * 2000, style="danger", confirm=confirm()))],
    [actions(select(100))],
    [an_input()],
    [{"type": "markdown", "text": "x" * 12_000}],
    [{"type": "divider"}, RICH],
    [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}],
    [
        {
            "type": "task_card",
            "task_id": "1",
            "title": "Look up",
            "status": "complete",
            "details": RICH,
        }
    ],
    [
        {
            "type": "plan",
            "title": "Plan",
            "tasks": [{"type": "task_card", "task_id": "1", "title": "a"}],
        }
    ],
]

REFUSED: list[tuple[list[Json], str, str]] = [
    ([section()] * 51, "/blocks", "no more than 50 items"),
    ([section("x" * 3001)], "/blocks/0/text/text", "less than 3001"),
    ([section("")], "/blocks/0/text/text", "more than 0"),
    ([{"type": "section"}], "/blocks/0", "must define either"),
    (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "/blocks/0/fields/0/text",
        "less than 2001",
    ),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "/blocks/0/fields", "no more than 10"),
    ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text", "less than 151"),
    ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type", "unsupported type: mrkdwn"),
    (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "/blocks/0/elements",
        "no more than 10",
    ),
    ([{"type": "context", "elements": []}], "/blocks/0/elements", "no fewer than 1"),
    ([actions()], "/blocks/0/elements", "no fewer than 1"),
    (
        [actions(*[button(action_id=str(n)) for n in range(26)])],
        "/blocks/0/elements",
        "no more than 25",
    ),
    ([actions(button(), button())], "/blocks/0/elements", "`approve` already exists"),
    ([actions(button(text="x" * 76))], "/blocks/0/elements/0/text/text", "less than 76"),
    ([actions(button(value="x" * 2001))], "/blocks/0/elements/0/value", "less than 2001"),
    ([actions(button(style="blue"))], "/blocks/0/elements/0/style", "must be one of"),
    ([actions(button(url="x" * 3001))], "/blocks/0/elements/0/url", "less than 3001"),
    ([actions(button(disabled=True))], "/blocks/0/elements/0", "additional property: disabled"),
    ([actions(button(action_id="x" * 256))], "/blocks/0/elements/0/action_id", "less than 256"),
    (
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        "/blocks/0/elements/0/confirm/title/text",
        "less than 101",
    ),
    (
        [actions(button(confirm=confirm(text=plain("x" * 301))))],
        "/blocks/0/elements/0/confirm/text/text",
        "less than 301",
    ),
    (
        [actions(button(confirm=confirm(confirm=plain("x" * 31))))],
        "/blocks/0/elements/0/confirm/confirm/text",
        "less than 31",
    ),
    (
        [actions(button(confirm={"title": plain("x")}))],
        "/blocks/0/elements/0/confirm",
        "missing required field: text",
    ),
    ([actions(select(101))], "/blocks/0/elements/0/options", "no more than 100"),
    ([actions(an_input()["element"])], "/blocks/0/elements/0/type", "unsupported type"),
    ([{**section(), "block_id": "x" * 256}], "/blocks/0/block_id", "less than 256"),
    ([{**section(), "block_id": "a"}, {**section(), "block_id": "a"}], "/blocks", "more than once"),
    ([{"type": "poem"}], "/blocks/0/type", "unsupported type: poem"),
    ([{"text": "x"}], "/blocks/0/type", "unsupported type: None"),
    ([{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text", "less than 12001"),
    ([{"type": "markdown", "text": "x" * 7_000}] * 2, "/blocks", "together exceed 12000"),
    ([{"type": "alert", "text": plain("x")}], "/blocks/0/type", "unsupported type: alert"),
    ([{"type": "table", "rows": [[{}]]}] * 2, "/blocks", "only_one_table_allowed"),
    ([{"type": "table", "rows": [[{}] * 21]}], "/blocks/0/rows/0", "no more than 20"),
    ([{"type": "rich_text", "elements": [{"type": "poem"}]}], "/blocks/0/elements/0/type", "poem"),
    (["words"], "/blocks/0", "must provide an object"),  # type: ignore[list-item]
]

REFUSED_VIEWS: list[tuple[Json, str, str]] = [
    (a_modal(title=plain("x" * 25)), "/view/title/text", "less than 25"),
    (a_modal(submit=plain("x" * 25)), "/view/submit/text", "less than 25"),
    (a_modal(close=plain("x" * 25)), "/view/close/text", "less than 25"),
    (a_modal(private_metadata="x" * 3001), "/view/private_metadata", "less than 3001"),
    (a_modal(callback_id="x" * 256), "/view/callback_id", "less than 256"),
    (a_modal(*[section()] * 101), "/view/blocks", "no more than 100"),
    (a_modal(an_input(), submit=None), "/view", "missing required field: submit"),
    (
        a_modal({"type": "markdown", "text": "x"}),
        "/view/blocks/0/type",
        "unsupported type: markdown",
    ),
    (a_modal(color="red"), "/view", "additional property: color"),
    ({**a_modal(), "title": None}, "/view", "missing required field: title"),
    ({**a_home(), "title": plain("x")}, "/view", "additional property: title"),
    ({"type": "home"}, "/view", "missing required field: blocks"),
    ({"type": "page", "blocks": []}, "/view/type", "must be one of"),
]


@pytest.mark.parametrize("blocks", ALLOWED, ids=lambda blocks: blocks[0]["type"])
def test_blocks_within_the_limits_are_fine(blocks: list[Json]) -> None:
    assert message_problems(blocks) == []


@pytest.mark.parametrize(("blocks", "pointer", "what"), REFUSED)
def test_blocks_beyond_a_limit_are_named_with_their_place(
    blocks: list[Json], pointer: str, what: str
) -> None:
    assert any(
        what in problem and f"[json-pointer:{pointer}]" in problem
        for problem in message_problems(blocks)
    ), message_problems(blocks)


@pytest.mark.parametrize(("view", "pointer", "what"), REFUSED_VIEWS)
def test_views_beyond_a_limit_are_named_with_their_place(
    view: Json, pointer: str, what: str
) -> None:
    assert any(
        what in problem and f"[json-pointer:{pointer}]" in problem
        for problem in view_problems(view)
    ), view_problems(view)


@pytest.mark.parametrize(
    "view",
    [
        a_modal(*[section()] * 100),
        a_modal(an_input(), private_metadata="x" * 3000, title=plain("x" * 24)),
        a_modal({"type": "alert", "text": plain("careful")}),
        a_home(actions(button())),
    ],
)
def test_views_within_the_limits_are_fine(view: Json) -> None:
    assert view_problems(view) == []


async def test_a_post_with_bad_blocks_is_refused_with_every_complaint(
    slack: AsyncWebClient,
) -> None:
    async with refused("invalid_blocks") as answer:
        await slack.chat_postMessage(
            channel=OPS, text="x", blocks=[section("x" * 3001), {"type": "poem"}]
        )

    messages: list[str] = answer["response_metadata"]["messages"]
    assert len(messages) == 2
    assert messages[0].startswith("[ERROR] must be less than 3001 characters")


async def test_blocks_that_are_together_too_big_are_refused(slack: AsyncWebClient) -> None:
    big = [section("x" * 2900)] * 5
    assert len(json.dumps(big)) > BLOCKS_SIZE_LIMIT

    async with refused("msg_blocks_too_long"):
        await slack.chat_postMessage(channel=OPS, text="x", blocks=big)


async def test_every_interactive_element_gets_a_name(slack: AsyncWebClient) -> None:
    nameless: dict[str, Any] = {"type": "button", "text": plain("Go")}
    posted = await said(slack.chat_postMessage(channel=OPS, text="x", blocks=[actions(nameless)]))

    assert posted["message"]["blocks"][0]["elements"][0]["action_id"]


async def test_blocks_can_be_validated_without_posting(slack: AsyncWebClient) -> None:
    assert (await said(slack.api_call("blocks.validate", json={"blocks": [section()]})))["ok"]
    async with refused("invalid_blocks") as answer:
        await slack.api_call("blocks.validate", json={"view": a_modal(title=plain("x" * 25))})

    assert answer["errors"][0]["pointer"] == "/view/title/text"
