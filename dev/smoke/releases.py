"""The file of the example of deployments: what ran where, and what runs now."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

BUSY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class ReleasesFile:
    """The SQLite file that the example's MCP server keeps."""

    path: Path

    def versions(self, service: str, environment: str) -> list[str]:
        """The versions that a service had, oldest first; the last one runs."""
        asked = "SELECT version FROM releases WHERE service = ? AND environment = ? ORDER BY id"
        with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
            return [it for (it,) in connection.execute(asked, (service, environment))]
