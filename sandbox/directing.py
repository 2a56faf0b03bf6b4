"""The control API for programs: what goes wrong, who is who, and how the app is reached."""

from collections.abc import Sequence
from typing import Any

from sandbox.control_link import ControlLink
from sandbox.json_types import Json


class Directing(ControlLink):
    """Breaks things, forges deliveries, and does what a workspace's administrator does."""

    async def set_person(self, user: str, **how: Any) -> Json:
        """Change somebody, or add them; returns them as `users.info` has them.

        `how`: deleted, guest, single_channel_guest, external, name, real_name, title, tz.
        """
        return (await self.send("people", user=user, **how))["user"]

    async def set_group(self, group: str, users: Sequence[str] | None, **how: Any) -> None:
        """Set who is in a user group, making it if need be; None takes it away.

        `how`: handle, name.
        """
        if users is None:
            await self.send("groups", group=group, gone=True)
        else:
            await self.send("groups", group=group, users=list(users), **how)

    async def set_member(self, channel: str, user: str, present: bool) -> None:
        """Bring somebody, or the bot, into a channel or take them out."""
        await self.send("members", channel=channel, user=user, present=present)

    async def set_channel(self, channel: str, **how: bool) -> Json:
        """Archive a channel or share it with another company; `how`: archived, shared."""
        return (await self.send("channels", channel=channel, **how))["channel"]

    async def fail(self, method: str, kind: str, *, count: int = 1, **how: Any) -> None:
        """Make a method or delivery fail; `how`: retry_after, error, seconds, when, channel."""
        await self.send("faults", method=method, kind=kind, count=count, **how)

    async def clear_faults(self) -> None:
        """Let everything work again."""
        await self.send("faults/clear")

    async def disturb_socket(self, action: str, **how: Any) -> None:
        """Do `drop`, `disconnect`, `refuse_next` or `silence` to the app's websockets."""
        await self.send("socket", action=action, **how)

    async def deliver_to(self, events_url: str | None) -> Json:
        """Deliver by signed HTTP to a URL, or by Socket Mode if there is none."""
        return (await self.send("delivery", events_url=events_url))["app"]

    async def deliver(self, payload: Json, type_: str = "events_api", **how: Any) -> Json:
        """Deliver a hand-made payload; `how`: signature, timestamp_offset, raw_body."""
        return await self.send("deliver", payload=payload, type=type_, **how)

    async def inspect(self, since: int = 0) -> list[Json]:
        """Return the traffic after entry `since`."""
        return (await self.get("inspector", since=since))["entries"]

    async def reset(self) -> None:
        """Start the story anew."""
        await self.send("reset")
