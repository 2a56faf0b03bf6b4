"""The control API for programs: what tests and the smoke run do as people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.block_kit.inputs import elements
from sandbox.control_link import ControlLink
from sandbox.errors import ControlError
from sandbox.json_types import Json

BOT = "U0SIGN"


class SandboxClient(ControlLink):
    """Acts as the people of a sandbox and waits for what the app does.

    Every method raises `ControlError` with the sandbox's code when it refuses.
    """

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[Json] | None = None,
    ) -> str:
        """Say something and return its `ts`."""
        answer = await self.send(
            "say", channel=channel, text=text, thread_ts=thread_ts, files=files, **{"as": user}
        )
        return str(answer["ts"])

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Edit what `user` said."""
        await self.send("edit", channel=channel, ts=ts, text=text, **{"as": user})

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete what `user` said."""
        await self.send("delete", channel=channel, ts=ts, **{"as": user})

    async def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction, or take it back."""
        await self.send("react", channel=channel, ts=ts, name=name, **{"as": user})

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Json:
        """Run a slash command; the report says how the app took it."""
        return await self.send(
            "command", channel=channel, command=command, text=text, **{"as": user}
        )

    async def click(
        self,
        user: str,
        container: Json,
        element: Mapping[str, str],
        *,
        value: Any = None,
        selected: Json | None = None,
        state: Json | None = None,
    ) -> Json:
        """Press or choose an element, given by its `block_id` and `action_id`."""
        return await self.send(
            "click",
            container=container,
            block_id=element["block_id"],
            action_id=element["action_id"],
            value=value,
            selected=selected,
            state=state,
            **{"as": user},
        )

    async def click_button(
        self, user: str, message: Json, label: str, *, state: Json | None = None
    ) -> Json:
        """Press the button of a message that has this text or `action_id`."""
        container = {"type": "message", "channel": message["channel"], "ts": message["ts"]}
        button = find_button(message.get("blocks", []), label)
        return await self.click(user, container, button, state=state)

    async def click_in_view(self, user: str, view: Json, label: str) -> Json:
        """Press a button of a modal or a Home."""
        home = view["type"] == "home"
        container = {"type": "home"} if home else {"type": "view", "view_id": view["id"]}
        return await self.click(user, container, find_button(view["blocks"], label))

    async def submit(self, user: str, view: Json, state: Json | None = None) -> Json:
        """Submit a modal; `state` is `{block_id: {action_id: {…}}}`."""
        return await self.send("submit", view_id=view["id"], state=state or {}, **{"as": user})

    async def close_view(self, user: str, view: Json) -> None:
        """Close a modal."""
        await self.send("close", view_id=view["id"], **{"as": user})

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home or its messages."""
        await self.send("home", tab=tab, **{"as": user})

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press Stop on an agent that works in a thread."""
        await self.send("stop", channel=channel, thread_ts=thread_ts, **{"as": user})

    async def state(self, user: str) -> Json:
        """Return everything `user` sees."""
        return await self.get("state", **{"as": user})

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

    async def fail(self, method: str, kind: str, *, count: int = 1, **how: Any) -> None:
        """Make a method or delivery fail; `how`: retry_after, error, seconds, when."""
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

    async def _wait(self, kind: str, **wanted: Any) -> Json:
        query = {"from" if key == "from_" else key: value for key, value in wanted.items()}
        return await self.get("wait", kind=kind, **query)


def find_button(blocks: Sequence[Json], label: str) -> Mapping[str, str]:
    """Return the address of the button with this text or `action_id`.

    Raises:
        ControlError: there is none.
    """
    names: list[str] = []
    for block, element in elements(blocks):
        text = (element.get("text") or {}).get("text", "")
        if label in (text, element.get("action_id")):
            return {"block_id": block["block_id"], "action_id": element["action_id"]}
        names.append(str(text or element.get("action_id")))
    raise ControlError("element_not_found", f"No button {label!r}; there are {names}.")
