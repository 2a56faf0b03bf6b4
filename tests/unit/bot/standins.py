"""Stand-ins for Temporal's door: they keep what is handed in, or fail as they are told."""

import asyncio
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Identity, Services, build_app
from tests.builders import NOON
from workflows.client import PAGE, Approvals, Conversations, Page
from workflows.contracts import ApprovalStatus, Decision, Message, PendingApproval, Thread

BOT = "U0SIGN"
TEAM = "T0ACME"
IDENTITY = Identity(team=TEAM, bot_id="B0SIGN", bot_user=BOT)


class Talks(Conversations):
    """Threads, as far as listeners go."""

    def __init__(self) -> None:
        self.started: list[tuple[Thread, Message]] = []
        self.followed: list[tuple[Thread, Message]] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()

    async def start(self, thread: Thread, message: Message) -> None:
        await self._pass()
        self.started.append((thread, message))

    async def follow_up(self, thread: Thread, message: Message) -> bool:
        await self._pass()
        self.followed.append((thread, message))
        return True

    async def _pass(self) -> None:
        self.entered.set()
        await self.gate.wait()
        if self.error:
            raise self.error


class Votes(Approvals):
    """Approvals, as far as listeners go."""

    def __init__(self) -> None:
        self.decided: list[tuple[str, bool, Decision]] = []
        self.lost: list[tuple[str, str]] = []
        self.rows: Sequence[PendingApproval] = ()
        self.asked_for: list[str] = []
        self.error: Exception | None = None

    async def decide(self, approval_id: str, approve: bool, decision: Decision) -> None:
        if self.error:
            raise self.error
        self.decided.append((approval_id, approve, decision))

    async def card_lost(self, approval_id: str, card_ts: str) -> None:
        self.lost.append((approval_id, card_ts))

    async def status(self, approval_id: str) -> ApprovalStatus:
        raise NotImplementedError(approval_id)

    async def pending(self, team: str, token: bytes | None = None, size: int = PAGE) -> Page:
        if self.error:
            raise self.error
        self.asked_for.append(team)
        return Page(self.rows, None)


def an_app(client: AsyncWebClient, talks: Talks, votes: Votes, secret: str = "") -> AsyncApp:
    """The real app in front of stand-ins."""
    return build_app(client, secret, IDENTITY, Services(talks, votes, lambda: NOON))


def an_event(**changes: Any) -> dict[str, Any]:
    """Slack's delivery of a direct message to the bot."""
    event = {
        "type": "message",
        "channel": "D0ALICE",
        "channel_type": "im",
        "user": "U0ALICE",
        "text": "order 3 desks",
        "ts": "1.0",
        "team": TEAM,
    }
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A0SIGN",
        "event_id": "Ev1",
        "event_time": 1,
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "event": {**event, **changes},
    }


def a_press(action: str, **changes: Any) -> dict[str, Any]:
    """Slack's delivery of a press of a button, as Bob makes it in a channel."""
    body = {
        "type": "block_actions",
        "user": {"id": "U0BOB", "username": "bob", "name": "bob", "team_id": TEAM},
        "api_app_id": "A0SIGN",
        "token": "legacy",
        "container": {
            "type": "message",
            "message_ts": "2.0",
            "channel_id": "C0OPS",
            "is_ephemeral": False,
            "thread_ts": "1.0",
        },
        "trigger_id": "1.2.abc",
        "team": {"id": TEAM, "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0OPS", "name": "ops"},
        "message": {"type": "message", "user": BOT, "ts": "2.0", "thread_ts": "1.0"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1/x",
        "actions": [
            {
                "action_id": action,
                "block_id": "decide:0",
                "text": {"type": "plain_text", "text": "Approve", "emoji": True},
                "value": "approval-k3f9x2ab7q1m",
                "style": "primary",
                "type": "button",
                "action_ts": "3.000100",
            }
        ],
    }
    return {**body, **changes}


def a_command(text: str = "") -> dict[str, str]:
    """Slack's delivery of `/approvals`."""
    return {
        "command": "/approvals",
        "text": text,
        "team_id": TEAM,
        "user_id": "U0BOB",
        "channel_id": "C0OPS",
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/commands/T0ACME/1/x",
        "api_app_id": "A0SIGN",
    }
