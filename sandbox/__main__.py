"""`python -m sandbox`: run a Slack workspace on this machine."""

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.config import SandboxConfig
from sandbox.errors import SetupError
from sandbox.program import announce, stop_signal
from sandbox.server import Sandbox, running

SETUP_FAILED = 2


def parse(arguments: Sequence[str]) -> SandboxConfig:
    """Read arguments, each of which may come from `SANDBOX_<NAME>` instead."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    _add(parser, "--port", "8765", "0 picks a free one")
    _add(parser, "--manifest", "slack_app_manifest.yml", "the app's Slack manifest")
    _add(parser, "--data", ".dev/sandbox.json", "where the workspace is kept; empty keeps nothing")
    _add(parser, "--bot-token", None, "the app's xoxb- token")
    _add(parser, "--app-token", None, "the app's xapp- token")
    _add(parser, "--signing-secret", None, "signs HTTP deliveries")
    _add(parser, "--page-token", secrets.token_urlsafe(24), "opens the page; random by default")
    _add(parser, "--events-url", "", "deliver by signed HTTP to this URL, not by Socket Mode")
    _add(parser, "--model-latency", "0", "seconds before the scripted model answers")
    lenient = os.environ.get("SANDBOX_LENIENT", "").lower() in ("1", "true")
    parser.add_argument("--lenient", action="store_true", default=lenient)
    options = parser.parse_args(arguments)
    return SandboxConfig(
        port=int(options.port),
        manifest=Path(options.manifest),
        data=Path(options.data) if options.data else None,
        bot_token=options.bot_token,
        app_token=options.app_token,
        signing_secret=options.signing_secret,
        page_token=options.page_token,
        events_url=options.events_url or None,
        model_latency=float(options.model_latency),
        strict=not options.lenient,
    )


def _add(parser: argparse.ArgumentParser, flag: str, default: str | None, help_: str) -> None:
    name = f"SANDBOX_{flag.removeprefix('--').replace('-', '_').upper()}"
    value = os.environ.get(name, default)
    parser.add_argument(flag, default=value, required=value is None, help=f"{help_} [{name}]")


async def run(config: SandboxConfig) -> None:
    """Run until the process is told to stop."""
    stop = stop_signal()
    async with running(config) as sandbox:
        _announce(sandbox)
        await stop.wait()


def _announce(sandbox: Sandbox) -> None:
    announce(port=sandbox.port, url=sandbox.page_url)
    for problem in sandbox.core.manifest.problems():
        sys.stderr.write(f"manifest: {problem}\n")


def main() -> int:
    """Run the sandbox; 2 means that it could not start."""
    try:
        asyncio.run(run(parse(sys.argv[1:])))
    except SetupError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return SETUP_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
