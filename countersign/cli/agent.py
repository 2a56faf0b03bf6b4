"""`countersign agent`: what an agent can do, and what stands before it."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group

from countersign.agents.checking import Check
from countersign.agents.checking import check as checked
from countersign.cli.agent_tree import agent_tree
from countersign.cli.common import AgentSettings, Json
from countersign.cli.errors import REFUSED
from countersign.cli.screen import screen
from countersign.runtime.agents_file import NamedAgent

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)


@app.callback()
def _group() -> None:
    """Look at the agent."""


@app.command()
def check(
    agent: Annotated[
        str,
        typer.Option(
            metavar="MODULE:NAME",
            help="The agent, or the name of one in AGENTS; AGENT or AGENTS if left out.",
        ),
    ] = "",
    policy: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="The policy; if left out, the agent's in AGENTS, else POLICY_FILE, else "
            "policy.yaml beside the module that --agent names.",
        ),
    ] = "",
    servers: Annotated[
        bool, typer.Option("--servers", help="Start its MCP servers and ask for their tools too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what each agent can do, which rules stand before it, and all that would be refused.

    An agent is made as a worker makes it. Unless you say --servers, nothing is opened, run or
    asked of the network.
    """
    with screen(as_json) as out:
        settings = AgentSettings()
        wanted = _wanted(settings, agent, policy)
        with redirect_stdout(sys.stderr):  # what the agents' own modules print
            found = [(it, _checked(it, settings, ask_servers=servers)) for it in wanted]
        documents = [_document(it, check) for it, check in found]
        several = {"agents": documents}
        trees = (agent_tree(it.agent, str(it.policy), check, it.name) for it, check in found)
        out.show(several if wanted[0].name else documents[0], Group(*trees))
        if any(check.refusals for _, check in found):
            raise typer.Exit(REFUSED)


def _wanted(settings: AgentSettings, agent: str, policy: str) -> Sequence[NamedAgent]:
    """The agent that is named on the command line, else all of this installation."""
    agents = [settings.any_agent(agent)] if agent else settings.named_agents()
    return [replace(it, policy=Path(policy)) if policy else it for it in agents]


def _checked(it: NamedAgent, settings: AgentSettings, *, ask_servers: bool) -> Check:
    checking = checked(it.agent, it.policy, secrets=settings.secrets, ask_servers=ask_servers)
    return asyncio.run(checking)


def _document(it: NamedAgent, found: Check) -> dict[str, Any]:
    return {
        **({"name": it.name, "task_queue": it.queue.task_queue} if it.name else {}),
        "agent": it.agent,
        "policy": str(it.policy),
        "version": found.version,
        "refusals": list(found.refusals),
        "tree": asdict(found.agent) if found.agent else None,
    }
