"""`countersign agent`: what an agent can do, and what stands before it."""

import asyncio
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from countersign.agents.checking import Check
from countersign.agents.checking import check as checked
from countersign.cli.agent_tree import agent_tree
from countersign.cli.common import AgentSettings, Json
from countersign.cli.errors import REFUSED
from countersign.cli.screen import screen

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)


@app.callback()
def _group() -> None:
    """Look at the agent."""


@app.command()
def check(
    agent: Annotated[
        str, typer.Option(metavar="MODULE:NAME", help="The agent; AGENT if left out.")
    ] = "",
    policy: Annotated[
        str, typer.Option(metavar="FILE", help="The policy; POLICY_FILE if left out.")
    ] = "",
    servers: Annotated[
        bool, typer.Option("--servers", help="Start its MCP servers and ask for their tools too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what the agent can do, which rules stand before it, and all that would be refused.

    The agent is made as a worker makes it. Unless you say --servers, nothing is opened, run or
    asked of the network.
    """
    settings = AgentSettings()
    where, file = agent or settings.agent, policy or settings.policy_file
    with screen(as_json) as out:
        with redirect_stdout(sys.stderr):  # what the agent's own modules print
            checking = checked(where, Path(file), secrets=settings.secrets, ask_servers=servers)
            found = asyncio.run(checking)
        out.show(_document(where, file, found), agent_tree(where, file, found))
        if found.refusals:
            raise typer.Exit(REFUSED)


def _document(where: str, file: str, found: Check) -> dict[str, Any]:
    return {
        "agent": where,
        "policy": file,
        "version": found.version,
        "refusals": list(found.refusals),
        "tree": asdict(found.agent) if found.agent else None,
    }
