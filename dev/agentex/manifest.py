"""A manifest for this machine: ours, with ports that are free and what the CLI would overwrite."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from dev.paths import ROOT

MANIFEST = ROOT / "manifest.yaml"


@contextmanager
def local_manifest(port: int, worker_port: int, env: Mapping[str, str]) -> Generator[Path]:
    """Write it beside the original, where its relative paths hold, and remove it at the end.

    Args:
        port: where the agent's own server listens.
        worker_port: where our worker says how it is.
        env: variables that `agentex agents run` would otherwise set to its defaults, such as
            `TEMPORAL_ADDRESS`.
    """
    path = ROOT / f".manifest-{port}.yaml"
    path.write_text(
        yaml.safe_dump(_moved(port, worker_port, env), sort_keys=False), encoding="utf-8"
    )
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _moved(port: int, worker_port: int, env: Mapping[str, str]) -> dict[str, Any]:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    manifest["local_development"]["agent"]["port"] = port
    manifest["agent"]["temporal"]["health_check_port"] = worker_port
    manifest["agent"]["env"] = {**(manifest["agent"].get("env") or {}), **env}
    return manifest
