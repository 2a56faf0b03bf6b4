"""`make agentex`: all that an AgentEx task needs, on this machine, until somebody stops it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from dev.agentex.product import CARDS
from dev.agentex.stack import AgentexOptions, AgentexStack
from dev.child import OnLine
from dev.errors import PortInUseError
from dev.plan import UpOptions, check_ports, offset, plan
from dev.ports import LOOPBACK, is_free
from dev.summary import APPROVER, REQUESTER, row
from dev.up import alone_in, have_temporal, supervise

ACP_PORT = 8000
BACKEND_PORT = 5003
ADVICE = "Stop what uses it, or move all our ports with: make agentex ARGS='--port-offset 100'"


def options(env: Mapping[str, str], wanted: UpOptions, on_line: OnLine) -> AgentexOptions:
    """What to start. AgentEx itself is used if `AGENTEX_BASE_URL` names it.

    Raises:
        SettingError: Slack's tokens are incomplete, or something is no port or no offset.
    """
    stack, moved = plan(env, wanted, on_line), offset(env, wanted)
    if stack.slack_is_sandbox and not env.get("AGENTEX_CARD_CHANNEL"):
        stack = replace(stack, env={"AGENTEX_CARD_CHANNEL": CARDS})
    return AgentexOptions(
        backend_url=env.get("AGENTEX_BASE_URL", "").rstrip("/"),
        acp_port=ACP_PORT + moved,
        backend_port=BACKEND_PORT + moved,
        stack=stack,
        on_line=on_line,
    )


def up(wanted: AgentexOptions, home: Path, console: Console) -> None:
    """Run until somebody stops it.

    Raises:
        DevError: it could not start, or a process ended by itself.
    """

    async def run() -> None:
        stack = AgentexStack(wanted)

        async def lines() -> Iterable[Text]:
            return _summary(stack)

        what = "starting Temporal, the stand-ins, the bot, and AgentEx's CLI"
        await supervise(stack, console, what, lines, stack.died)

    with alone_in(home):
        _check_ports(wanted)
        have_temporal(wanted.stack)
        asyncio.run(run())


def _check_ports(wanted: AgentexOptions) -> None:
    check_ports(wanted.stack)
    ours = [("the agent's server", wanted.acp_port)]
    if not wanted.backend_url:
        ours.append(("AgentEx's stand-in", wanted.backend_port))
    for what, port in ours:
        if not is_free(port):
            raise PortInUseError(what, port, ADVICE)


def _summary(stack: AgentexStack) -> Iterator[Text]:
    yield Text()
    yield Text("  Countersign is an AgentEx agent", style="bold green")
    yield Text()
    is_real = bool(stack.options.backend_url)
    yield row("AgentEx's API", stack.backend_url + ("" if is_real else " (a stand-in)"))
    yield row("The agent's own server", stack.acp_url)
    if stack.slack.options.slack_is_sandbox:
        yield row("Slack as Bob", stack.slack.page_url(APPROVER))
        yield row("Slack as Alice", stack.slack.page_url(REQUESTER))
    ports = stack.slack.options.ports
    yield row("Temporal", stack.slack.temporal_address)
    yield row("Temporal Web UI", f"http://{LOOPBACK}:{ports.temporal_ui}")
    yield Text()
    yield Text(
        "  Create a task for the agent countersign, and send it “Order 100 widgets”: in AgentEx's"
    )
    yield Text("  page, or as docs/agentex.md shows. make tutorial plays that by itself.")
    yield Text()
