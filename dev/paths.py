"""Where things lie: the checkout, its private data, and the cache that all checkouts share."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (ROOT / "Makefile").is_file()
"""Whether this is the checkout; else somebody has installed us beside their own packages."""
WORK = ROOT if IS_CHECKOUT else Path.cwd()
"""Where `.env` is read and the processes run: the checkout, or the folder that one is in."""
HOME = WORK / ".dev"
"""Data of `make dev`: databases, the sandbox's state, tokens, logs. `make reset` forgets it."""


def in_dev(options: str = "", **variables: str) -> str:
    """What to type to start everything, with these options and variables."""
    given = " ".join(f"{name}={value}" for name, value in variables.items())
    if not IS_CHECKOUT:
        return " ".join(filter(None, (given, "python -m dev up", options)))
    quoted = f"'{options}'" if " " in options else options
    return " ".join(filter(None, ("make dev", given, options and f"ARGS={quoted}")))


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
