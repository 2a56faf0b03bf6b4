"""What can go wrong on a developer's machine, in words that say what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BAD_SETTING = 2
"""Exit code, also of our processes, when a person has to change something first."""
GIVING_UP = ("countersign: ", "sandbox: ")
"""How what they say then begins."""


class DevError(Exception):
    """Something that a person can mend; `str()` of it is what they read."""

    exit_code = 1


@dataclass(eq=False)
class PortInUseError(DevError):
    """A port that we need belongs to somebody else."""

    what: str
    port: int
    advice: str

    exit_code = BAD_SETTING

    def __str__(self) -> str:
        return f"Port {self.port} ({self.what}) is in use. {self.advice}"


@dataclass(eq=False)
class SettingError(DevError):
    """A variable is wrong or one is missing."""

    problem: str

    exit_code = BAD_SETTING

    def __str__(self) -> str:
        return self.problem


@dataclass(eq=False)
class AlreadyRunningError(DevError):
    """Another supervisor holds this checkout's data."""

    pid: str

    exit_code = BAD_SETTING

    def __str__(self) -> str:
        return (
            f"Countersign is already running from this folder (process {self.pid}). Stop it first."
        )


@dataclass(eq=False)
class ChildExitedError(DevError):
    """A process ended that should have gone on."""

    name: str
    code: int
    log: Path
    last_lines: Sequence[str]

    def __str__(self) -> str:
        said = _words(self.last_lines) if self.code == BAD_SETTING else self.last_lines
        return f"{self.name} stopped {how(self.code)}.{_said(self.log, said)}"


@dataclass(eq=False)
class NotReadyError(DevError):
    """A process runs but did not become able to serve in time."""

    name: str
    seconds: float
    reason: str
    log: Path
    last_lines: Sequence[str]

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        said = _said(self.log, self.last_lines)
        return f"{self.name} was not ready after {self.seconds:.0f} s{why}.{said}"


@dataclass(eq=False)
class NotInstalledError(DevError):
    """One way of installing Temporal did not work."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class TemporalMissingError(DevError):
    """No way of getting a Temporal server worked."""

    attempts: Sequence[str]

    def __str__(self) -> str:
        tried = "".join(f"\n  - {attempt}" for attempt in self.attempts)
        return (
            f"No Temporal server could be found or installed:{tried}\n"
            "Install the Temporal CLI so that `temporal` is on PATH "
            "(https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a server of yours."
        )


def how(code: int) -> str:
    """How a process ended, after “stopped”."""
    return f"on signal {-code}" if code < 0 else f"with exit code {code}"


def _words(last_lines: Sequence[str]) -> Sequence[str]:
    """What a process says to a person before it gives up: from the line that begins so."""
    begun = [number for number, line in enumerate(last_lines) if line.startswith(GIVING_UP)]
    return last_lines[begun[-1] :] if begun else last_lines


def _said(log: Path, last_lines: Sequence[str]) -> str:
    """The end of the log, and where the rest is unless it went away with a temporary home."""
    rest = f" All of its log: {log}" if log.exists() else ""
    return rest + "".join(f"\n  {line}" for line in last_lines)
