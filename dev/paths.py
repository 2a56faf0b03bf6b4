"""Where things lie: the checkout, its private data, and the cache that all checkouts share."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".dev"
"""Data of `make dev`: databases, the sandbox's state, tokens, logs. `make reset` forgets it."""


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Downloads and builds that outlive a checkout; created if missing."""
    if own := environ.get("COUNTERSIGN_CACHE"):
        path = Path(own)
    elif shared := environ.get("XDG_CACHE_HOME"):
        path = Path(shared) / "countersign"
    else:
        path = Path.home() / ".cache" / "countersign"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()
