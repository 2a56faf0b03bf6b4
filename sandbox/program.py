"""What every program of the sandbox does: it says when it serves, and ends when it is told to."""

import asyncio
import json
import signal
import sys


def stop_signal() -> asyncio.Event:
    """Return an event that is set when the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def announce(**ready: str | int) -> None:
    """Print the one line of JSON that says that it serves, and where."""
    sys.stdout.write(f"{json.dumps({'ready': True, **ready})}\n")
    sys.stdout.flush()
