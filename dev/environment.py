"""The variables of the product: read from `.env`, or kept away from a test."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

OURS = (
    "AGENT",
    "BOT_",
    "COUNTERSIGN_",
    "DATABASE_URL",
    "DEPLOYS_FILE",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "MODEL_",
    "OPENAI_",
    "POLICY_",
    "SANDBOX_",
    "SECRET_ARGUMENTS",
    "SLACK_",
    "TASK_QUEUE",
    "TEMPORAL_",
    "WORKER_",
)
"""How the names of our variables begin."""


def with_dotenv(file: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment, completed from the file; what is really set wins, empty means unset."""
    read = dotenv_values(file) if file.exists() else {}
    return {**{key: value for key, value in read.items() if value}, **_set(environ)}


def without_ours(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment without anything that would configure the product."""
    return {key: value for key, value in environ.items() if not key.startswith(OURS)}


def _set(environ: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environ.items() if value or not key.startswith(OURS)}
