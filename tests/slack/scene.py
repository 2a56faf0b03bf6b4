"""People, a bot and an agent in a workspace: the whole product against the sandbox."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from dev import temporal_cli
from dev.processes import Stack
from sandbox.client import SandboxClient
from workflows.client import Approvals
from workflows.contracts import ApprovalStatus

ALICE, BOB, CAROL, DAVE, BOT = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0SIGN"
OPS, RANDOM, ALICES_DM = "C0OPS", "C0RANDOM", "D0ALICE"
CARD = "Approval needed"
Json = dict[str, Any]


@dataclass
class Talk:
    """One thread and what was said in it."""

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
            self.channel, self.ts, after=self.heard or self.ts, contains=contains, timeout=20
        )
        self.heard = max(self.heard, message["ts"])
        return message

    async def card(self) -> Json:
        return await self.hear(CARD)

    async def press(self, card: Json, label: str, who: str = "") -> Json:
        """Press a button: Bob in a channel, Alice where nobody else can see the card."""
        alone = self.channel.startswith("D")
        return await self.sandbox.click_button(who or (ALICE if alone else BOB), card, label)

    async def redrawn(self, card: Json, contains: str) -> Json:
        """The card once it shows something."""
        return await self.sandbox.wait_message(
            card["channel"], ts=card["ts"], contains=contains, timeout=20
        )

    async def bots_messages(self) -> list[Json]:
        said = await self.sandbox.messages(ALICE, self.channel, self.ts)
        return [message for message in said if message.get("user") == BOT]


@dataclass
class Scene:
    """A running stack and the people in it."""

    stack: Stack
    sandbox: SandboxClient
    temporal: Client

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.temporal)

    async def begin(self, text: str, channel: str = ALICES_DM, who: str = ALICE) -> Talk:
        """Start a thread by saying something."""
        return Talk(self.sandbox, channel, await self.sandbox.say(who, channel, text))

    async def mention(self, text: str, channel: str = OPS, who: str = ALICE) -> Talk:
        return await self.begin(f"<@{BOT}> {text}", channel, who)

    async def status(self, card: Json) -> ApprovalStatus:
        return await self.approvals.status(approval_id(card))

    async def stale_press(
        self, card: Json, action: str, who: str = BOB, value: str | None = None
    ) -> Json:
        """A press that Slack delivers although the page no longer offers it."""
        thread = {"thread_ts": card["thread_ts"]} if "thread_ts" in card else {}
        payload = {
            "type": "block_actions",
            "api_app_id": "A0SIGN",
            "team": {"id": "T0ACME", "domain": "acme"},
            "user": {"id": who, "username": who.lower(), "team_id": "T0ACME"},
            "channel": {"id": card["channel"]},
            "container": {"type": "message", "message_ts": card["ts"], **thread},
            "message": {"ts": card["ts"], **thread},
            "actions": [
                {
                    "type": "button",
                    "action_id": action,
                    "value": approval_id(card) if value is None else value,
                    "action_ts": f"{uuid4().int % 10**10}.000300",
                }
            ],
        }
        return await self.sandbox.deliver(payload, type_="interactive")

    async def slack(self, method: str, **arguments: str) -> None:
        """A call of the Web API with the bot's own token."""
        token = self.stack.env["SLACK_BOT_TOKEN"]
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(f"{self.stack.sandbox_url}/api/{method}", json=arguments) as answer,
        ):
            assert (await answer.json())["ok"]

    async def signal(self, approval: str, *inputs: str) -> int:
        """`temporal workflow signal`, as an operator types it; its exit code."""
        arguments = [part for value in inputs for part in ("--input", value)]
        process = await asyncio.create_subprocess_exec(
            str(temporal_cli.find_or_install()),
            *("workflow", "signal", "--address", self.stack.temporal_address),
            *("--workflow-id", approval, "--name", "fulfill_order_signal", *arguments),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

    async def script(self, mode: str, count: int = 1) -> None:
        """Make the model's next answers fail."""
        url = f"{self.stack.sandbox_url}/v1/_script"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json={"mode": mode, "count": count}) as answer,
        ):
            assert answer.status == 200

    async def conversations(self, talk: Talk) -> int:
        """How many conversations Temporal knows for a thread; 0 or 1."""
        handle = self.temporal.get_workflow_handle(f"conversation-T0ACME-{talk.channel}-{talk.ts}")
        try:
            await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return 0
            raise
        return 1


def approval_id(card: Json) -> str:
    """The id that the card's buttons carry."""
    return str(card["metadata"]["event_payload"]["approval_id"])


def buttons(message: Json) -> Sequence[str]:
    """The labels of a message's buttons."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def words(message: Json) -> str:
    """Everything a message says."""
    return message["text"] + json.dumps(message.get("blocks", []), ensure_ascii=False)
