"""The control API for programs: what tests and the smoke run do as people."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.block_kit.answers import entry, with_option
from sandbox.block_kit.inputs import STATE_KEYS, elements
from sandbox.directing import Directing
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.watching import BOT, Watching

__all__ = ["BOT", "SandboxClient", "find_button"]


class SandboxClient(Watching, Directing):
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
        self, user: str, container: Json, element: Mapping[str, str], **how: Any
    ) -> Json:
        """Press or choose an element, given by its `block_id` and `action_id`.

        `how`: value (an option's value or text, or what was entered), selected, state, answers.
        """
        return await self.send(
            "click",
            container=container,
            block_id=element["block_id"],
            action_id=element["action_id"],
            **how,
            **{"as": user},
        )

    async def click_button(
        self, user: str, message: Json, label: str, *, state: Json | None = None
    ) -> Json:
        """Press the button of a message that has this text or `action_id`."""
        button = find_button(message.get("blocks", []), label)
        return await self.click(user, container_of(message), button, state=state)

    async def choose(self, user: str, place: Json, option: str) -> Json:
        """Choose an option, by its text or value, of a menu in a message, a modal or a Home."""
        block, element, found = with_option(place.get("blocks", []), option)
        address = {"block_id": block["block_id"], "action_id": element["action_id"]}
        chosen = entry(element, found["value"])
        state = {block["block_id"]: {element["action_id"]: chosen}}
        kept = state if element["type"] in STATE_KEYS else None
        return await self.click(user, container_of(place), address, selected=chosen, state=kept)

    async def click_in_view(
        self, user: str, view: Json, label: str, answers: Mapping[str, Any] | None = None
    ) -> Json:
        """Press a button of a modal or a Home, after `answers` were filled in."""
        button = find_button(view["blocks"], label)
        return await self.click(user, container_of(view), button, answers=answers)

    async def press_in_view(
        self, user: str, label: str, answers: Mapping[str, Any] | None = None
    ) -> Json:
        """Press a button of the modal that is open now."""
        return await self.click_in_view(user, await self.view_for(user), label, answers)

    async def submit(self, user: str, view: Json, answers: Mapping[str, Any] | None = None) -> Json:
        """Submit a modal, filled in by label: `{"Reason": "too many", "Who": ["Bob"]}`.

        A key may be a label, a `block_id` or an `action_id`; options are named by text or
        value. What is itself an object is taken for Slack's `{block_id: {action_id: {…}}}`.
        """
        given = answers or {}
        state = {key: value for key, value in given.items() if isinstance(value, Mapping)}
        spoken = {key: value for key, value in given.items() if key not in state}
        return await self.send(
            "submit", view_id=view["id"], state=state, answers=spoken, **{"as": user}
        )

    async def close_view(self, user: str, view: Json) -> None:
        """Close a modal."""
        await self.send("close", view_id=view["id"], **{"as": user})

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home or its messages."""
        await self.send("home", tab=tab, **{"as": user})

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press Stop on an agent that works in a thread."""
        await self.send("stop", channel=channel, thread_ts=thread_ts, **{"as": user})


def container_of(place: Json) -> Json:
    """Return what a click needs to know of a message, a modal or a Home."""
    if place.get("type") == "home":
        return {"type": "home"}
    if "id" in place:
        return {"type": "view", "view_id": place["id"]}
    return {"type": "message", "channel": place["channel"], "ts": place["ts"]}


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
