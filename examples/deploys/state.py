"""What runs where, in a small file: services, environments, and the versions each one had."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVICES = {"api": "2.3.0", "web": "5.1.2", "billing": "1.8.4"}
"""What a new file begins with, in both environments."""
ENVIRONMENTS = ("staging", "production")
SCHEMA = """
CREATE TABLE IF NOT EXISTS releases (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    environment TEXT NOT NULL,
    version TEXT NOT NULL,
    key TEXT UNIQUE
)
"""


class DeployError(Exception):
    """It cannot be done. The text says why, for the model and the person."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a service in an environment."""

    service: str
    environment: str
    version: str


def version_before(versions: Sequence[str], service: str, environment: str) -> str:
    """The version that a rollback brings back.

    Args:
        versions: those that the service had, the one that runs now first.
        service: whose they are.
        environment: where.

    Raises:
        DeployError: there was no other.
    """
    now = versions[0]
    earlier = next((version for version in versions if version != now), None)
    if earlier is None:
        raise DeployError(f"{service} had no version before {now} in {environment}.")
    return earlier


class Deployments:
    """The releases, the newest of each service and environment being the one that runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as file:
            file.execute(SCHEMA)
            if not file.execute("SELECT 1 FROM releases").fetchone():
                rows = [(s, e, v) for s, v in SERVICES.items() for e in ENVIRONMENTS]
                file.executemany(
                    "INSERT INTO releases (service, environment, version) VALUES (?, ?, ?)", rows
                )

    def running(self) -> Sequence[Release]:
        """What runs now, by service."""
        with self._open() as file:
            rows = file.execute(
                "SELECT service, environment, version FROM releases WHERE id IN "
                "(SELECT max(id) FROM releases GROUP BY service, environment) ORDER BY 1, 2 DESC"
            )
            return [Release(*row) for row in rows]

    def versions(self, service: str, environment: str) -> Sequence[str]:
        """The versions that a service had, the one that runs now first; of no such one, none."""
        with self._open() as file:
            return _versions(file, service, environment)

    def deploy(self, release: Release, key: str) -> Release:
        """Have a version run. The same key a second time does nothing more.

        Raises:
            DeployError: there is no such service, or that version runs already.
        """
        with self._open() as file:
            if done := _done(file, key):
                return done
            if _known(file, release.service, release.environment)[0] == release.version:
                raise DeployError(f"{_told(release)} runs already.")
            _add(file, release, key)
            return release

    def roll_back(self, service: str, environment: str, key: str) -> Release:
        """Have the version before this one run again. The same key a second time does nothing.

        Raises:
            DeployError: there is no such service, or no version before this one.
        """
        with self._open() as file:
            if done := _done(file, key):
                return done
            earlier = version_before(_known(file, service, environment), service, environment)
            release = Release(service, environment, earlier)
            _add(file, release, key)
            return release

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        file = sqlite3.connect(self._path)
        try:
            with file:
                file.execute("BEGIN IMMEDIATE")
                yield file
        finally:
            file.close()


def _known(file: sqlite3.Connection, service: str, environment: str) -> Sequence[str]:
    if versions := _versions(file, service, environment):
        return versions
    known = ", ".join(SERVICES)
    raise DeployError(f"There is no {service} in {environment}; there are {known}.")


def _versions(file: sqlite3.Connection, service: str, environment: str) -> Sequence[str]:
    rows = file.execute(
        "SELECT version FROM releases WHERE service = ? AND environment = ? ORDER BY id DESC",
        (service, environment),
    )
    return [version for (version,) in rows]


def _done(file: sqlite3.Connection, key: str) -> Release | None:
    row = file.execute(
        "SELECT service, environment, version FROM releases WHERE key = ?", (key or None,)
    ).fetchone()
    return Release(*row) if row else None


def _add(file: sqlite3.Connection, release: Release, key: str) -> None:
    file.execute(
        "INSERT INTO releases (service, environment, version, key) VALUES (?, ?, ?, ?)",
        (release.service, release.environment, release.version, key or None),
    )


def _told(release: Release) -> str:
    return f"{release.service} {release.version} in {release.environment}"
