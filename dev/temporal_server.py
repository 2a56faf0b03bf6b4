"""How a Temporal server is started on a developer's machine, and when it is ready.

Its values are measured ones: with the default poll rate of 20 every step of a workflow waits for
a 50 ms slot as soon as a burst is used up, and more than one partition per task queue only helps
a cluster. A worker that ends a step takes the activities of that step with it (eager), instead of
polling for them. A file database with WAL and NORMAL stays close to one in memory and loses nothing
when the process is killed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.ports import LOOPBACK

NAMESPACE = "default"
POLLS_PER_SECOND = 2000
TUNING = {
    "history.transferProcessorMaxPollRPS": POLLS_PER_SECOND,
    "history.timerProcessorMaxPollRPS": POLLS_PER_SECOND,
    "history.visibilityProcessorMaxPollRPS": POLLS_PER_SECOND,
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    "system.forceSearchAttributesCacheRefreshOnRead": "true",
    "system.enableActivityEagerExecution": "true",
    "system.enableEagerWorkflowStart": "true",
}
"""Without the last one a search attribute that was just registered is unknown for a minute."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalServer:
    """One development server; without a `database` it forgets everything when it stops."""

    program: Path
    port: int
    http_port: int
    ui_port: int | None = None
    database: Path | None = None

    @property
    def address(self) -> str:
        """Host and port for clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ready_url(self) -> str:
        """Answers 200 once the namespace can be used."""
        return f"http://{LOOPBACK}:{self.http_port}/api/v1/namespaces/{NAMESPACE}"

    @property
    def ui_url(self) -> str | None:
        """The Temporal Web UI, if it is on."""
        return f"http://{LOOPBACK}:{self.ui_port}" if self.ui_port else None

    def command(self) -> list[str]:
        """What to run."""
        return [str(self.program), "server", "start-dev", *self._arguments()]

    def _arguments(self) -> Iterator[str]:
        yield from ("--ip", LOOPBACK, "--port", str(self.port), "--http-port", str(self.http_port))
        yield from ("--namespace", NAMESPACE, "--log-level", "error")
        yield from ("--ui-port", str(self.ui_port)) if self.ui_port else ("--headless",)
        if self.database:
            yield from ("--db-filename", str(self.database))
            for pragma in PRAGMAS:
                yield from ("--sqlite-pragma", pragma)
        for key, value in TUNING.items():
            yield from ("--dynamic-config-value", f"{key}={value}")
