"""Somebody at a terminal: decides without Slack, with Temporal's command line or with ours."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from dev import temporal_cli
from dev.processes import Stack
from dev.smoke.errors import SmokeError


async def signal(stack: Stack, approval: str, value: str) -> None:
    """`temporal workflow signal`, with nothing but `true` or `false`.

    Raises:
        SmokeError: it was not taken.
    """
    program = str(temporal_cli.find_or_install())
    sent = ("--workflow-id", approval, "--name", "fulfill_order_signal", "--input", value)
    address = ("--address", stack.temporal_address)
    await _run(program, "workflow", "signal", *address, *sent)


async def approve(stack: Stack, approval: str) -> None:
    """`countersign approve`.

    Raises:
        SmokeError: it does not count.
    """
    await _run(sys.executable, "-m", "countersign.cli", "approve", approval, env=stack.env)


async def children(parent: int, words: str) -> Sequence[int]:
    """Ids of the processes that one has started and whose command has these words.

    Raises:
        SmokeError: `ps` does not say.
    """
    lines = (await _run("ps", "-A", "-o", "pid=,ppid=,args=")).splitlines()
    found = (line.split(maxsplit=2) for line in lines if words in line)
    return [int(pid) for pid, ppid, _ in found if int(ppid) == parent]


async def _run(*command: str, env: Mapping[str, str] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise SmokeError(f"the command line refused: {printed.decode().strip()}")
    return printed.decode()
