"""`python -m dev`: what a newcomer runs. `make` calls it; see `make help`."""

import importlib
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from dev import reset as resetting
from dev import temporal_cli
from dev.console import Terminal
from dev.environment import with_dotenv
from dev.errors import DevError
from dev.paths import HOME, WORK
from dev.plan import UpOptions, plan
from dev.up import up as run_up

STARTED = time.monotonic()
INTERRUPTED = 130

PortOffset = Annotated[str, typer.Option(metavar="N", help="Move every port by this much.")]
"""Text, so that a wrong one is told in one line."""
CRASH_HELP = "Kill the worker between the first approval and its effect, and start it again."
AGENT_HELP = "Another agent, under the policy.yaml beside it; or a file that names several."

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


@app.command()
def up(
    port_offset: PortOffset = "0",
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Ignore real Slack tokens.")] = False,
    http: Annotated[bool, typer.Option("--http", help="Sandbox: signed HTTP delivery.")] = False,
    crash: Annotated[bool, typer.Option("--crash", help=CRASH_HELP)] = False,
    agent: Annotated[str, typer.Option(metavar="MODULE:NAME|FILE", help=AGENT_HELP)] = "",
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every log line.")] = False,
) -> None:
    """Start everything: Temporal, the worker, the bot and, without real tokens, the sandbox."""
    console = Console(highlight=False)
    terminal = Terminal(console, verbose=verbose)
    wanted = UpOptions(
        home=HOME,
        port_offset=port_offset,
        is_sandbox_forced=sandbox,
        is_http=http,
        is_crash=crash,
        agent=agent,
    )
    with plain_words():
        options = plan(with_dotenv(WORK / ".env", os.environ), wanted, terminal.show)
        run_up(options, HOME, console, STARTED)


@app.command()
def smoke(
    cases: Annotated[list[str] | None, typer.Argument(help="Only these cases.")] = None,
) -> None:
    """Play orders through the whole product, as people would."""
    with plain_words():
        raise typer.Exit(importlib.import_module("dev.smoke.play").main(cases or ()))


@app.command()
def reset() -> None:
    """Forget the local data of `make dev` and `make agentex`: examples, messages, Temporal's."""
    env = with_dotenv(WORK / ".env", os.environ)
    with plain_words():
        for home in (HOME, HOME / "agentex"):
            if home == HOME or home.exists():
                for line in resetting.told(resetting.reset(home), home, env):
                    typer.echo(line)


@app.command()
def temporal(
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print its path.")] = False,
) -> None:
    """Find or install a Temporal server."""
    with plain_words():
        program = temporal_cli.find_or_install()
    if not quiet:
        typer.echo(program)


@contextmanager
def plain_words() -> Generator[None]:
    """What a person can mend is said in words, without a traceback."""
    try:
        yield
    except DevError as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


if __name__ == "__main__":
    app(prog_name="python -m dev")
