"""Something to look at while it takes long: a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console

PLAIN_LINE_SECONDS = 10
TICK_SECONDS = 0.2

Tick = Callable[[], None]


@contextmanager
def waiting(what: str, hint: str = "", console: Console | None = None) -> Generator[Tick]:
    """Yield a function that shows `what` and the elapsed time, and sleeps a little.

    Call it in a loop: it is both the display and the loop's pause. Never called, it shows nothing.
    """
    out = console or Console(stderr=True, highlight=False)
    status = out.status(what)
    start = shown = time.monotonic()

    def tick() -> None:
        nonlocal shown
        now = time.monotonic()
        line = f"{what}, {now - start:.0f} s{f' ({hint})' if hint else ''}"
        if out.is_terminal:
            status.update(line)
            status.start()
        elif now - shown >= PLAIN_LINE_SECONDS:
            shown = now
            out.print(line, soft_wrap=True)
        time.sleep(TICK_SECONDS)

    try:
        yield tick
    finally:
        status.stop()
