"""`make smoke`: the whole product on free ports, played through once, a JSON line a case."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dev import temporal_cli
from dev.errors import DevError
from dev.processes import Stack
from sandbox.client import SandboxClient
from sandbox.errors import ControlError

ALICE, BOB, OPS = "U0ALICE", "U0BOB", "C0OPS"
BOT = "U0SIGN"
PATIENCE = 30
Json = dict[str, Any]


class SmokeError(Exception):
    """The product did something else than it should."""


@dataclass
class Order:
    """One order in #ops, and how long each step of it took."""

    stack: Stack
    sandbox: SandboxClient
    thread: str = ""
    timings: dict[str, float] = field(default_factory=dict[str, float])

    async def ask(self, text: str, cards: int = 1) -> list[Json]:
        """Alice asks; the cards that come."""
        started = time.perf_counter()
        self.thread = await self.sandbox.say(ALICE, OPS, f"<@{BOT}> {text}")
        found: list[Json] = []
        for _ in range(cards):
            after = found[-1]["ts"] if found else self.thread
            found.append(await self._reply("Approval needed", after))
        self._took("card_ms", started)
        return found

    async def press(self, card: Json, label: str) -> None:
        """Bob presses a button."""
        report = await self.sandbox.click_button(BOB, card, label)
        if not report["delivered"]:
            raise SmokeError(f"{label} was not delivered: {report.get('error')}")
        self.timings["ack_ms"] = report["ack_ms"]

    async def answered(self, after: Json, contains: str, started: float) -> None:
        """Wait for the bot's answer."""
        await self._reply(contains, after["ts"])
        self._took("answer_ms", started)

    async def settled(self, card: Json, contains: str) -> None:
        """Wait for the card to show its end, without buttons."""
        shown = await self.sandbox.wait_message(
            OPS, ts=card["ts"], contains=contains, timeout=PATIENCE
        )
        if any(block["type"] == "actions" for block in shown["blocks"]):
            raise SmokeError("a decided card still has buttons")

    async def signal(self, card: Json, value: str) -> None:
        """An operator decides from outside Slack."""
        approval = card["metadata"]["event_payload"]["approval_id"]
        process = await asyncio.create_subprocess_exec(
            str(temporal_cli.find_or_install()),
            *("workflow", "signal", "--address", self.stack.temporal_address),
            *("--workflow-id", approval, "--name", "fulfill_order_signal", "--input", value),
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await process.wait():
            raise SmokeError("the Temporal command line refused the signal")

    async def _reply(self, contains: str, after: str) -> Json:
        return await self.sandbox.wait_reply(
            OPS, self.thread, after=after, contains=contains, timeout=PATIENCE
        )

    def _took(self, name: str, started: float) -> None:
        self.timings[name] = round((time.perf_counter() - started) * 1000, 1)


async def approve(order: Order) -> None:
    """An order is approved, placed and confirmed."""
    (card,) = await order.ask("order 100 widgets because stock is low")
    started = time.perf_counter()
    await order.press(card, "Approve")
    await order.answered(card, "placed", started)
    await order.settled(card, "Done:")


async def reject(order: Order) -> None:
    """An order is rejected, and the agent says so."""
    (card,) = await order.ask("order 3 laptops")
    started = time.perf_counter()
    await order.press(card, "Reject")
    await order.answered(card, "rejected", started)
    await order.settled(card, "Nothing was done")


async def two_at_once(order: Order) -> None:
    """Two orders of one message are decided apart."""
    first, second = await order.ask("order 20 chairs and 5 desks", cards=2)
    started = time.perf_counter()
    await order.press(second, "Approve")
    await order.settled(second, "Done:")
    await order.press(first, "Reject")
    await order.answered(second, "rejected", started)
    await order.settled(first, "Nothing was done")


async def cli_signal(order: Order) -> None:
    """An operator approves with Temporal's command line."""
    (card,) = await order.ask("order 5 headsets")
    started = time.perf_counter()
    await order.signal(card, "true")
    await order.answered(card, "placed", started)
    await order.settled(card, "an operator")


CASES: Mapping[str, Callable[[Order], Awaitable[None]]] = {
    "approve": approve,
    "reject": reject,
    "two_at_once": two_at_once,
    "cli_signal": cli_signal,
}


async def play() -> bool:
    """Play every case; whether all went well."""
    started = time.perf_counter()
    async with (
        Stack() as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        _print({"case": "start", "ok": True, "ready_ms": _since(started)})
        return all([await _play(name, Order(stack, sandbox)) for name in CASES])


async def _play(name: str, order: Order) -> bool:
    started = time.perf_counter()
    line: Json = {"case": name}
    try:
        await CASES[name](order)
        line |= {"ok": True, **order.timings}
    except (ControlError, SmokeError) as error:
        line |= {"ok": False, **order.timings, "error": str(error)}
    _print({**line, "total_ms": _since(started)})
    return bool(line["ok"])


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _print(line: Json) -> None:
    print(json.dumps(line), flush=True)


def main() -> int:
    """Exit code 0 if every case went well."""
    try:
        return 0 if asyncio.run(play()) else 1
    except DevError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return error.exit_code
