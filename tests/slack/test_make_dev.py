"""What `make dev` adds to the product: a worker that dies at the worst moment, and what is left."""

import asyncio
from pathlib import Path

import pytest

from dev.left_over import left_over
from dev.plan import CRASH_WORKER
from dev.processes import Stack, StackOptions
from dev.restarts import Restarts
from dev.smoke.shop import ShopFile
from dev.summary import LeftOver
from sandbox.client import SandboxClient
from tests.slack.slack_thread import BOB, BOT, OPS, SlackThread

pytestmark = [pytest.mark.system, pytest.mark.timeout(150)]

RECOVERY = 60
"""Seconds for another worker to start, and for Temporal to miss the first."""
WIDGETS = (100, 412_000)


async def test_a_worker_that_dies_between_approval_and_effect_places_the_order_once(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    options = StackOptions(home=tmp_path, worker_module=CRASH_WORKER)
    async with Stack(options) as stack, _people(stack) as sandbox:
        going_on = asyncio.create_task(
            Restarts(stack, lambda name, line: said.append(f"{name} {line}")).until_hopeless()
        )
        allowed = await _ask(sandbox, "order 2 cables")  # nobody approves this, so nobody dies
        assert "placed" in (await allowed.hear())["text"]
        assert said == []

        thread = await _ask(sandbox, "order 100 widgets")
        card = await thread.card()
        await thread.press(card, "Approve")
        await sandbox.wait_reply(OPS, thread.ts, contains="placed", timeout=RECOVERY)
        going_on.cancel()

        assert said == ["worker stopped on signal 9. It is started again and goes on."]
        assert "approved and not yet carried out" in stack.log("worker")
        assert ShopFile(tmp_path / "countersign.db").orders("widget") == [WIDGETS]


async def test_what_an_earlier_run_left_is_found_with_its_place(
    tmp_path: Path,
) -> None:
    async with Stack(StackOptions(home=tmp_path)) as stack, _people(stack) as sandbox:
        thread = await _ask(sandbox, "order 100 widgets")
        card = await thread.card()
        found = await _left_to(stack, is_something=True)
        assert found is not None
        assert "widget" in found.summary
        assert (found.count, found.place) == ("1", f"#{OPS}/{thread.ts}")

        await thread.press(card, "Approve")
        await thread.hear()
        assert await _left_to(stack, is_something=False) is None


async def _left_to(stack: Stack, *, is_something: bool) -> LeftOver | None:
    """What is left to Bob, with its place, once visibility has followed."""
    found = await left_over(stack, BOB)
    if bool(found and found.place) is is_something:
        return found
    return await _left_to(stack, is_something=is_something)


async def _ask(sandbox: SandboxClient, text: str) -> SlackThread:
    return SlackThread(sandbox, OPS, await sandbox.say("U0ALICE", OPS, f"<@{BOT}> {text}"))


def _people(stack: Stack) -> SandboxClient:
    return SandboxClient(stack.sandbox_url, stack.page_token)
