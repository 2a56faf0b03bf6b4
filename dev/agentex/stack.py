"""Countersign behind AgentEx: what `make dev` starts, with AgentEx's own CLI for our part."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from dev.agentex.manifest import local_manifest
from dev.child import Child, Command, OnLine
from dev.errors import DevError
from dev.http_probe import until_ready
from dev.paths import ROOT
from dev.ports import LOOPBACK, free_port
from dev.processes import Stack
from dev.stack_options import StackOptions
from sandbox.agentex.client import AgentexSandboxClient

AGENTEX = Path(sys.executable).with_name("agentex")
"""AgentEx's CLI starts our processes with the interpreter that it runs on itself."""
READY_SECONDS = 120.0
"""Its SDK takes most of that to import on a small machine, twice at the same time."""
TOKEN = "agentex-stand-in"  # noqa: S105 - opens a server that only this machine reaches
KEEP_TASKS = {"AUTO_CLEANUP_ON_RESTART": "false"}
"""Else the CLI cancels all tasks before it starts a changed worker again."""
DEFAULTS_OF_THE_CLI = ("TEMPORAL_ADDRESS",)
"""Variables that it overwrites unless the manifest has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentexOptions:
    """What is started. The defaults are those of a test."""

    has_slack: bool = True
    """Whether there is a Slack workspace, the sandbox's or a real one, and our bot in it."""
    backend_url: str = ""
    """An AgentEx that already runs; without it a stand-in is started."""
    acp_port: int = field(default_factory=free_port)
    backend_port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    stack: StackOptions = field(default_factory=StackOptions)
    on_line: OnLine | None = None


class AgentexStack:
    """Temporal, Slack's and AgentEx's stand-ins, the bot, and `agentex agents run`."""

    def __init__(self, options: AgentexOptions) -> None:
        self.options = options
        is_sandbox = options.has_slack and options.stack.slack_is_sandbox
        run = ("bot",) if options.has_slack else ()
        self.slack = Stack(replace(options.stack, run=run, slack_is_sandbox=is_sandbox))
        self.backend = AgentexSandboxClient.from_control_url(
            f"http://{LOOPBACK}:{options.control_port}/?token={TOKEN}"
        )
        self._backend: Child | None = None
        self._cli: Child | None = None
        self._manifest = AsyncExitStack()
        self._path = Path()

    @property
    def backend_url(self) -> str:
        """AgentEx's API."""
        return self.options.backend_url or f"http://{LOOPBACK}:{self.options.backend_port}"

    @property
    def acp_url(self) -> str:
        """Our agent's own server."""
        return f"http://{LOOPBACK}:{self.options.acp_port}"

    @property
    def env(self) -> Mapping[str, str]:
        """The variables of our processes."""
        named = {k: v for k, v in self.slack.env.items() if k != "TASK_QUEUE"}
        return {**named, **KEEP_TASKS, "AGENTEX_BASE_URL": self.backend_url}

    @property
    def _children(self) -> list[Child]:
        """What runs beside Temporal, Slack and the bot; first what takes work in."""
        return [it for it in (self._cli, self._backend) if it]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def start(self) -> None:
        """Start everything and wait until all of it serves; on failure nothing is left running.

        Raises:
            DevError: a process ended or was not ready in time.
        """
        try:
            await self.start_around()
            if not self.options.backend_url:
                await self.start_backend()
            await self.start_agent()
        except BaseException:  # a cancellation too must not leave processes behind
            await self.stop()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start_around(self) -> None:
        """Start what the agent leans on, without AgentEx."""
        await self.slack.start()
        kept = {name: self.env[name] for name in DEFAULTS_OF_THE_CLI}
        ports = self.options.acp_port, self.slack.options.ports.worker
        self._path = self._manifest.enter_context(local_manifest(*ports, kept))

    async def start_backend(self) -> None:
        """Start the stand-in of AgentEx, and wait until it serves."""
        ports = ("--port", str(self.options.backend_port))
        control = ("--control-port", str(self.options.control_port), "--token", TOKEN)
        command = (sys.executable, "-m", "sandbox.agentex", *ports, *control)
        self._backend = await self._start("agentex", command, f"{self.backend_url}/openapi.json")
        await self._backend.ready(READY_SECONDS)

    async def start_agent(self) -> None:
        """Have AgentEx's CLI start our processes, and wait until both serve."""
        await self.launch_agent()
        await self.agent_ready()

    async def launch_agent(self) -> None:
        """The same without waiting."""
        command = (str(AGENTEX), "agents", "run", "--manifest", str(self._path))
        self._cli = await self._start("agent", command, f"{self.acp_url}/healthz")

    async def agent_ready(self) -> None:
        """Wait until both of our processes serve."""
        if self._cli:
            await self._cli.ready(READY_SECONDS)
        await until_ready(f"{self.slack.worker_url}/readyz", READY_SECONDS)

    async def kill_agent(self) -> None:
        """End the CLI, our server and our worker as a power cut does."""
        if self._cli:
            await self._cli.kill()

    async def died(self) -> DevError:
        """Wait until a process ends that nobody stopped; the error names it."""
        watches = [asyncio.create_task(self.slack.died())]
        watches += [asyncio.create_task(_end_of(it)) for it in self._children]
        try:
            done, _ = await asyncio.wait(watches, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for watch in watches:
                watch.cancel()

    async def stop(self) -> None:
        """Stop everything; may be called twice."""
        for child in self._children:
            await child.stop()
        await self.backend.close()
        await self.slack.stop()
        await self._manifest.aclose()

    def kill_all(self) -> None:
        """Stop waiting for anybody; for a second Ctrl-C."""
        for child in self._children:
            child.kill_now()
        self.slack.kill_all()

    def log(self, name: str) -> str:
        """Everything that the CLI (`agent`) or the stand-in (`agentex`) printed."""
        return self.slack.wiring.log(name).read_text(encoding="utf-8")

    async def _start(self, name: str, argv: tuple[str, ...], ready_url: str) -> Child:
        command = Command(
            name=name,
            argv=argv,
            env=self.env,
            cwd=ROOT,
            log=self.slack.wiring.log(name),
            ready_url=ready_url,
        )
        return await Child.start(command, self.options.on_line)


async def _end_of(child: Child) -> DevError:
    await child.wait()
    return child.exited()
