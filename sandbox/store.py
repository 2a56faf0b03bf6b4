"""The workspace in a file, so that a demonstration survives a restart."""

import asyncio
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sandbox.errors import SetupError
from sandbox.state import Workspace

PERSISTED = {
    "people",
    "groups",
    "channels",
    "messages",
    "reads",
    "thread_reads",
    "homes",
    "prompts",
    "last_ts",
}
"""Ephemeral messages, open modals and statuses are gone after a restart, as they are on Slack."""
DEBOUNCE_SECONDS = 0.5

_adapter = TypeAdapter(Workspace)


def dump(workspace: Workspace) -> bytes:
    """Return what is kept of a workspace, as JSON."""
    return _adapter.dump_json(workspace, include=PERSISTED)


class Store:
    """Writes one workspace to one file, soon after it changed and never by halves."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._pending: asyncio.TimerHandle | None = None
        self._latest: Workspace | None = None

    def load(self) -> Workspace | None:
        """Return what an earlier run left.

        Raises:
            SetupError: the file is not ours, or is broken.
        """
        if self._path is None or not self._path.exists():
            return None
        try:
            return _adapter.validate_json(self._path.read_bytes())
        except ValidationError as error:
            raise SetupError(
                f"{self._path} is no sandbox data; delete it to start anew."
            ) from error

    def save_soon(self, workspace: Workspace) -> None:
        """Write after a short while; what changes meanwhile goes with it."""
        self._latest = workspace
        if self._path is not None and self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(DEBOUNCE_SECONDS, self.flush)

    def flush(self) -> None:
        """Write now what has not been written."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self._path is None or self._latest is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.new")
        draft.write_bytes(dump(self._latest))
        draft.replace(self._path)
        self._latest = None
