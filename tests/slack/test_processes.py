"""Processes that die, restart, or are started wrongly, while people wait."""

import asyncio
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from bot.receipts import RECORDED
from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.policy import policy_of
from tests.slack.product import Product, logged
from tests.slack.reading import buttons, full_text
from tests.slack.slack_thread import ALICE, BOB, CARD

pytestmark = pytest.mark.system

ORDER = "order 100 widgets"
RULE = """\
version: {version}
rules:
  - name: orders
    tool: place_order
    approvers: {approvers}
"""
SOLO = """\
version: 1
solo: U0ALICE
rules:
  - {name: orders, tool: place_order}
"""


async def test_a_pending_approval_survives_the_death_of_bot_and_worker(own: Product) -> None:
    thread = await own.mention(ORDER)
    card = await thread.card()
    await own.stack.kill("worker")
    await own.stack.kill("bot")
    refused = await thread.press(card, "Approve")
    assert not refused["delivered"]

    await asyncio.gather(own.stack.launch("worker"), own.stack.launch("bot"))
    await thread.press(card, "Approve")

    assert "placed" in (await thread.hear())["text"]
    assert buttons(await thread.redrawn(card, "Done:")) == []


async def test_a_worker_that_is_stopped_ends_well_and_a_press_counts_when_it_is_back(
    own: Product,
) -> None:
    thread = await own.mention(ORDER)
    card = await thread.card()
    assert await own.stack.stop_one("worker") == 0

    pressed = await thread.press(card, "Approve")
    assert pressed["delivered"]
    await thread.told(BOB, RECORDED)
    told = await own.sandbox.ephemerals(BOB, card["channel"])
    assert len([it for it in told if it["thread_ts"] == thread.ts]) == 1

    await own.stack.launch("worker")
    assert "placed" in (await thread.hear())["text"]


async def test_a_bot_that_is_stopped_ends_well_and_what_is_said_is_answered_when_it_is_back(
    own: Product,
) -> None:
    assert await own.stack.stop_one("bot") == 0
    thread = await own.begin("how much budget is left?")
    await own.stack.launch("bot")
    assert "€" in (await thread.hear())["text"]


@pytest.mark.parametrize("how", ["drop", "disconnect", "refuse_next"])
async def test_a_lost_socket_is_opened_again(own: Product, how: str) -> None:
    await own.sandbox.disturb_socket(how)
    if how == "refuse_next":
        await own.sandbox.disturb_socket("drop")
    thread = await own.begin("how much budget is left?")
    assert "€" in (await thread.hear())["text"]


async def test_health_and_readiness_are_told(own: Product) -> None:
    for base in (own.stack.bot_url, own.stack.worker_url):
        for path in ("healthz", "readyz"):
            async with aiohttp.ClientSession() as session, session.get(f"{base}/{path}") as answer:
                assert answer.status == 200
                assert (await answer.json())["ok"] is True


async def test_a_second_start_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    options = StackOptions(home=tmp_path, in_memory=False)
    async with Stack(options) as stack, _people(stack) as sandbox:
        thread = await Product(stack, sandbox, await _connect(stack)).mention(ORDER)
        card = await thread.card()
    async with Stack(options) as stack, _people(stack) as sandbox:
        thread = replace(thread, sandbox=sandbox)
        await thread.press(card, "Approve")
        assert "placed" in (await thread.hear())["text"]
        assert buttons(await thread.redrawn(card, "Done:")) == []


async def test_a_policy_that_becomes_wrong_while_it_runs_leaves_the_old_one_in_force(
    own: Product,
) -> None:
    file = policy_of(own.stack)
    before = len(own.stack.log("worker"))
    file.write_text(RULE.format(version=1, approvers="{users: [U0BOB]}"), encoding="utf-8")
    first = await (await own.mention(ORDER)).card()
    file.write_text(RULE.format(version=2, approvers="{users: [nobody]}"), encoding="utf-8")
    second = await (await own.mention(ORDER)).card()
    await logged(own.stack, "worker", "changed policy refused", before)
    file.write_text(RULE.format(version=33, approvers="{users: [U0CAROL]}"), encoding="utf-8")
    thread = await own.mention(ORDER)
    third = await thread.card()
    asked = [await own.status(it) for it in (first, second, third)]
    assert [it.in_force.version for it in asked] == ["1", "1", "33"]
    await thread.press(first, "Approve")  # it keeps the rule that it was asked under
    await thread.redrawn(first, "Done:")


async def test_who_works_alone_approves_their_own_requests_and_the_record_says_so(
    own: Product,
) -> None:
    policy_of(own.stack).write_text(SOLO, encoding="utf-8")
    thread = await own.begin(ORDER)
    card = await thread.hear(CARD)
    assert "Solo mode: you approve your own requests" in full_text(card)
    approve = next(it for it in card["blocks"][-1]["elements"] if "style" in it)
    assert "You approve your own request" in approve["confirm"]["text"]["text"]
    await thread.press(card, "Approve", ALICE)
    assert "solo mode" in full_text(await thread.redrawn(card, "Done:"))


def _people(stack: Stack) -> SandboxClient:
    return SandboxClient(stack.sandbox_url, stack.page_token)


async def _connect(stack: Stack) -> Client:
    return await Client.connect(stack.temporal_address, data_converter=pydantic_data_converter)
