"""The sandbox in this process, as the worker's Slack: keeps what it is asked, refuses as told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.web_client import build_client
from dev.paths import ROOT
from sandbox.core import Core, build_core
from sandbox.seed import direct_channel
from sandbox.state import BOT_USER as BOT
from sandbox.state import TEAM_ID as TEAM
from sandbox.state import Group, Message, Person
from sandbox.web_api.dispatch import answer_api
from tests.support.fake_slack import Json
from tests.unit.sandbox.slack_app import BOT_TOKEN, a_config

__all__ = ["BOT", "TEAM", "Json", "Workspace", "a_workspace"]

SUBJECTS = ("usergroup", "channel", "users", "user")
"""What a call is about, by the first of these that it brings."""


@dataclass
class Workspace:
    """A sandbox, what it was asked, and what it is to answer instead."""

    core: Core
    groups: dict[str, list[str]]
    said: dict[str, Json] = field(default_factory=dict[str, Json])
    """What Slack says of people and channels that the sandbox has not got like that."""
    answers: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    """Answers by method, instead of the sandbox's; the last one for ever."""
    messages: list[Json] = field(default_factory=list[Json])
    """The bot's messages, each as it is now."""
    asked: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    refusals: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Codes by method and subject; a subject of `*` stands for any."""
    refusals_once: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    taken_before: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """How many calls of a method about a subject are still taken before it is refused."""

    def refuses(self, method: str, code: str, subject: str = "*", after: int = 0) -> None:
        """Refuse all calls about a subject, or all that come after so many."""
        self.refusals[method, subject] = code
        self.taken_before[method, subject] = after

    def refuses_once(self, method: str, code: str) -> None:
        """The next call, and the one after it if this is said twice."""
        self.refusals_once.append((method, code))

    def takes_again(self, method: str, subject: str = "*") -> None:
        del self.refusals[method, subject]

    def says(self, id_: str, **fields: Any) -> None:
        """All that Slack says of a person or a channel."""
        self.said[id_] = {"id": id_, "team_id": TEAM, **fields}

    def given(self, method: str) -> list[Json]:
        """What each call of a method brought."""
        return [given for name, given in self.asked if name == method]

    @property
    def methods(self) -> list[str]:
        return [name for name, _ in self.asked]

    def seen_in(self, channel: str) -> list[Json]:
        """What the bot said in a conversation."""
        return [message for message in self.messages if message["channel"] == channel]

    def put(self, channel: str, ts: str, **body: Any) -> None:
        """Put a message there, or into the place of the one that is."""
        self.core.state.messages[channel][ts] = Message(channel, {"ts": ts, "text": "", **body})

    def delete(self, ts: str) -> None:
        for there in self.core.state.messages.values():
            there.pop(ts, None)
        self._look()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given: Json = {**request.query, **await request.post()}
        if request.content_type == "application/json":
            given |= await request.json()
        self.asked.append((method, given))
        if code := self._refusal(method, given):
            headers = {"Retry-After": "7"} if code == "ratelimited" else {}
            status = 429 if code == "ratelimited" else 200
            return web.json_response({"ok": False, "error": code}, status=status, headers=headers)
        if answers := self.answers.get(method):
            return web.json_response(answers.pop(0) if len(answers) > 1 else answers[0])
        if method.endswith(".info") and (told := self.said.get(self._subject(given))):
            return web.json_response({"ok": True, "user": told, "channel": told})
        self._prepare(method, given)
        response = await answer_api(self.core, request)
        self._look()
        return response

    def _subject(self, given: Json) -> str:
        return next((str(given[name]) for name in SUBJECTS if name in given), "")

    def _refusal(self, method: str, given: Json) -> str | None:
        subject = self._subject(given)
        if left := self.taken_before.get((method, subject)):
            self.taken_before[method, subject] = left - 1
            return None
        code = self.refusals.get((method, subject)) or self.refusals.get((method, "*"))
        if not code and self.refusals_once and self.refusals_once[0][0] == method:
            return self.refusals_once.pop(0)[1]
        return code

    def _prepare(self, method: str, given: Json) -> None:
        """Whom a test names is there, and so is what its threads begin with."""
        state = self.core.state
        state.groups = {id_: Group(id_, id_, id_, users) for id_, users in self.groups.items()}
        if method == "conversations.open" and (user := given["users"]) not in state.people:
            state.people[user] = Person(user, user.lower(), user)
            state.channels[f"D{user[1:]}"] = direct_channel(user)
            state.messages[f"D{user[1:]}"] = {}
        root = given.get("thread_ts") or given.get("message_ts")
        root = root or (given.get("ts") if method == "conversations.replies" else None)
        if root and root not in state.messages[given["channel"]]:
            self.put(given["channel"], root, user="U0ALICE", team=TEAM)

    def _look(self) -> None:
        """See what the bot's messages say now; one that is gone is left out."""
        there = [it for every in self.core.state.messages.values() for it in every.values()]
        known = {(it["channel"], it["ts"]): it for it in self.messages}
        self.messages = []
        for message in sorted((it for it in there if it.author == BOT), key=lambda it: it.ts):
            shown = known.get((message.channel, message.ts), {})
            shown.clear()
            shown |= {"blocks": [], **message.body, "channel": message.channel}
            self.messages.append(shown)


@asynccontextmanager
async def a_workspace() -> AsyncGenerator[tuple[Workspace, AsyncWebClient]]:
    """A workspace and the bot's own client for it."""
    core = build_core(a_config(manifest=ROOT / "slack_app_manifest.yml"))
    workspace = Workspace(core, {"S0FINANCE": ["U0BOB", "U0CAROL"]})
    app = web.Application()
    app.router.add_route("*", "/api/{method}", workspace.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield workspace, build_client(BOT_TOKEN, str(server.make_url("/api/")), session)
