"""What AgentEx tells its agents, and how we take part in it, read once, at start.

AgentEx's names are a contract: `agentex agents run` and its deployments set them.
"""

import re

from pydantic import Field, SecretStr, field_validator

from countersign.runtime.settings import ProcessSettings, names_in

AGENT_NAME = re.compile(r"[a-z0-9-]{1,63}")


class AgentexSettings(ProcessSettings):
    """Settings of a process that AgentEx runs; it needs nothing of Slack."""

    agentex_base_url: str = "http://localhost:5003"
    """Base address of AgentEx's backend."""

    agentex_ui_url: str = ""
    """Base address of AgentEx's page, for links to a task, such as `http://localhost:3000`."""

    agentex_principal_headers: str = "x-user-id,x-user-email,x-selected-account-id"
    """Headers that say who asks, separated by commas; the first that is there counts."""

    agent_name: str = "countersign"
    """Name of the agent in AgentEx."""

    agent_description: str = ""
    """What AgentEx says of the agent."""

    agent_id: str = ""
    """Id of the agent in AgentEx, where it was given one before it was deployed."""

    agent_api_key: SecretStr = SecretStr("")
    """Key between AgentEx and the agent; registering gets it."""

    acp_url: str = "http://localhost"
    """Address at which AgentEx's backend reaches the agent, without the port."""

    acp_port: int = Field(default=8000, ge=0, le=65_535)
    """Port of that address."""

    auth_principal_b64: SecretStr = SecretStr("")
    """Whose the agent is: JSON in base64, where AgentEx has users."""

    agentex_deployment_id: str = ""
    """Id of the deployment, where AgentEx deployed the agent."""

    workflow_task_queue: str = ""
    """The Temporal task queue that AgentEx's manifest names; it wins over `TASK_QUEUE`."""

    @property
    def queue(self) -> str:
        """The task queue of the agent's front door and worker."""
        return self.workflow_task_queue or self.task_queue

    @property
    def principal_headers(self) -> tuple[str, ...]:
        """`agentex_principal_headers`, one by one, in lower case."""
        return names_in(self.agentex_principal_headers.lower())

    @field_validator("agentex_base_url", "acp_url")
    @classmethod
    def _is_base_url(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s]", url):
            raise ValueError("is not a web address; it has to begin with http:// or https://")
        return url.rstrip("/")

    @field_validator("agentex_ui_url")
    @classmethod
    def _is_base_url_or_empty(cls, url: str) -> str:
        return cls._is_base_url(url) if url else url

    @field_validator("agent_name")
    @classmethod
    def _is_name(cls, name: str) -> str:
        if not AGENT_NAME.fullmatch(name):
            raise ValueError("has to be 1 to 63 lower-case letters, digits or hyphens")
        return name
