"""One thread of people and the bot: what they say, press and fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.client import SandboxClient
from tests.slack.reading import Json, full_text

ALICE, BOB, CAROL, DAVE, ERIN, BOT = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0ERIN", "U0SIGN"
OPS, GENERAL, FINANCE, DEPLOYS, RANDOM, SHARED, TRIO = (
    "C0OPS",
    "C0GENERAL",
    "C0FINANCE",
    "C0DEPLOYS",
    "C0RANDOM",
    "C0SHARED",
    "G0TRIO",
)
ALICES_DM, BOBS_DM, CAROLS_DM = "D0ALICE", "D0BOB", "D0CAROL"
CARD, LINE, VOTED = "Approval needed", "Waiting for", "1 of 2: "
REASON = "reason"
"""Where a reason is written in any dialog."""
PATIENCE = 20


@dataclass
class SlackThread:
    """Alice asks, and Bob decides if nobody else is named.

    In a direct message the card goes to finance's direct messages; the line stays with Alice.
    """

    sandbox: SandboxClient
    channel: str
    ts: str
    heard: str = field(default="")
    """`ts` of the last message of the bot that a test has looked at."""

    async def say(self, text: str, who: str = ALICE) -> None:
        await self.sandbox.say(who, self.channel, text, thread_ts=self.ts)

    async def hear(self, contains: str = "") -> Json:
        """The next message of the bot, or the next that contains something."""
        message = await self.sandbox.wait_reply(
            self.channel, self.ts, after=self.heard or self.ts, contains=contains, timeout=PATIENCE
        )
        self.heard = max(self.heard, message["ts"])
        return message

    async def card(self) -> Json:
        """The next card, as Bob sees it."""
        if not self.channel.startswith("D"):
            return await self.hear(CARD)
        line = await self.line()
        return await self.copy_for(BOBS_DM, line["metadata"]["event_payload"]["key"].split("/")[0])

    async def line(self) -> Json:
        """The next line about a card that is elsewhere."""
        return await self.hear(LINE)

    async def copy_for(self, direct_messages: str, id_: str) -> Json:
        """What is about one approval in somebody's direct messages; its buttons carry the id."""
        after = "0"
        while True:
            message = await self.sandbox.wait_message(
                direct_messages, from_=BOT, after=after, timeout=PATIENCE
            )
            if id_ in full_text(message):
                return message
            after = message["ts"]

    async def press(self, card: Json, label: str, who: str = BOB) -> Json:
        return await self.sandbox.click_button(who, card, label)

    async def choose(self, card: Json, option: str, who: str = BOB) -> Json:
        """Choose from the card's menu."""
        return await self.sandbox.choose(who, card, option)

    async def dialog(self, who: str = BOB) -> Json:
        return await self.sandbox.wait_view(who, timeout=PATIENCE)

    async def fill_in(self, answers: Mapping[str, Any] | None = None, who: str = BOB) -> Json:
        """Fill in the dialog that is open and submit it; what came of that."""
        return await self.sandbox.submit(who, await self.dialog(who), answers)

    async def reject(self, card: Json, reason: str = "", who: str = BOB) -> None:
        report = await self.press(card, "Reject…", who)
        assert report["delivered"]
        answers = {REASON: reason} if reason else None
        assert (await self.fill_in(answers, who))["delivered"]

    async def drop(self, card: Json) -> None:
        """Have a card decided that a test is done with."""
        await self.reject(card)
        await self.redrawn(card, "Not done")

    async def redrawn(self, message: Json, contains: str) -> Json:
        """The message once it says something."""
        return await self.sandbox.wait_message(
            message["channel"], ts=message["ts"], contains=contains, timeout=PATIENCE
        )

    async def told(self, who: str, contains: str = "") -> Json:
        """What only one person sees in this thread."""
        return await self.sandbox.wait_ephemeral(
            who, thread_ts=self.ts, contains=contains, timeout=PATIENCE
        )

    async def bots_messages(self) -> list[Json]:
        said = await self.sandbox.messages(ALICE, self.channel, self.ts)
        return [message for message in said if message.get("user") == BOT]
