"""Tools that answer much, or nothing that can be written down, or break; they note what they do.

The agent has them beside the example's.
"""

import asyncio
import os
from pathlib import Path

from agents import Agent, HostedMCPTool, function_tool

from countersign.agents import lifespan
from countersign.tools import Preview, preview
from examples.purchasing.buyer import agent as buyer
from examples.purchasing.buyer import open_database

PLACE = Path(os.environ["UNUSUAL_TOOLS"])
RAN, BROKEN = "ran.txt", "broken-"


def _note(text: str) -> int:
    """Write down that something is done; how often it was."""
    with (PLACE / RAN).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    return (PLACE / RAN).read_text(encoding="utf-8").splitlines().count(text)


def _output(size: int, kind: str) -> str:
    if kind == "latin-1":  # a program's output, read as `errors="surrogateescape"` reads it
        return b"caf\xe9 exported".decode("utf-8", "surrogateescape")
    return "x" * size


@function_tool(failure_error_function=None)
async def read_log(size: int, kind: str) -> str:
    """Read a log."""
    _note(f"read_log {size} {kind}")
    return _output(size, kind)


@function_tool(needs_approval=True, failure_error_function=None)
async def export_report(size: int, kind: str) -> str:
    """Export a report."""
    _note(f"export_report {size} {kind}")
    return _output(size, kind)


@function_tool(needs_approval=True, failure_error_function=None)
async def deploy(service: str) -> str:
    """Deploy a service. The first time, it takes for ever."""
    if _note(f"deploy {service}") == 1 and service.startswith("slow"):
        await asyncio.Event().wait()
    return f"{service} is deployed"


@preview(deploy)
async def preview_deploy(service: str) -> Preview:
    """What would be deployed, if the deployment API answers."""
    if (PLACE / f"{BROKEN}{service}").exists():
        raise ConnectionError("the deployment API does not answer")
    return Preview(summary=f"Deploy {service}")


TOKEN = "the-token-of-a-hosted-server"
HOSTED_URL = "https://mcp.example.com/a-path-that-is-a-key/mcp"
deploys = HostedMCPTool(
    tool_config={
        "type": "mcp",
        "server_label": "deploys",
        "server_url": HOSTED_URL,
        "require_approval": "always",
        "authorization": TOKEN,
        "headers": {"X-Key": TOKEN},
    }
)
clerk = Agent(name="Clerk", instructions="Deploy.", tools=[deploy])
ask_clerk = clerk.as_tool("ask_clerk", "Ask the clerk.")
office = Agent(name="Office", instructions="Have it done.", tools=[ask_clerk])
ask_office = office.as_tool("ask_office", "Ask the office.")
desk = Agent(name="Desk", instructions="Help.", tools=[ask_office])
agent = buyer.clone(
    tools=[*buyer.tools, read_log, export_report, deploy, deploys, ask_office], handoffs=[desk]
)
lifespan(agent)(open_database)
