"""Let Temporal's SDK download its dev server, but not wait for a network that never answers.

The SDK has no timeout of its own. It runs in a child (`dev.sdk_download`), and the file that grows
as bytes arrive is watched from outside.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dev.errors import NotInstalledError
from dev.long_command import run
from dev.paths import ROOT
from dev.progress import waiting

SILENCE_SECONDS = 10.0
"""Without one more byte for so long, the download counts as blocked."""


def download(version: str, to: Path, silence: float = SILENCE_SECONDS) -> Path:
    """The downloaded program.

    Raises:
        NotInstalledError: refused, or no byte came for `silence` seconds.
    """
    command = [sys.executable, "-m", "dev.sdk_download", to, version]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with waiting("downloading Temporal") as tick:
        ended = run(command, tick, silence_in(to, silence), env)
    if ended.given_up or ended.code:
        raise NotInstalledError(ended.given_up or ended.last_line)
    complete = [file for file in to.iterdir() if file.suffix != ".downloading"]
    if not complete:
        raise NotInstalledError("the SDK downloaded nothing")
    return complete[0]


def silence_in(
    folder: Path, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Callable[[], str | None]:
    """Tells when nothing in the folder has grown for so long."""
    size, since = 0, clock()

    def reason() -> str | None:
        nonlocal size, since
        now = sum(file.stat().st_size for file in folder.iterdir())
        if now != size:
            size, since = now, clock()
        return f"no answer within {seconds:.0f} s" if clock() - since > seconds else None

    return reason
