"""The control API for programs: seeing what a person sees, and waiting for it."""

from typing import Any

from sandbox.control_link import ControlLink
from sandbox.errors import ControlError
from sandbox.json_types import Json

BOT = "U0SIGN"


class Watching(ControlLink):
    """Looks as the people of a sandbox; waits instead of sleeping."""

    async def state(self, user: str) -> Json:
        """Return everything `user` sees."""
        return await self.get("state", **{"as": user})

    async def view_for(self, user: str) -> Json:
        """Return the modal that `user` has in front of them now."""
        views: list[Json] = (await self.state(user))["views"]
        if not views:
            raise ControlError("view_not_found", f"{user} has no modal open.")
        return views[-1]

    async def messages(self, user: str, channel: str, thread_ts: str | None = None) -> list[Json]:
        """Return a channel's or a thread's messages for `user`, oldest first."""
        answer = await self.get("messages", channel=channel, thread_ts=thread_ts, **{"as": user})
        return answer["messages"]

    async def ephemerals(self, user: str, channel: str) -> list[Json]:
        """Return what only `user` sees in a channel, threads included, oldest first."""
        seen = await self.state(user)
        threads = [
            message
            for key, thread in seen["threads"].items()
            if key.startswith(f"{channel}:")
            for message in thread
        ]
        known = {message["ts"]: message for message in [*seen["messages"][channel], *threads]}
        return [known[ts] for ts in sorted(known) if known[ts]["ephemeral"]]

    async def wait_message(self, channel: str, **wanted: Any) -> Json:
        """Wait for a message; `wanted`: thread_ts, from_, after, contains, timeout."""
        return (await self._wait("message", channel=channel, **wanted))["message"]

    async def wait_reply(self, channel: str, thread_ts: str, **wanted: Any) -> Json:
        """Wait for a message of the bot in a thread."""
        return await self.wait_message(channel, thread_ts=thread_ts, from_=BOT, **wanted)

    async def wait_update(self, message: Json, **wanted: Any) -> Json:
        """Wait until a message differs from the version given."""
        found = await self._wait(
            "update",
            channel=message["channel"],
            ts=message["ts"],
            after_n=message["client_n"],
            **wanted,
        )
        return found["message"]

    async def wait_ephemeral(self, user: str, **wanted: Any) -> Json:
        """Wait for a message that only `user` sees."""
        return (await self._wait("ephemeral", **{"as": user}, **wanted))["message"]

    async def wait_view(self, user: str, **wanted: Any) -> Json:
        """Wait for an open modal; `wanted`: callback_id, after_hash, timeout."""
        return (await self._wait("view", **{"as": user}, **wanted))["view"]

    async def wait_home(self, user: str, **wanted: Any) -> Json:
        """Wait for a published Home; `after_hash` waits for a newer one."""
        return (await self._wait("home", **{"as": user}, **wanted))["view"]

    async def wait_status(self, channel: str, **wanted: Any) -> Json:
        """Wait until the app says what it is doing."""
        return (await self._wait("status", channel=channel, **wanted))["status"]

    async def wait_quiet(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until nothing has crossed the border for a moment."""
        await self._wait("quiet", timeout=timeout)

    async def _wait(self, kind: str, **wanted: Any) -> Json:
        query = {"from" if key == "from_" else key: value for key, value in wanted.items()}
        return await self.get("wait", kind=kind, **query)
