"""What `make dev` says once everything serves."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from dev.paths import IS_CHECKOUT
from dev.ports import LOOPBACK, Ports
from dev.processes import Stack
from dev.wiring import WORKER

REQUESTER = "U0ALICE"
APPROVER = "U0BOB"
LABEL_WIDTH = 24
TRIED = {"": "order 100 widgets", "examples.deploys:agent": "deploy api 2.4.0 to staging"}
"""What to write to an agent, by its place, that Bob is asked about."""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What waits for the approver since an earlier run."""

    count: str
    summary: str
    """What the newest would do."""
    place: str
    """Where its card is: the end of the page's address, or empty."""


def summary(stack: Stack, seconds: float, waits: LeftOver | None = None) -> Iterator[Text]:
    """The lines to print."""
    yield Text()
    yield Text("  Countersign is ready", style="bold green").append(
        f" in {seconds:.1f} s", style="not bold default"
    )
    yield Text()
    yield from _slack(stack, waits)
    yield from _temporal(stack)
    yield from _agent(stack)
    if stack.options.model_is_sandbox:
        yield row("Model", "scripted, by the sandbox (OPENAI_API_KEY is not set)")
    yield row("Logs", os.path.relpath(stack.home / "logs"))
    yield Text()
    if stack.options.slack_is_sandbox:
        yield from _what_to_try(stack, waits)
    if stack.options.worker_module != WORKER:
        yield Text("  --crash: the worker dies between the first approval and its effect, and is")
        yield Text("           started again. About ten seconds later the order is placed, once.")
    yield Text("  Ctrl-C stops everything; the next start goes on where this one stopped.")
    yield Text()


def _slack(stack: Stack, waits: LeftOver | None) -> Iterator[Text]:
    """Whoever has something to do comes first."""
    if stack.options.slack_is_sandbox:
        alice = row("Chat as Alice (asks)", stack.page_url(REQUESTER))
        place = waits.place if waits else ""
        bob = row("Chat as Bob (approves)", stack.page_url(APPROVER) + place)
        yield from (bob, alice) if waits else (alice, bob)
    elif "SLACK_APP_TOKEN" in stack.env:
        yield row("Slack", "connected; write to the bot in your workspace")
    else:
        yield row("Slack delivers to", f"<your public address>/slack/events → {stack.bot_url}")


def _what_to_try(stack: Stack, waits: LeftOver | None) -> Iterator[Text]:
    if waits:
        what = "1 request waits" if waits.count == "1" else f"{waits.count} requests wait"
        yield Text(f"  {what} for Bob since the last run: “{waits.summary}”.")
        return
    tried = TRIED.get(stack.env.get("AGENTS") or stack.env.get("AGENT", ""))
    yield Text(f"  Try it: as Alice, write to @Countersign in #ops “{tried or 'help'}”,")
    then = "" if tried else "ask for something of what it can do, and "
    yield Text(f"          then {then}press Approve as Bob.")


def _agent(stack: Stack) -> Iterator[Text]:
    """Another agent than the one of the shop and where its rules are, or the file of several."""
    if agents := stack.env.get("AGENTS"):
        yield row("Agents", f"those in {os.path.relpath(agents)}")
    if agent := stack.env.get("AGENT"):
        yield row("Agent", f"{agent}, under {os.path.relpath(stack.env['POLICY_FILE'])}")


def _temporal(stack: Stack) -> Iterator[Text]:
    """Temporal, and what the command line has to be told to find it."""
    if stack.options.temporal_address:
        yield row("Temporal", f"{stack.temporal_address} (from TEMPORAL_ADDRESS)")
        return
    ports = stack.options.ports
    yield row("Temporal Web UI", f"http://{LOOPBACK}:{ports.temporal_ui}")
    if ports.temporal != Ports().temporal:
        address = f"TEMPORAL_ADDRESS={stack.temporal_address}"
        program = ".venv/bin/countersign" if IS_CHECKOUT else "countersign"
        yield row("Command line", f"{address} {program} pending")


def row(label: str, value: str) -> Text:
    """A label and what it stands for."""
    return Text(f"  {label:<{LABEL_WIDTH}}", style="dim").append(value, style="not dim")
