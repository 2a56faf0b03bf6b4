"""Reading control requests: who acts, where, on what."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.core import Core
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.snapshot import sees
from sandbox.state import Channel, Message


@dataclass(frozen=True, slots=True)
class Ask:
    """One control request."""

    core: Core
    body: Json

    def text(self, name: str) -> str:
        """Return a field as a string, empty if absent."""
        value = self.body.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: float) -> float:
        """Return a field as a number."""
        try:
            return float(self.body.get(name, default))
        except (TypeError, ValueError) as error:
            raise ControlError("invalid_request", f"{name} must be a number.") from error

    def object(self, name: str) -> Json:
        """Return a field as an object, empty if absent."""
        value: Any = self.body.get(name) or {}
        if not isinstance(value, dict):
            raise ControlError("invalid_request", f"{name} must be an object.")
        return value

    def objects(self, name: str) -> list[Json]:
        """Return a field as an array of objects, empty if absent."""
        value: Any = self.body.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise ControlError("invalid_request", f"{name} must be an array of objects.")
        return value

    def names(self, name: str) -> list[str]:
        """Return a field as a list of words, empty if absent."""
        value: Any = self.body.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ControlError("invalid_request", f"{name} must be an array of strings.")
        return value

    def flag(self, name: str) -> bool | None:
        """Return a field as true or false, None if absent."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, bool):
            raise ControlError("invalid_request", f"{name} must be true or false.")
        return value

    def person(self) -> str:
        """Return who acts.

        Raises:
            ControlError: nobody, the bot, a stranger, or somebody who is deactivated.
        """
        person = self.core.state.people.get(self.text("as"))
        if person is None or person.is_bot:
            raise ControlError("unknown_person", "Say with `as` which person acts.")
        if person.deleted:
            raise ControlError("user_disabled", f"{person.real_name}'s account is deactivated.")
        return person.id

    def channel(self) -> Channel:
        """Return the channel, which the acting person must be in."""
        channel = self.core.state.channels.get(self.text("channel"))
        if channel is None or not sees(self.core, self.person(), channel.id):
            raise ControlError("not_in_channel", "This person is not in that channel.")
        return channel

    def message(self) -> Message:
        """Return the message that `channel` and `ts` name."""
        message = self.core.state.message(self.channel().id, self.text("ts"))
        if message is None:
            raise ControlError("message_not_found", "There is no such message.")
        return message


async def read_ask(core: Core, request: web.Request) -> Ask:
    """Return what a control request asks: its query and its JSON body."""
    body: Json = dict(request.query)
    if request.can_read_body:
        try:
            sent = json.loads(await request.text())
        except ValueError as error:
            raise ControlError("invalid_request", "The body must be JSON.") from error
        if not isinstance(sent, dict):
            raise ControlError("invalid_request", "The body must be a JSON object.")
        body |= sent
    return Ask(core, body)
