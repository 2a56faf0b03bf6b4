"""The workspace as data: people, conversations and what was said in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sandbox.json_types import Json

BOT_USER = "U0SIGN"
BOT_ID = "B0SIGN"
APP_ID = "A0SIGN"
TEAM_ID = "T0ACME"
TEAM_NAME = "Acme"
TEAM_DOMAIN = "acme"
OTHER_TEAM_ID = "T0OTHER"
SLACKBOT = "USLACKBOT"

ChannelKind = Literal["channel", "private", "im", "mpim"]


@dataclass(slots=True)
class Person:
    """A member of the workspace; the bot is one too."""

    id: str
    name: str
    real_name: str
    title: str = ""
    color: str = "616061"
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False
    presence: str = "active"
    team: str = TEAM_ID
    is_single_channel_guest: bool = False
    tz: str = "Europe/Berlin"
    tz_label: str = "Central European Time"
    tz_offset: int = 3600

    @property
    def is_external(self) -> bool:
        """Whether they are here through Slack Connect only."""
        return self.team != TEAM_ID


@dataclass(slots=True)
class Group:
    """A user group, mentioned as `@handle`."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass(slots=True)
class Channel:
    """A public or private channel, a direct message with the bot, or one of several people."""

    id: str
    kind: ChannelKind
    name: str
    members: list[str]
    topic: str = ""
    archived: bool = False
    created: int = 1_700_000_000
    shared_with: list[str] = field(default_factory=list[str])
    """Ids of the other workspaces that are in it through Slack Connect."""


@dataclass(slots=True)
class Message:
    """One message: Slack's object, and what only the sandbox knows about it."""

    channel: str
    body: Json
    ephemeral_to: str | None = None
    streaming: bool = False
    deleted: bool = False
    n: int = 0
    shown: bool = False
    """Whether a page has shown it; kept of private answers only, which are shown once."""

    @property
    def ts(self) -> str:
        """The message's identity within its channel."""
        return str(self.body["ts"])

    @property
    def author(self) -> str:
        """The user id it appears under."""
        return str(self.body.get("user", ""))

    @property
    def thread(self) -> str | None:
        """The root's `ts` if this is a reply."""
        root = self.body.get("thread_ts")
        return str(root) if root and root != self.ts else None

    @property
    def is_top_level(self) -> bool:
        """Whether the channel itself shows it, and not only a thread."""
        return self.thread is None or self.body.get("subtype") == "thread_broadcast"


@dataclass(slots=True)
class Status:
    """What the app says it is doing in a thread."""

    text: str = ""
    loading_messages: list[str] = field(default_factory=list[str])
    session: str = ""

    @property
    def shown(self) -> str:
        """The words under the thread; an agent session that works has words of its own."""
        return self.text or ("is working…" if self.session == "processing" else "")


@dataclass(slots=True)
class Workspace:
    """Everything that survives a restart, and a little that does not (see `store`)."""

    people: dict[str, Person]
    groups: dict[str, Group]
    channels: dict[str, Channel]
    messages: dict[str, dict[str, Message]] = field(default_factory=dict[str, dict[str, Message]])
    reads: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    thread_reads: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    homes: dict[str, Json] = field(default_factory=dict[str, Json])
    prompts: dict[str, Json] = field(default_factory=dict[str, Json])
    last_ts: int = 0
    ephemerals: list[Message] = field(default_factory=list[Message])
    views: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    statuses: dict[tuple[str, str], Status] = field(default_factory=dict[tuple[str, str], Status])

    def next_ts(self, now: float) -> str:
        """Return a `ts` that no other message has and that sorts after all of them."""
        self.last_ts = max(int(now * 1_000_000), self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def history(self, channel: str) -> Iterator[Message]:
        """Messages of a channel and all its threads, oldest first."""
        return iter(self.messages.get(channel, {}).values())

    def thread(self, channel: str, root: str) -> list[Message]:
        """A root and its replies, oldest first."""
        return [m for m in self.history(channel) if root in (m.ts, m.thread)]

    def message(self, channel: str, ts: str) -> Message | None:
        """The message with this `ts`, if it was not deleted."""
        found = self.messages.get(channel, {}).get(ts)
        return None if found is None or found.deleted else found

    def ephemeral(self, user: str, channel: str, ts: str) -> Message | None:
        """The message with this `ts` that only `user` sees."""
        for message in self.ephemerals:
            if (message.ephemeral_to, message.channel, message.ts) == (user, channel, ts):
                return message
        return None

    def private(self, user: str) -> list[Message]:
        """The messages that only `user` sees, oldest first."""
        return [message for message in self.ephemerals if message.ephemeral_to == user]

    def direct(self, user: str) -> Channel | None:
        """The direct message between `user` and the bot."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return None

    def is_stranger(self, person: Person) -> bool:
        """Whether somebody of another workspace is in no channel that the bot is in.

        Slack's flag does not cover the others: who is external shows in `team_id` alone.
        """
        shared = (
            channel
            for channel in self.channels.values()
            if BOT_USER in channel.members and person.id in channel.members
        )
        return person.is_external and next(shared, None) is None

    def channel_named(self, name: str) -> Channel | None:
        """The channel called `name` or `#name`."""
        wanted = name.removeprefix("#")
        for channel in self.channels.values():
            if channel.kind != "im" and channel.name == wanted:
                return channel
        return None

    def team_of(self, user: str) -> str:
        """The workspace that a person belongs to."""
        person = self.people.get(user)
        return person.team if person else TEAM_ID

    def handle(self, user: str) -> str:
        """The short name of a person, or the id itself for a stranger."""
        person = self.people.get(user)
        return person.name if person else user
