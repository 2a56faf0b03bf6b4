"""Bad input: a plain sentence for the person, the cause in the log, nothing lost or decided."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from countersign.messages.effects import NOTHING
from countersign.messages.faults import (
    MODEL_RATE_LIMITED,
    MODEL_UNAVAILABLE,
    MODEL_UNREADABLE,
)
from countersign.messages.notices import FILES_ONLY
from tests.slack.product import Product, logged
from tests.slack.reading import approval_id, buttons, full_text
from tests.slack.slack_thread import ALICES_DM, BOB, OPS, SlackThread
from workflows.contracts.core import MESSAGE_LIMIT
from workflows.contracts.decisions import Outcome, Refusal

ORDER = "order 100 widgets"
OVER_HTTP = pytest.mark.delivery("http")
ONE_WAY = pytest.mark.delivery("http")  # Slack delivers the same either way
EVENT: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T0ACME",
    "api_app_id": "A0SIGN",
    "event_id": "Ev0FORGED",
    "event": {
        "type": "message",
        "channel": ALICES_DM,
        "channel_type": "im",
        "user": "U0ALICE",
        "text": "order 9 laptops",
        "ts": "1700000000.000100",
    },
}

MALFORMED = (
    (),
    ("true",) * 5,
    ('"true"',),
    ('"false"',),
    ("1",),
    ("0",),
    ("null",),
    ('{"success":true}',),
)
"""Inputs of a signal."""
UNREADABLE: dict[str, Sequence[dict[str, Any]]] = {
    "interactive": (
        {},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [{"action_id": "approval_approve"}]},
        {"type": "block_actions", "actions": "approve", "user": "bob"},
        {"type": "view_submission", "view": {"callback_id": "modal_reject"}},
        {"type": "view_submission", "view": "modal_reject", "user": {"id": "U0BOB"}},
    ),
    "events_api": (
        {},
        {"type": "event_callback", "event": "hello"},
        {"type": "event_callback", "event": {"type": "message"}},
        {**EVENT, "event": {"type": "app_mention", "user": "U0ALICE"}},
    ),
    "slash_commands": ({}, {"command": "/approvals"}),
}


@pytest.mark.parametrize("value", ["approval-zzzzzzzzzzzz", "conversation-T0ACME-C0OPS-1", "🙂"])
async def test_a_button_of_an_unknown_approval_is_explained(product: Product, value: str) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    before = len(product.stack.log("bot"))

    await product.stale_press(card, "approval_approve", value=value)

    told = await product.sandbox.wait_ephemeral(BOB, thread_ts=thread.ts, timeout=10)
    assert "have no record of this request" in told["text"]
    await logged(product.stack, "bot", "ApprovalNotFoundError", before)
    await _still_decidable(product, thread, card)


async def test_a_press_on_a_deleted_card_decides_nothing_and_the_card_comes_back(
    product: Product,
) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()

    await product.slack("chat.delete", channel=OPS, ts=card["ts"])
    again = await thread.card()
    await product.stale_press(card, "approval_approve")

    told = await product.sandbox.wait_ephemeral(BOB, thread_ts=thread.ts, timeout=10)
    assert "was replaced" in told["text"]
    assert approval_id(again) == approval_id(card)
    refused = (await product.status(card)).refused
    assert [it.why for it in refused] == [Refusal.STALE_CARD]
    await _still_decidable(product, thread, again)


async def test_an_over_long_message_is_refused_with_its_length(product: Product) -> None:
    thread = await product.begin("order 3 desks " + "x" * MESSAGE_LIMIT)
    assert f"{MESSAGE_LIMIT:,}" in (await thread.hear())["text"]
    assert len(await thread.bots_messages()) == 1


async def test_a_message_with_only_a_file_is_answered(product: Product) -> None:
    file = {"name": "quote.pdf", "mimetype": "application/pdf", "size": 1}
    ts = await product.sandbox.say("U0ALICE", ALICES_DM, "", files=[file])
    answer = await product.sandbox.wait_reply(ALICES_DM, ts, timeout=20)
    assert answer["text"] == FILES_ONLY


async def test_an_empty_mention_is_helped(product: Product) -> None:
    thread = await product.mention("")
    assert "order 100 widgets" in (await thread.hear())["text"]


@ONE_WAY
async def test_malformed_signals_from_the_command_line_are_refused(product: Product) -> None:
    thread = await product.mention(ORDER)
    card = await thread.card()
    before = len(product.stack.log("worker"))

    await asyncio.gather(*(product.signal(approval_id(card), *inputs) for inputs in MALFORMED))

    status = await product.status(card)
    assert status.outcome is Outcome.PENDING
    assert [it.why for it in status.refused] == [Refusal.MALFORMED] * len(MALFORMED)
    await logged(product.stack, "worker", "malformed", before)
    await _still_decidable(product, thread, card)


@OVER_HTTP
@pytest.mark.parametrize(
    "how",
    [
        {"signature": "bad"},
        {"signature": "none"},
        {"timestamp_offset": -360},
        {"timestamp_offset": 360},
    ],
    ids=str,
)
async def test_a_forged_or_old_request_is_refused_and_leaves_no_trace(
    product: Product, how: dict[str, Any]
) -> None:
    answer = await product.sandbox.deliver(EVENT, **how)
    assert answer["status"] == 401
    assert (
        await product.conversations(SlackThread(product.sandbox, ALICES_DM, "1700000000.000100"))
        == 0
    )


async def test_malformed_payloads_harm_nothing(product: Product) -> None:
    await asyncio.gather(  # over a socket, some are waited for until Slack would give up
        *(
            product.sandbox.deliver(payload, type_=type_)
            for type_, payloads in UNREADABLE.items()
            for payload in payloads
        )
    )
    thread = await product.begin("how much budget is left?")
    assert "€" in (await thread.hear())["text"]


@OVER_HTTP
@pytest.mark.parametrize("raw", ["{", "payload=%7B", "[1,2]", "null"])
async def test_a_signed_body_that_is_no_payload_is_refused(product: Product, raw: str) -> None:
    answer = await product.sandbox.deliver({}, raw_body=raw)
    assert 400 <= answer["status"] < 500


@ONE_WAY
@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("fail_500", MODEL_UNAVAILABLE),
        ("rate_limit", MODEL_RATE_LIMITED),
        ("bad_json", MODEL_UNREADABLE),
    ],
)
async def test_a_model_that_does_not_answer_is_admitted(
    product: Product, mode: str, sentence: str
) -> None:
    await product.script(mode, 0)
    thread = await product.begin("hello")
    assert (await thread.hear())["text"] == f"{sentence} {NOTHING}"
    await product.script("normal", 0)
    await thread.say("how much budget is left?")
    assert "€" in (await thread.hear())["text"]


@ONE_WAY
@pytest.mark.parametrize("mode", ["nonsense_arguments", "unknown_tool"])
async def test_a_model_that_talks_nonsense_bothers_nobody(product: Product, mode: str) -> None:
    await product.script(mode, 1)
    thread = await product.mention(ORDER)
    answer = await thread.hear()
    assert answer["text"]
    assert buttons(answer) == [] or "widget" in full_text(answer)
    if buttons(answer):
        await thread.drop(answer)


async def _still_decidable(product: Product, thread: SlackThread, card: dict[str, Any]) -> None:
    """Nothing was lost: the card that is there now still works."""
    assert (await product.status(card)).outcome is Outcome.PENDING
    await thread.drop(card)
    assert (await product.status(card)).outcome is Outcome.REJECTED
