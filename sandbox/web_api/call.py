"""One Web API call: its arguments, and what a method may ask about them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.state import BOT_USER, Channel, Message

SCOPES = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
HISTORY_SCOPES = {kind: f"{name}:history" for kind, name in SCOPES.items()}
READ_SCOPES = {kind: f"{name}:read" for kind, name in SCOPES.items()}


@dataclass(frozen=True, slots=True)
class Call:
    """A request to one method, already authenticated."""

    core: Core
    args: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as a string."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """Return an argument that Slack insists on.

        Raises:
            SlackError: `invalid_arguments`, naming it.
        """
        value = self.text(name)
        if not value:
            raise invalid(f"missing required field: {name}")
        return value

    def number(self, name: str, default: int) -> int:
        """Return an argument as a whole number."""
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError) as error:
            raise invalid("must be an integer", f"/{name}") from error

    def flag(self, name: str) -> bool:
        """Return an argument as true or false."""
        return str(self.args.get(name, "")).lower() in ("true", "1")

    def names(self, name: str) -> list[str]:
        """Return a list of words, sent as an array or with commas."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(item) for item in cast("list[Any]", value)]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return an argument that may have been sent as a JSON string.

        Raises:
            SlackError: it is a string but no JSON.
        """
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as broken:
            raise SlackError(error) from broken

    def items(self, name: str) -> list[Any]:
        """Return an array, empty if absent.

        Raises:
            SlackError: it is something else.
        """
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid("must provide an array", f"/{name}")
        return cast("list[Any]", value)

    def objects(self, name: str) -> list[Json]:
        """Return an array of objects, empty if absent.

        Raises:
            SlackError: it is something else.
        """
        items = self.items(name)
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                raise invalid("must provide an object", f"/{name}/{index}")
        return items

    def require_scope(self, scope: str) -> None:
        """Refuse the call if the manifest lacks a scope."""
        granted = self.core.manifest.scopes
        if self.core.strict and scope not in granted:
            raise SlackError("missing_scope", needed=scope, provided=",".join(granted))

    def channel(self, name: str = "channel") -> Channel:
        """Return the conversation that an argument names, if the bot may know of it.

        Raises:
            SlackError: `channel_not_found`.
        """
        wanted = self.text(name)
        state = self.core.state
        found = state.channels.get(wanted) or state.channel_named(wanted)
        if found is None:
            raise SlackError("channel_not_found")
        if self.core.strict and found.kind != "channel" and BOT_USER not in found.members:
            raise SlackError("channel_not_found")
        return found

    def joined(self, name: str = "channel") -> Channel:
        """Return a conversation that the bot is in.

        Raises:
            SlackError: `channel_not_found` or `not_in_channel`.
        """
        channel = self.channel(name)
        if self.core.strict and BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """Return the message that an argument names.

        Raises:
            SlackError: `message_not_found`.
        """
        found = self.core.state.message(channel.id, self.text(name))
        if found is None:
            raise SlackError("message_not_found")
        return found


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method and the scope that it always needs."""

    run: Callable[[Call], Json]
    scope: str | None = None


Methods = Mapping[str, Method]


def invalid(what: str, pointer: str = "") -> SlackError:
    """Return Slack's refusal of an argument."""
    message = f"[ERROR] {what} [json-pointer:{pointer}]"
    return SlackError("invalid_arguments", response_metadata={"messages": [message]})
