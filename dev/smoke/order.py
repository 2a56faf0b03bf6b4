"""One order in #ops: what people say and press, what they see of it, and how long that took."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dev.smoke.errors import SmokeError
from dev.smoke.product import Product
from sandbox.errors import ControlError
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

ALICE, BOB, CAROL, OPS = "U0ALICE", "U0BOB", "U0CAROL", "C0OPS"
BOT = "U0SIGN"
PATIENCE = 30
DIALOG_PATIENCE = 5
"""Seconds; it opens while the press is answered, or not at all."""
WITHDRAW = "Withdraw"
AFTERWARDS = {"approval_details", "approval_ask_again"}
"""What a decided card may keep."""
Json = dict[str, Any]


@dataclass
class Order:
    """One thread. Alice asks; Bob and Carol are finance."""

    product: Product
    thread: str = ""
    timings: dict[str, float] = field(default_factory=dict[str, float])

    async def ask(self, text: str) -> Json:
        """Alice asks; the card that comes."""
        return (await self.ask_for(text, 1))[0]

    async def ask_for(self, text: str, cards: int) -> Sequence[Json]:
        """Alice asks; the cards that come."""
        started = time.perf_counter()
        self.thread = await self.product.sandbox.say(ALICE, OPS, f"<@{BOT}> {text}")
        found: list[Json] = []
        for _ in range(cards):
            found.append(await self.card(found[-1] if found else None))
        self.took("card_ms", started)
        return found

    async def ask_freely(self, text: str, contains: str) -> None:
        """Alice asks what nobody has to approve; no card comes before the answer."""
        self.thread = await self.product.sandbox.say(ALICE, OPS, f"<@{BOT}> {text}")
        started = time.perf_counter()
        answer = await self._reply("", self.thread)
        self.took("answer_ms", started)
        expect(f"whether the answer has {contains!r}", contains in answer["text"], wanted=True)

    async def card(self, after: Json | None = None) -> Json:
        """The next card."""
        return await self._reply("Approval needed", after["ts"] if after else self.thread)

    async def say(self, text: str) -> None:
        """Alice says something more in the thread."""
        await self.product.sandbox.say(ALICE, OPS, text, thread_ts=self.thread)

    async def command(self, command: str, who: str = BOB) -> None:
        """Run a slash command."""
        self._taken(command, await self.product.sandbox.command(who, OPS, command))

    async def press(self, message: Json, label: str, who: str = BOB) -> None:
        """Press a button."""
        self._taken(label, await self.product.sandbox.click_button(who, message, label))

    async def choose(self, card: Json, option: str, who: str = BOB) -> None:
        """Choose from the card's menu."""
        self._taken(option, await self.product.sandbox.choose(who, card, option))

    async def fill_in(self, answers: Mapping[str, Any], who: str = BOB) -> None:
        """Fill in the dialog that is open, and submit it."""
        view = await self._dialog(who)
        report = await self.product.sandbox.submit(who, view, answers)
        self._taken(view["title"]["text"], report)
        if errors := report.get("errors"):
            raise SmokeError(f"the dialog was not taken: {errors}")

    async def reject(self, card: Json, reason: str) -> None:
        """Bob rejects, and says why."""
        await self.press(card, "Reject…")
        await self.fill_in({"In your own words": reason})

    async def withdraw(self, card: Json) -> None:
        """Alice takes a request back, so that no later case comes upon it."""
        await self.choose(card, WITHDRAW, ALICE)
        await self.settled(card, "No longer needed")

    async def answered(self, after: Json, contains: str, started: float) -> Json:
        """The bot's answer, once it comes."""
        answer = await self._reply(contains, after["ts"])
        self.took("answer_ms", started)
        return answer

    async def shows(self, message: Json, contains: str) -> Json:
        """The message, once it says something."""
        return await self.product.sandbox.wait_message(
            message["channel"], ts=message["ts"], contains=contains, timeout=PATIENCE
        )

    async def settled(self, card: Json, contains: str) -> None:
        """Wait for the card to show its end, with no button that decides."""
        shown = await self.shows(card, contains)
        left = {
            element["action_id"]
            for block in shown["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
        }
        if left - AFTERWARDS:
            raise SmokeError("a decided card still has buttons")

    async def told(self, who: str, contains: str) -> Json:
        """What only one person sees."""
        return await self.product.sandbox.wait_ephemeral(who, contains=contains, timeout=PATIENCE)

    async def status(self, card: Json) -> ApprovalStatus:
        """How the approval stands, as the workflow has it."""
        return await self.product.approvals.status(approval_id(card))

    async def undecided(self, card: Json) -> None:
        """Make sure that nothing was changed: no vote counted, and the card as it was."""
        status = await self.status(card)
        seen = await self.shows(card, "Approval needed")
        if status.outcome is not Outcome.PENDING or status.votes or seen != card:
            raise SmokeError("a press that does not count has changed something")

    async def _dialog(self, who: str) -> Json:
        """The dialog that is open; without one, what the person was told instead."""
        sandbox = self.product.sandbox
        try:
            return await sandbox.wait_view(who, timeout=DIALOG_PATIENCE)
        except ControlError as error:
            told = [message["text"] for message in await sandbox.ephemerals(who, OPS)]
            raise SmokeError(f"no dialog opened; {who} was told {told[-1:]}") from error

    def _taken(self, what: str, report: Json) -> None:
        if not report["delivered"]:
            raise SmokeError(f"{what} was not delivered: {report.get('error')}")
        self.timings["ack_ms"] = report["ack_ms"]

    async def _reply(self, contains: str, after: str) -> Json:
        return await self.product.sandbox.wait_reply(
            OPS, self.thread, after=after, contains=contains, timeout=PATIENCE
        )

    def took(self, name: str, started: float) -> None:
        """Note how long something took."""
        self.timings[name] = round((time.perf_counter() - started) * 1000, 1)


def approval_id(card: Json) -> str:
    """The id that the card carries."""
    return str(card["metadata"]["event_payload"]["approval_id"])


def expect(what: str, found: object, wanted: object) -> None:
    """Make sure that something is as it should be.

    Raises:
        SmokeError: it is not.
    """
    if found != wanted:
        raise SmokeError(f"{what}: {found!r} instead of {wanted!r}")
