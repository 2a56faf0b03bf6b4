"""`python -m sandbox.agentex`: run a stand-in of the AgentEx backend on this machine."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence

from sandbox.agentex.config import VERSION, AgentexConfig
from sandbox.agentex.server import running
from sandbox.errors import SetupError
from sandbox.program import announce, stop_signal

SETUP_FAILED = 2


def parse(arguments: Sequence[str]) -> AgentexConfig:
    """Read the arguments."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.agentex", description=__doc__)
    parser.add_argument("--port", type=int, default=5003, help="0 picks a free one")
    parser.add_argument("--control-port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--token", default=secrets.token_urlsafe(24), help="opens the control API")
    parser.add_argument("--version", default=VERSION, help="the contract's version")
    parser.add_argument("--require-key", action="store_true", help="refuse to write without a key")
    options = parser.parse_args(arguments)
    return AgentexConfig(
        port=options.port,
        control_port=options.control_port,
        token=options.token,
        version=options.version,
        require_key=options.require_key,
    )


async def run(config: AgentexConfig) -> None:
    """Run until the process is told to stop."""
    stop = stop_signal()
    async with running(config) as sandbox:
        port, control_url = sandbox.public.port, sandbox.control_url
        announce(port=port, url=sandbox.url, control_url=control_url)
        await stop.wait()


def main() -> int:
    """Run the backend; 2 means that it could not start."""
    try:
        asyncio.run(run(parse(sys.argv[1:])))
    except SetupError as error:
        sys.stderr.write(f"sandbox.agentex: {error}\n")
        return SETUP_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
