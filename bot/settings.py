"""The bot's environment, read once, at start."""

from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, model_validator

from countersign.runtime.agents_file import queues_of, read_agents
from countersign.runtime.settings import CommonSettings
from workflows.agent_queues import AgentQueues


class SlackMode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "socket"
    HTTP = "http"


class BotSettings(CommonSettings):
    """The bot's environment."""

    slack_app_token: SecretStr = SecretStr("")
    """App-level token, `xapp-…`, for Socket Mode."""

    slack_signing_secret: SecretStr = SecretStr("")
    """Signing secret, for HTTP delivery."""

    slack_mode: SlackMode = SlackMode.SOCKET
    """`socket` or `http`; needed only when both secrets are set."""

    bot_host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` in a container."""

    bot_port: int = Field(default=3000, ge=0, le=65_535)
    """Port of `/healthz`, `/readyz` and, with HTTP delivery, `/slack/events`; 0 picks one."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        app_token = self.slack_app_token.get_secret_value()
        if not app_token and not self.slack_signing_secret.get_secret_value():
            raise ValueError(
                "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) has to be set"
            )
        if app_token and not app_token.startswith("xapp-"):
            raise ValueError("SLACK_APP_TOKEN is not an app-level token; it begins with xapp-")
        return self

    def agent_queues(self) -> AgentQueues:
        """Which agent answers where.

        Raises:
            SettingsError: the file that names them cannot be used.
        """
        if self.agents:
            return queues_of(read_agents(self.agents, self.task_queue))
        return AgentQueues.single(self.task_queue)

    @property
    def mode(self) -> SlackMode:
        """How Slack reaches this bot: by the secret that is set, or by `slack_mode` if both are."""
        if not self.slack_app_token.get_secret_value():
            return SlackMode.HTTP
        if not self.slack_signing_secret.get_secret_value():
            return SlackMode.SOCKET
        return self.slack_mode
