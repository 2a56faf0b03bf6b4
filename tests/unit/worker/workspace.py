"""A Slack with people, groups, channels and messages, as far as the worker asks about them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.web_client import build_client
from tests.support.fake_slack import TOKEN, Json

TEAM = "T0ACME"
BOT, BOT_ID = "U0BOT", "B0BOT"
SUBJECTS = ("usergroup", "channel", "users", "user")
"""What a call is about, by the first of these that it brings."""


class SlackRefusalError(Exception):
    """The code that Slack answers instead."""


@dataclass
class Workspace:
    """What Slack has, and what it was asked."""

    people: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    channels: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, Json] = field(default_factory=dict)
    """What is particular about a channel."""
    messages: list[Json] = field(default_factory=list)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    refusals: dict[tuple[str, str], str] = field(default_factory=dict)
    """Codes by method and subject; a subject of `*` stands for any."""
    refusals_once: list[tuple[str, str]] = field(default_factory=list)
    patience: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many calls of a method about a subject are still taken before it is refused."""
    page: int = 1000

    def refuses(self, method: str, code: str, subject: str = "*") -> None:
        self.refusals[method, subject] = code

    def refuses_once(self, method: str, code: str) -> None:
        """The next call, and the one after it if this is said twice."""
        self.refusals_once.append((method, code))

    def refuses_after(self, method: str, code: str, subject: str, taken: int) -> None:
        """Take some calls about a subject, and refuse all that come after them."""
        self.patience[method, subject] = taken
        self.refuses(method, code, subject)

    def takes_again(self, method: str, subject: str = "*") -> None:
        del self.refusals[method, subject]

    def given(self, method: str) -> list[Json]:
        """What each call of a method brought."""
        return [given for name, given in self.asked if name == method]

    @property
    def methods(self) -> list[str]:
        return [name for name, _ in self.asked]

    def seen_in(self, channel: str) -> list[Json]:
        """What is there to read in a conversation."""
        return [message for message in self.messages if message["channel"] == channel]

    def delete(self, ts: str) -> None:
        self.messages = [message for message in self.messages if message["ts"] != ts]

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given: Json = {**request.query, **await request.post()}
        if request.content_type == "application/json":
            given |= await request.json()
        self.asked.append((method, given))
        subject = next((str(given[name]) for name in SUBJECTS if name in given), "")
        code = self._refusal(method, subject)
        if not code and self.refusals_once and self.refusals_once[0][0] == method:
            _, code = self.refusals_once.pop(0)
        if code == "ratelimited":
            headers = {"Retry-After": "7"}
            return web.json_response({"ok": False, "error": code}, status=429, headers=headers)
        try:
            reply = self._reply(method, given) if not code else {"ok": False, "error": code}
        except SlackRefusalError as refusal:
            reply = {"ok": False, "error": str(refusal)}
        return web.json_response({"ok": True, **reply})

    def _refusal(self, method: str, subject: str) -> str | None:
        left = self.patience.get((method, subject), 0)
        if left:
            self.patience[method, subject] = left - 1
            return None
        return self.refusals.get((method, subject)) or self.refusals.get((method, "*"))

    def _reply(self, method: str, given: Json) -> Json:
        replies: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: {
                "team_id": TEAM,
                "enterprise_id": "E0ORG",
                "user_id": BOT,
                "bot_id": BOT_ID,
            },
            "chat.getPermalink": _link,
            "chat.postMessage": self._posted,
            "chat.update": self._updated,
            "conversations.history": self._recent,
            "conversations.info": lambda it: {"channel": self.places.get(it["channel"], {})},
            "conversations.members": self._members,
            "conversations.open": lambda it: {"channel": {"id": f"D{it['users'][1:]}"}},
            "conversations.replies": self._recent,
            "usergroups.list": self._groups,
            "usergroups.users.list": lambda it: {
                "users": _known(self.groups, it["usergroup"], "no_such_subteam")
            },
            "users.conversations": self._channels_of,
            "users.info": lambda it: {"user": _known(self.people, it["user"], "user_not_found")},
        }
        return replies[method](given) if method in replies else {}

    def _recent(self, given: Json) -> Json:
        """A thread, or a channel without its threads."""
        found = self.seen_in(given["channel"])
        return {"messages": [it for it in found if it.get("thread_ts") == given.get("ts")]}

    def _groups(self, _: Json) -> Json:
        return {"usergroups": [{"id": id_, "users": who} for id_, who in self.groups.items()]}

    def _members(self, given: Json) -> Json:
        who = _known(self.channels, given["channel"], "channel_not_found")
        return self._paged("members", who, given)

    def _channels_of(self, given: Json) -> Json:
        mine = [id_ for id_, users in self.channels.items() if given["user"] in users]
        return self._paged("channels", [{"id": id_} for id_ in mine], given)

    def _paged(self, name: str, entries: list[Any], given: Json) -> Json:
        start = int(given.get("cursor") or 0)
        end = start + self.page
        cursor = str(end) if end < len(entries) else ""
        return {name: entries[start:end], "response_metadata": {"next_cursor": cursor}}

    def _posted(self, given: Json) -> Json:
        ts = f"{1_000 + len(self.asked)}.000100"
        self.messages.append({**given, "ts": ts, "user": BOT, "bot_id": BOT_ID})
        return {"ts": ts, "channel": given["channel"]}

    def _updated(self, given: Json) -> Json:
        for message in self.seen_in(given["channel"]):
            if message["ts"] == given["ts"]:
                message.update(given)
                return {"ts": given["ts"]}
        raise SlackRefusalError("message_not_found")


def _link(given: Json) -> Json:
    return {"permalink": f"https://acme.test/{given['channel']}/{given['message_ts']}"}


def _known(things: dict[str, Any], id_: str, code: str) -> Any:
    if id_ not in things:
        raise SlackRefusalError(code)
    return things[id_]


@asynccontextmanager
async def a_workspace() -> AsyncGenerator[tuple[Workspace, AsyncWebClient]]:
    """A workspace and the bot's own client for it."""
    workspace = Workspace(
        people={user: {"id": user, "team_id": TEAM} for user in ("U0ALICE", "U0BOB", "U0CAROL")},
        groups={"S0FINANCE": ["U0BOB", "U0CAROL"]},
        channels={"C0OPS": ["U0ALICE", "U0BOB", BOT], "C0FINANCE": ["U0BOB", "U0CAROL", BOT]},
    )
    app = web.Application()
    app.router.add_route("*", "/api/{method}", workspace.answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield workspace, build_client(TOKEN, str(server.make_url("/api/")), session)
