"""The environment of a worker for AgentEx, beside what AgentEx itself tells."""

from pydantic import Field, SecretStr, field_validator

from countersign.agentex.settings import AgentexSettings
from countersign.runtime.settings import SettingsError
from worker.settings import WorkerSettings


class AgentexWorkerSettings(WorkerSettings):
    """The worker's environment, of which Slack need not be a part."""

    health_check_port: int | None = Field(default=None, ge=0, le=65_535)
    """Port of `/healthz` and `/readyz` where AgentEx names one; it wins over `WORKER_PORT`."""

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr) -> SecretStr:
        return super()._is_bot_token(token) if token.get_secret_value() else token

    @property
    def has_slack(self) -> bool:
        """Whether people decide in Slack."""
        return bool(self.slack_bot_token.get_secret_value())


def read_settings() -> tuple[AgentexWorkerSettings, AgentexSettings]:
    """Both, as they go together.

    Raises:
        SettingsError: with one line that names every variable to change.
    """
    settings, agentex = AgentexWorkerSettings.read(), AgentexSettings.read()
    if settings.agents:
        raise SettingsError("AGENTS is for Slack only; name AgentEx's one agent in AGENT")
    port = settings.health_check_port
    changes = {
        "task_queue": agentex.queue,
        "worker_port": settings.worker_port if port is None else port,
    }
    return settings.model_copy(update=changes), agentex
