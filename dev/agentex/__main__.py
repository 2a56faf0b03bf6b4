"""`python -m dev.agentex`: Countersign as an AgentEx agent. `make` calls it; see `make help`."""

import asyncio
import os
from typing import Annotated

import typer
from rich.console import Console

from dev.__main__ import PortOffset, plain_words
from dev.agentex import smoke as smoke_run
from dev.agentex import tutorial as walk
from dev.agentex.up import options
from dev.agentex.up import up as run_up
from dev.console import Terminal
from dev.environment import with_dotenv
from dev.paths import HOME, ROOT
from dev.plan import UpOptions
from sandbox.errors import ControlError

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


@app.command()
def up(
    port_offset: PortOffset = "0",
    verbose: Annotated[bool, typer.Option("--verbose", help="Show every log line.")] = False,
) -> None:
    """Start everything; AgentEx itself, too, unless `AGENTEX_BASE_URL` names one."""
    console = Console(highlight=False)
    terminal = Terminal(console, verbose=verbose)
    wanted = UpOptions(home=HOME / "agentex", port_offset=port_offset)
    with plain_words():
        env = with_dotenv(ROOT / ".env", os.environ)
        run_up(options(env, wanted, terminal.show), HOME / "agentex", console)


@app.command()
def smoke(
    cases: Annotated[list[str] | None, typer.Argument(help="Only these cases.")] = None,
) -> None:
    """Play tasks through the whole product, with and without Slack."""
    with plain_words():
        raise typer.Exit(smoke_run.main(cases or ()))


@app.command()
def tutorial() -> None:
    """Play AgentEx's walk through an approval, and print each step."""
    console = Console(highlight=False)
    with plain_words():
        try:
            asyncio.run(walk.play(console))
        except (walk.WalkError, ControlError) as error:
            console.print(f"The walk stopped: {error}", style="red", markup=False)
            raise typer.Exit(1) from None


if __name__ == "__main__":
    app(prog_name="python -m dev.agentex")
