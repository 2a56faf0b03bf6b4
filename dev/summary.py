"""What `make dev` says once everything serves."""

import os
from collections.abc import Iterator

from rich.text import Text

from dev.ports import LOOPBACK
from dev.processes import Stack

REQUESTER = "U0ALICE"
APPROVER = "U0BOB"
LABEL_WIDTH = 24


def summary(stack: Stack, seconds: float) -> Iterator[Text]:
    """The lines to print."""
    options = stack.options
    yield Text()
    yield Text("  Countersign is ready", style="bold green").append(
        f" in {seconds:.1f} s", style="not bold default"
    )
    yield Text()
    if options.slack_is_sandbox:
        yield row("Chat as Alice (asks)", stack.page_url(REQUESTER))
        yield row("Chat as Bob (approves)", stack.page_url(APPROVER))
    elif "SLACK_APP_TOKEN" in stack.env:
        yield row("Slack", "connected; write to the bot in your workspace")
    else:
        yield row("Slack delivers to", f"<your public address>/slack/events → {stack.bot_url}")
    yield _temporal(stack)
    if options.model_is_sandbox:
        why = "OPENAI_API_KEY is not set"
        yield row("Model", f"scripted, by the sandbox ({why})")
    yield row("Logs", os.path.relpath(stack.home / "logs"))
    yield Text()
    if options.slack_is_sandbox:
        tried = "help" if stack.env.get("TOOLS") else "order 100 widgets"
        yield Text(f"  Try it: as Alice, write to @Countersign in #ops “{tried}”,")
        yield Text("          then press Approve as Bob.")
    yield Text("  Ctrl-C stops everything; the next start goes on where this one stopped.")
    yield Text()


def _temporal(stack: Stack) -> Text:
    if stack.options.temporal_address:
        return row("Temporal", f"{stack.temporal_address} (from TEMPORAL_ADDRESS)")
    return row("Temporal Web UI", f"http://{LOOPBACK}:{stack.options.ports.temporal_ui}")


def row(label: str, value: str) -> Text:
    """A label and what it stands for."""
    return Text(f"  {label:<{LABEL_WIDTH}}", style="dim").append(value, style="not dim")
