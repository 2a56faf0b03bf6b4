"""The whole product as processes: Temporal, sandbox, worker, bot; for `make dev` and the tests.

    async with Stack(StackOptions(delivery="http")) as stack:
        await stack.restart("worker")

Start it from the main thread: on Linux the processes die with the thread that started them.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from dev import temporal_cli
from dev.child import Child, Command
from dev.errors import DevError
from dev.logs import rotate
from dev.ports import free_port
from dev.stack_options import Name, StackOptions
from dev.tasks import before, together
from dev.temporal_server import TemporalServer
from dev.wiring import WORKER

__all__ = ["Name", "Stack", "StackOptions"]

STOP_ORDER: tuple[Name, ...] = ("bot", "worker", "sandbox", "temporal")
"""First those that take work in, last what all the others lean on."""
NEEDS: dict[Name, tuple[Name, ...]] = {"worker": ("temporal",), "bot": ("temporal", "sandbox")}
"""What has to serve before a process is started. The worker needs the sandbox too, but only after
seconds of imports, on which the whole start waits."""


class Stack:
    """Running processes that belong together, and what they are reached by."""

    def __init__(self, options: StackOptions | None = None) -> None:
        self.options = options or StackOptions()
        self.home = self.options.home or Path(tempfile.mkdtemp(prefix="countersign-"))
        self.home.mkdir(parents=True, exist_ok=True)
        self.wiring = self.options.wire(self.home)
        self._children: dict[Name, Child] = {}
        self._watches: set[asyncio.Task[None]] = set()
        self._ended: asyncio.Queue[tuple[Name, Child]] = asyncio.Queue()

    @property
    def sandbox_url(self) -> str:
        """The sandbox, without a slash at the end."""
        return self.wiring.sandbox_url

    @property
    def page_token(self) -> str:
        """The key to the sandbox's page and control API."""
        return self.wiring.secrets.page_token

    @property
    def bot_url(self) -> str:
        """The bot's own HTTP server."""
        return self.wiring.bot_url

    @property
    def worker_url(self) -> str:
        """The worker's health checks."""
        return self.wiring.worker_url

    @property
    def temporal_address(self) -> str:
        """Host and port of the Temporal server."""
        return self.wiring.temporal_address

    @property
    def env(self) -> dict[str, str]:
        """The variables that the bot and the worker run with."""
        return self.wiring.env()

    @property
    def keeps_anything(self) -> bool:
        """Whether an earlier run may have left something that still waits."""
        return bool(self.options.temporal_address) or self._database.exists()

    @property
    def _database(self) -> Path:
        return self.home / "temporal.db"

    def page_url(self, person: str) -> str:
        """The sandbox's page, seen as this person."""
        return f"{self.sandbox_url}/?token={self.page_token}&as={person}"

    def log(self, name: Name) -> str:
        """Everything that a process printed."""
        return self.wiring.log(name).read_text(encoding="utf-8")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything and wait until all of it serves; on failure nothing is left running.

        Raises:
            DevError: a process ended or was not ready in time, or Temporal cannot be had.
        """
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        rotate(self.home / "logs")
        try:
            await self._launch_all()
        except BaseException:  # a cancellation too must not leave processes behind
            await self.stop()
            raise

    async def launch(self, name: Name) -> None:
        """Start one process and wait until it serves."""
        child = await self._begin(name)
        await child.ready(self.options.ready_seconds)

    async def start_again(self, name: Name) -> None:
        """Start one that ended, as it ordinarily is, without waiting until it serves."""
        if name == "worker":
            self.wiring = replace(self.wiring, worker_module=WORKER)
        await self._begin(name)

    async def _begin(self, name: Name) -> Child:
        child = await Child.start(self._command(name), self.options.on_line)
        self._children[name] = child
        watch = asyncio.create_task(self._watch(name, child))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return child

    async def _launch_all(self) -> None:
        names = (*self._needed(), *self.options.run)
        serving: dict[Name, asyncio.Event] = {name: asyncio.Event() for name in names}
        death = asyncio.create_task(self.died())
        await before(death, together(*(self._launch_in_turn(name, serving) for name in names)))
        if not death.cancelled():
            raise death.result()

    async def _launch_in_turn(self, name: Name, serving: Mapping[Name, asyncio.Event]) -> None:
        for other in NEEDS.get(name, ()):
            if other in serving:
                await serving[other].wait()
        await self.launch(name)
        serving[name].set()

    async def restart(self, name: Name) -> None:
        """Stop one process as a deployment does, and start it again with the same settings."""
        await self.stop_one(name)
        await self.launch(name)

    async def kill(self, name: Name) -> int:
        """End one process as a power cut does; `launch` brings it back."""
        return await self._children[name].kill()

    async def stop_one(self, name: Name) -> int:
        """Let one process finish; its exit code."""
        return await self._children[name].stop()

    async def stop(self) -> None:
        """Stop everything in order and remove a temporary home; may be called twice."""
        for name in STOP_ORDER:
            if child := self._children.pop(name, None):
                await child.stop()
        if not self.options.home:
            shutil.rmtree(self.home, ignore_errors=True)

    def kill_all(self) -> None:
        """Stop waiting for anybody; for a second Ctrl-C."""
        for child in self._children.values():
            child.kill_now()

    async def died(self) -> DevError:
        """Wait until a process ends that nobody stopped; the error names it."""
        _, child = await self.ended()
        return child.exited()

    async def ended(self) -> tuple[Name, Child]:
        """The next process that ends and that nobody stopped."""
        return await self._ended.get()

    def pids(self) -> dict[Name, int]:
        """The process ids, by name."""
        return {name: child.pid for name, child in self._children.items()}

    def _needed(self) -> tuple[Name, ...]:
        temporal: tuple[Name, ...] = () if self.options.temporal_address else ("temporal",)
        stands_in = self.options.slack_is_sandbox or self.options.model_is_sandbox
        return (*temporal, "sandbox") if stands_in else temporal

    def _command(self, name: Name) -> Command:
        match name:
            case "temporal":
                return self.wiring.temporal(self._temporal())
            case "sandbox":
                return self.wiring.sandbox()
            case "worker":
                return self.wiring.worker()
            case "bot":
                return self.wiring.bot()

    def _temporal(self) -> TemporalServer:
        ports = self.options.ports
        return TemporalServer(
            program=temporal_cli.find_or_install(),
            port=ports.temporal,
            http_port=free_port(),
            ui_port=ports.temporal_ui if self.options.temporal_ui else None,
            database=None if self.options.in_memory else self._database,
        )

    async def _watch(self, name: Name, child: Child) -> None:
        await child.wait()
        if not child.is_stopping:
            self._ended.put_nowait((name, child))
