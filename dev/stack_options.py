"""What a stack of processes is made of, and the addresses that follow from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dev import secrets_file
from dev.child import OnLine
from dev.environment import without_ours
from dev.paths import ROOT
from dev.ports import LOOPBACK, Ports
from dev.wiring import WORKER, Wiring

Name = Literal["temporal", "sandbox", "worker", "bot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What a stack is made of. The defaults are those of a test: nothing kept, nothing shared."""

    home: Path | None = None
    """Folder of databases, logs and tokens; without one, a temporary folder removed at the end."""

    cwd: Path | None = None
    """Where bot, worker and sandbox run; by default `home`, so that no `.env` is read."""

    ports: Ports = field(default_factory=Ports.free)
    run: tuple[Name, ...] = ("worker", "bot")
    """Which of ours to start; Temporal and the sandbox are started as they are needed."""

    delivery: Literal["socket", "http"] = "socket"
    slack_is_sandbox: bool = True
    model_is_sandbox: bool = True
    is_lenient: bool = False
    """Whether the sandbox tolerates what Slack would refuse."""

    temporal_address: str | None = None
    """A server that already runs; without it one is started."""

    in_memory: bool = True
    """Whether that server forgets everything when it stops."""

    temporal_ui: bool = False
    task_queue: str = "countersign"
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """More variables for bot and worker; they win over all others."""

    base_env: Mapping[str, str] = field(default_factory=without_ours)
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Other commands for some of the processes, by name."""

    worker_module: str = WORKER
    """What Python runs as the worker, until that ends by itself; then it is the ordinary one."""

    log_level: str = "info"
    ready_seconds: float = 60.0
    on_line: OnLine | None = None

    def wire(self, home: Path) -> Wiring:
        """Addresses and variables of a stack that keeps its data in `home`."""
        return Wiring(
            root=ROOT,
            home=home,
            cwd=self.cwd or home,
            ports=self.ports,
            secrets=secrets_file.load_or_create(home / "sandbox-secrets.json"),
            base=self.base_env,
            overrides=self.env,
            commands=self.commands,
            worker_module=self.worker_module,
            temporal_address=self.temporal_address or f"{LOOPBACK}:{self.ports.temporal}",
            temporal_is_ours=not self.temporal_address,
            task_queue=self.task_queue,
            delivery=self.delivery,
            slack_is_sandbox=self.slack_is_sandbox,
            model_is_sandbox=self.model_is_sandbox,
            log_level=self.log_level,
            is_lenient=self.is_lenient,
        )
