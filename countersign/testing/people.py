"""People who speak and press in a sandbox, for tests of who may let an agent act."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countersign.testing.reading import Json, buttons_of, text_of
from sandbox.client import BOT, SandboxClient
from sandbox.errors import ControlError

PATIENCE = 30.0
"""Seconds to wait for what the agent or a person is expected to do."""
ASKED = "Approval needed"
"""In every card that can still be decided."""


class NothingCameError(AssertionError):
    """What a test waits for did not come in time, or a person could not do what they should."""


@dataclass(frozen=True, slots=True)
class ApprovalSandbox:
    """A running Countersign with your agent and your policy, in a Slack of its own.

    Alice, Bob and Carol work there, Dave is a guest; Bob and Carol are finance. All of them and
    the agent are in the channel `ops`. The model is scripted: it calls the tool that is named,
    `water_plants room=kitchen litres=3`, or described in a message.
    """

    url: str
    token: str
    logs: Path
    """Folder of what the processes print, such as `worker.log`."""

    async def say(self, who: str, text: str, channel: str = "ops") -> "Thread":
        """Write to the agent in a channel, or in the direct messages of `who` with `""`.

        Args:
            who: a first name: alice, bob, carol or dave.
            text: what they say; in a channel the agent is mentioned before it.
            channel: a name: ops, general or finance.
        """
        place = f"C0{channel.upper()}" if channel else _direct(who)
        said = f"<@{BOT}> {text}" if channel else text
        async with self.acting() as slack:
            return Thread(self, who, place, await slack.say(_id(who), place, said))

    def log(self, process: str = "worker") -> str:
        """What `worker`, `bot`, `sandbox` or `temporal` has printed so far."""
        return (self.logs / f"{process}.log").read_text(encoding="utf-8")

    @asynccontextmanager
    async def acting(self) -> AsyncGenerator[SandboxClient]:
        """The sandbox's control API, in whatever event loop a test runs.

        Raises:
            NothingCameError: in the place of the API's own errors.
        """
        try:
            async with SandboxClient(self.url, self.token) as slack:
                yield slack
        except ControlError as error:
            raise NothingCameError(f"{error} The logs are in {self.logs}.") from None


@dataclass
class Thread:
    """What is said in one thread, from a person's message on."""

    sandbox: ApprovalSandbox
    who: str
    """Who began it."""
    channel: str
    ts: str
    _seen: str = field(default="", repr=False)
    """`ts` of the last message of the agent that was returned."""

    async def say(self, who: str, text: str) -> None:
        """Say something more in the thread."""
        async with self.sandbox.acting() as slack:
            await slack.say(_id(who), self.channel, text, thread_ts=self.ts)

    async def card(self, to: str = "") -> "Card":
        """The next card that asks for approval; `to` somebody, in their direct messages.

        Raises:
            NothingCameError: none came.
        """
        return Card(self, await (self._direct_card(to) if to else self._next(ASKED)))

    async def answer(self, contains: str = "") -> str:
        """The agent's next message, or its next that contains something.

        Raises:
            NothingCameError: none came.
        """
        return text_of(await self._next(contains))

    async def told(self, who: str, contains: str = "") -> str:
        """What only this person sees in the thread, such as why their vote does not count.

        Raises:
            NothingCameError: they were not told.
        """
        async with self._acting() as slack:
            found = await slack.wait_ephemeral(
                _id(who), thread_ts=self.ts, contains=contains, timeout=PATIENCE
            )
        return text_of(found)

    async def _next(self, contains: str) -> Json:
        async with self._acting() as slack:
            found = await slack.wait_reply(
                self.channel,
                self.ts,
                after=self._seen or self.ts,
                contains=contains,
                timeout=PATIENCE,
            )
        self._seen = max(self._seen, found["ts"])
        return found

    async def _direct_card(self, to: str) -> Json:
        async with self._acting() as slack:
            return await slack.wait_message(
                _direct(to), from_=BOT, after=self.ts, contains=ASKED, timeout=PATIENCE
            )

    @asynccontextmanager
    async def _acting(self) -> AsyncGenerator[SandboxClient]:
        """The same as `ApprovalSandbox.acting`; what was said instead is in the error."""
        try:
            async with self.sandbox.acting() as slack:
                yield slack
        except NothingCameError as error:
            async with self.sandbox.acting() as slack:
                said = await slack.messages(_id(self.who), self.channel, self.ts)
            told = "\n".join(f"- {text_of(message)}" for message in said)
            raise NothingCameError(f"{error} In the thread:\n{told}") from None


@dataclass
class Card:
    """A request for approval, as it was when it was last looked at."""

    thread: Thread
    message: Json = field(repr=False)

    @property
    def text(self) -> str:
        """Everything that it says."""
        return text_of(self.message)

    @property
    def buttons(self) -> list[str]:
        """What can be pressed in it."""
        return buttons_of(self.message)

    async def press(self, who: str, label: str, answers: Mapping[str, Any] | None = None) -> None:
        """Press a button, and fill in the dialog that it opens.

        Args:
            who: a first name.
            label: the button's: `Approve`, `Reject…`.
            answers: what to write in the dialog, by its labels, or `reason` for the reason.

        Raises:
            NothingCameError: there is no such button, or the press or the dialog was not taken.
        """
        async with self.thread.sandbox.acting() as slack:
            _taken(label, await slack.click_button(_id(who), dict(self.message), label))
            if answers is not None:
                view = await slack.wait_view(_id(who), timeout=PATIENCE)
                _taken(f"the dialog of {label}", await slack.submit(_id(who), view, answers))

    async def becomes(self, contains: str) -> "Card":
        """The card once it says something, such as `Approved` or `Not done`.

        Raises:
            NothingCameError: it does not.
        """
        async with self.thread.sandbox.acting() as slack:
            self.message = await slack.wait_message(
                self.message["channel"], ts=self.message["ts"], contains=contains, timeout=PATIENCE
            )
        return self


def _taken(what: str, report: Json) -> None:
    if not report["delivered"] or report.get("errors"):
        raise NothingCameError(f"{what} was not taken: {report.get('errors') or report}")


def _id(who: str) -> str:
    return f"U0{who.upper()}"


def _direct(who: str) -> str:
    return f"D0{who.upper()}"
