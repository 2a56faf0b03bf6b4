"""Getting events and interactions to the app: retries, the queue for an absent app, faults."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from sandbox.config import SandboxConfig
from sandbox.faults import Fault, Faults
from sandbox.json_types import Json

DeliveryType = Literal["events_api", "interactive", "slash_commands"]
FAULT_NAMES: dict[DeliveryType, str] = {
    "events_api": "events",
    "interactive": "interactive",
    "slash_commands": "slash_commands",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is on its way to the app."""

    type: DeliveryType
    payload: Json
    attempt: int = 0
    reason: str = ""

    @property
    def title(self) -> str:
        """A short name for people."""
        event = self.payload.get("event")
        inner = event.get("type") if isinstance(event, dict) else None
        return str(inner or self.payload.get("command") or self.payload.get("type"))


@dataclass(frozen=True, slots=True)
class Answer:
    """How the app took a delivery; `error` is for the person, `reason` for a retry."""

    delivered: bool
    ack_ms: float | None = None
    status: int | None = None
    body: Json | None = None
    error: str | None = None
    reason: str = ""

    def report(self) -> Json:
        """What the control API and the person's page are told."""
        ms = None if self.ack_ms is None else round(self.ack_ms, 1)
        report: Json = {"delivered": self.delivered, "ack_ms": ms, "status": self.status}
        return {**report, "error": self.error} if self.error else report


NOT_CONNECTED = Answer(delivered=False, error="app_not_connected", reason="connection_failed")
TIMED_OUT = Answer(delivered=False, error="operation_timeout", reason="http_timeout")
LOST = Answer(delivered=False, error="operation_timeout", reason="connection_failed")


class Transport(Protocol):
    """A way to the app: Socket Mode or signed HTTP."""

    @property
    def connected(self) -> bool:
        """Whether somebody is there to take a delivery."""
        ...

    async def send(self, outgoing: Outgoing) -> Answer:
        """Deliver once and wait for the acknowledgement."""
        ...


class Delivery:
    """Sends interactions once and events until they are acknowledged or given up."""

    def __init__(self, config: SandboxConfig, faults: Faults, transport: Transport) -> None:
        self._retry_seconds = config.retry_seconds
        self._faults = faults
        self._transport = transport
        self._waiting: deque[Outgoing] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._underway = 0
        self._event_sent = asyncio.Event()
        self.on_idle: Callable[[], None] = lambda: None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being delivered, retried or held back."""
        return not (self._tasks or self._waiting or self._underway)

    def use(self, transport: Transport) -> None:
        """Deliver another way from now on."""
        self._transport = transport
        self.flush()

    def event(self, payload: Json) -> None:
        """Deliver an event as soon as the app is there."""
        self._waiting.append(Outgoing("events_api", payload))
        self.flush()

    def flush(self) -> None:
        """Start on everything that waits, if the app is there to take it."""
        while self._waiting and self._transport.connected:
            self._start(self._waiting.popleft())

    async def interact(self, type_: DeliveryType, payload: Json) -> Answer:
        """Deliver a click, a command or a submission; Slack never repeats these."""
        if not self._transport.connected:
            return NOT_CONNECTED
        self._underway += 1
        try:
            return await self._attempt(Outgoing(type_, payload))
        finally:
            self._underway -= 1
            self.on_idle()

    async def close(self) -> None:
        """Give up everything that is on its way."""
        self._waiting.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, outgoing: Outgoing) -> None:
        task = asyncio.create_task(self._until_acknowledged(outgoing))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.on_idle()

    async def _until_acknowledged(self, outgoing: Outgoing) -> None:
        while not (answer := await self._attempt(outgoing)).delivered:
            if outgoing.attempt >= len(self._retry_seconds) or answer.reason == "no_retry":
                return
            await asyncio.sleep(self._retry_seconds[outgoing.attempt])
            outgoing = replace(outgoing, attempt=outgoing.attempt + 1, reason=answer.reason)
            if not self._transport.connected:
                self._waiting.append(outgoing)
                return

    async def _attempt(self, outgoing: Outgoing) -> Answer:
        fault = self._faults.take(FAULT_NAMES[outgoing.type])
        if fault is None:
            return await self._send(outgoing)
        return await self._attempt_with(fault, outgoing)

    async def _send(self, outgoing: Outgoing) -> Answer:
        if outgoing.type == "events_api":
            sent, self._event_sent = self._event_sent, asyncio.Event()
            sent.set()
        return await self._transport.send(outgoing)

    async def _attempt_with(self, fault: Fault, outgoing: Outgoing) -> Answer:
        match fault.kind:
            case "drop" if fault.when == "before":
                return LOST
            case "drop" | "timeout":
                answer = await self._send(outgoing)
                return replace(TIMED_OUT, status=answer.status)
            case "duplicate":
                answer, _ = await asyncio.gather(self._send(outgoing), self._send(outgoing))
                return answer
            case "delay":
                await asyncio.sleep(fault.seconds)
            case _:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._event_sent.wait(), fault.seconds)
        return await self._send(outgoing)
