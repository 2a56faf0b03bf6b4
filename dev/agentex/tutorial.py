"""`make tutorial`: AgentEx's own walk through an approval, step by step, with its own command.

No Slack takes part. The agent asks, Temporal shows the waiting child, `temporal workflow signal`
answers it, and the agent goes on; once with `true` and once with `false`.
"""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from dev import temporal_cli
from dev.agentex.stack import AgentexOptions, AgentexStack
from dev.stack_options import StackOptions
from sandbox.json_types import Json

ASKED = "Order 100 widgets"
WAITING_CHILD = re.compile(r"Running +(approval-[0-9a-z]{12})")
PATIENCE = 60


class WalkError(Exception):
    """The walk came to something else than it should."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One order: what is said in the task, and what is typed at a terminal."""

    stack: AgentexStack
    console: Console

    async def take(self, answer: str, words: str) -> None:
        """Ask, answer with `true` or `false`, and end the task.

        Raises:
            WalkError: something did not come.
        """
        task = str((await self.stack.backend.create_task())["id"])
        self._step(f"A task for the agent: {task}")
        self._step(f"You: {ASKED}")
        await self.stack.backend.send(task, ASKED)
        waiting = await self._message(task, "Waiting for approval")
        self._quote(waiting)
        child = await self._child()
        sent = ("--name=fulfill_order_signal", f"--input={answer}")
        await self._temporal("signal", f"--workflow-id={child}", *sent)
        self._quote(await self._message(task, words, after=waiting))
        await self.stack.backend.cancel(task)
        await self._completed(f"conversation-agentex-countersign-{task}")
        self._step("The task is over; parent and child are completed:")
        self._quote_lines(await self._temporal("list"))

    async def _child(self) -> str:
        """The waiting child's id, as the list of workflows has it once it knows."""
        async with asyncio.timeout(PATIENCE):
            while True:
                printed = await self._temporal("list", quiet=True)
                if found := WAITING_CHILD.search(printed):
                    self._step("$ temporal workflow list")
                    self._quote_lines(printed)
                    return found.group(1)

    async def _completed(self, workflow_id: str) -> None:
        query = f"WorkflowId = '{workflow_id}' AND ExecutionStatus = 'Completed'"
        async with asyncio.timeout(PATIENCE):
            while workflow_id not in await self._temporal("list", "--query", query, quiet=True):
                pass

    async def _message(self, task: str, contains: str, after: Json | None = None) -> Json:
        more = {"after": after["id"]} if after else {}
        return await self.stack.backend.wait_message(
            task, contains=contains, timeout=PATIENCE, **more
        )

    async def _temporal(self, *arguments: str, quiet: bool = False) -> str:
        """Run `temporal workflow …`, and show what is run.

        Raises:
            WalkError: it failed.
        """
        program = str(temporal_cli.find_or_install())
        address = ("--address", self.stack.slack.temporal_address)
        if not quiet:
            self._step(f"$ temporal workflow {' '.join(arguments)}")
        process = await asyncio.create_subprocess_exec(
            program,
            *("workflow", *arguments, *address),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        if process.returncode:
            raise WalkError(printed.decode().strip())
        return printed.decode()

    def _step(self, words: str) -> None:
        self.console.print(words, style="bold", highlight=False, soft_wrap=True)

    def _quote(self, message: Json) -> None:
        self._quote_lines(str(message["content"].get("content", "")))

    def _quote_lines(self, text: str) -> None:
        for line in text.strip().splitlines():
            self.console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)


async def play(console: Console) -> None:
    """Walk twice: approved, and rejected.

    Raises:
        DevError: it does not start.
        WalkError: something else happened than should have.
    """
    with TemporaryDirectory(prefix="countersign-tutorial-") as folder:
        options = AgentexOptions(has_slack=False, stack=StackOptions(home=Path(folder)))
        with console.status("starting Temporal, a stand-in of AgentEx, and its CLI"):
            stack = AgentexStack(options)
            await stack.start()
        try:
            walk = Walk(stack, console)
            await walk.take("true", "placed")
            await walk.take("false", "ejected")
        finally:
            await stack.stop()
