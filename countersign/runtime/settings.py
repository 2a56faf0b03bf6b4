"""The environment that every process shares, read once, at start."""

import re
from enum import StrEnum
from typing import Self

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TASK_QUEUE = re.compile(r"[A-Za-z0-9_.:/-]{1,200}")
"""Far from Temporal's limit of 1,000 bytes; an agent's name is put behind it."""
DEPLOYMENT_NAME = re.compile(r"[a-z0-9-]{1,20}")


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class SettingsError(Exception):
    """The environment can't be used. The text is one line that says what to change."""


class ProcessSettings(BaseSettings):
    """Settings of every process. Temporal's SDK reads `TEMPORAL_*` itself."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    task_queue: str = "countersign"
    """The Temporal task queue that bot and worker share."""

    log_level: str = "INFO"
    """`DEBUG`, `INFO`, `WARNING` or `ERROR`."""

    log_format: LogFormat = LogFormat.CONSOLE
    """`console` for people, `json` for machines."""

    @field_validator("task_queue")
    @classmethod
    def _is_task_queue(cls, name: str) -> str:
        return task_queue_name(name)

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("is none of DEBUG, INFO, WARNING, ERROR")
        return level.upper()

    @classmethod
    def read(cls) -> Self:
        """Read the environment and `.env`.

        Raises:
            SettingsError: with one line that names every variable to change.
        """
        try:
            return cls.model_validate({})
        except ValidationError as error:
            faults = (
                f"{'_'.join(str(part) for part in fault['loc']).upper() or 'settings'} "
                f"{fault['msg'].removeprefix('Value error, ')}"
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise SettingsError("; ".join(faults)) from error


class CommonSettings(ProcessSettings):
    """Settings of every process that speaks to Slack."""

    slack_bot_token: SecretStr = SecretStr("")
    """Bot token, `xoxb-…`, from "OAuth & Permissions" of your Slack app."""

    slack_api_url: str = "https://slack.com/api/"
    """Base address of Slack's Web API; set another for a stand-in or a proxy."""

    deployment: str = "main"
    """Name of this installation, kept in its buttons, so that two installations of one Slack app
    leave each other's alone."""

    agents: str = ""
    """Path of a file that names several agents, in place of `AGENT` and `POLICY_FILE`."""

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value():
            raise ValueError("is not set")
        if not token.get_secret_value().startswith("xoxb-"):
            raise ValueError("is not a bot token; it has to begin with xoxb-")
        return token

    @field_validator("slack_api_url")
    @classmethod
    def _is_base_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("is not a web address; it has to begin with https://")
        return url.rstrip("/") + "/"

    @field_validator("deployment")
    @classmethod
    def _is_short_name(cls, name: str) -> str:
        if not DEPLOYMENT_NAME.fullmatch(name):
            raise ValueError("has to be 1 to 20 lower-case letters, digits or hyphens")
        return name


def task_queue_name(name: str) -> str:
    """A name that can be asked for in Temporal's lists.

    Raises:
        ValueError: it is none.
    """
    if not TASK_QUEUE.fullmatch(name):
        raise ValueError("has to be 1 to 200 letters, digits and any of _ . : / -")
    return name


def names_in(text: str) -> tuple[str, ...]:
    """Names from a comma-separated setting."""
    return tuple(name for it in text.split(",") if (name := it.strip()))
