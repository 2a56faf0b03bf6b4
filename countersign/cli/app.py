"""Decide about what the agent wants to do, without Slack.

Temporal is found by its own TEMPORAL_* variables and profiles, and by .env.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from countersign.cli import connection, new_agent
from countersign.cli.common import AgentName, AgentSettings, Json
from countersign.cli.deciding import Reception, decide, from_here
from countersign.cli.details import details
from countersign.cli.document import document
from countersign.cli.errors import REFUSED
from countersign.cli.filters import requester_id, slack_id, tool_name
from countersign.cli.pending import PendingTable, Wanted, waiting
from countersign.cli.screen import screen
from workflows.client import Approvals
from workflows.contracts.decisions import Decision, Verb

Id = Annotated[str, typer.Argument(metavar="ID", help="The approval; approval- may be left out.")]
Reason = Annotated[str, typer.Option(help="Why; the agent and the requester read it.")]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)


@app.command()
def pending(
    tool: Annotated[str, typer.Option(help="Only calls of this tool.", callback=tool_name)] = "",
    requester: Annotated[
        str,
        typer.Option(
            help="Only what this person asked for: U…, or agentex:….", callback=requester_id
        ),
    ] = "",
    team: Annotated[
        str | None, typer.Option(help="Only this workspace: T….", callback=slack_id)
    ] = None,
    agent: AgentName = "",
    limit: Annotated[int, typer.Option(min=1, help="Most rows.")] = 50,
    as_json: Json = False,
) -> None:
    """List what waits for a decision, newest first."""
    with screen(as_json) as out:
        task_queue = AgentSettings().named_agent(agent).queue.task_queue if agent else ""
        wanted = Wanted(tool, requester, team, limit, task_queue)
        found = connection.run(lambda approvals: waiting(approvals, wanted))
        out.show(found.document, PendingTable(found, datetime.now(UTC)))


@app.command()
def show(approval: Id, as_json: Json = False) -> None:
    """Show everything about one approval."""
    with screen(as_json) as out:
        id_ = connection.full_id(approval)
        status = connection.run(lambda approvals: approvals.status(id_))
        out.show(document(status), details(status))


@app.command()
def approve(
    approval: Id,
    reason: Reason = "",
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="In an emergency, where the rule allows it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Approve, as an operator whom nobody has verified; the rule may refuse that."""
    verb = Verb.BREAK_GLASS if break_glass else Verb.DECIDE
    _decide(approval, True, from_here(verb, reason), as_json)


@app.command()
def reject(
    approval: Id,
    reason: Annotated[str, typer.Option(help="Why; the agent and the requester read it.")],
    as_json: Json = False,
) -> None:
    """Reject, and say why."""
    _decide(approval, False, from_here(reason=reason), as_json)


@app.command()
def withdraw(approval: Id, reason: Reason = "", as_json: Json = False) -> None:
    """Take a request back: nobody has to decide it any more."""
    _decide(approval, False, from_here(Verb.WITHDRAW, reason), as_json)


HANDED_ON: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
}


@app.command(context_settings=HANDED_ON)
def policy(context: typer.Context) -> None:
    """Check the policy, or explain what it says of a call."""
    _hand_on("policy", context.args)


@app.command(context_settings=HANDED_ON)
def agent(context: typer.Context) -> None:
    """Check the agent: its tools, the rules before them, and what would be refused."""
    _hand_on("agent", context.args)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower case, with hyphens: my-agent.")],
    as_json: Json = False,
) -> None:
    """Write a folder with an agent of your own, its policy, and tests that try both."""
    with screen(as_json) as out:
        made = new_agent.write(name, Path.cwd())
        told = f"{made} is written. Go on with the README.md in it."
        out.show({"folder": str(made)}, Text(told))


def _hand_on(name: str, arguments: Sequence[str]) -> None:
    """Run commands of a module that is loaded only here.

    The expression library and the Agents SDK take seconds, and no other command needs them.
    """
    commands = typer.main.get_command(import_module(f"countersign.cli.{name}").app)
    commands(args=list(arguments) or ["--help"], prog_name=f"countersign {name}")


def _decide(approval: str, approve: bool, decision: Decision, as_json: bool) -> None:
    id_ = connection.full_id(approval)

    async def deciding(approvals: Approvals) -> Reception:
        return await decide(approvals, id_, approve, decision)

    with screen(as_json) as out:
        received = connection.run(deciding)
        style = "red" if received.refused else "green"
        out.show(received.document, Text(received.words, style=style))
        if received.refused:
            raise typer.Exit(REFUSED)
