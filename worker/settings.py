"""The worker's environment, read once, at start."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from countersign.policy.ids import CHANNEL
from countersign.runtime.agents_file import NamedAgent, only_agent, read_agents
from countersign.runtime.settings import CommonSettings, names_in


class WorkerSettings(CommonSettings):
    """The worker's environment."""

    openai_api_key: SecretStr = SecretStr("")
    """API key of the model provider."""

    openai_base_url: str = "https://api.openai.com/v1"
    """Base address of an OpenAI-compatible API that has `/responses`."""

    openai_model: str = "gpt-5-mini"
    """Name of the model."""

    model_timeout_seconds: float = Field(default=120, gt=0)
    """How long one answer of the model may take."""

    model_attempts: int = Field(default=4, ge=1)
    """How often a model call is tried before people are told that it failed."""

    agent: str = Field(default="examples.purchasing:agent", min_length=1)
    """The agent: a module and a name in it, such as `acme.buyer:agent`."""

    policy_file: str = Field(default="policy.yaml", min_length=1)
    """Path of the policy."""

    secret_arguments: str = Field(
        default="password,passwd,secret,token,api_key,authorization,credential,private_key"
    )
    """Names of arguments whose values are never shown, separated by commas."""

    agentex_card_channel: str = ""
    """Id of the Slack channel, `C…`, for cards of what is asked in AgentEx, where the rule's `card`
    is only `thread`. Without it, the approvers get direct messages."""

    worker_host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` in a container."""

    worker_port: int = Field(default=3001, ge=0, le=65_535)
    """Port of `/healthz` and `/readyz`; 0 picks one."""

    @field_validator("agentex_card_channel")
    @classmethod
    def _is_channel(cls, channel: str) -> str:
        if channel and not CHANNEL.fits(channel):
            raise ValueError(f"is not the id of a channel (C…). {CHANNEL.where}")
        return channel

    @model_validator(mode="after")
    def _names_agents_once(self) -> Self:
        if self.agents and "agent" in self.model_fields_set:
            raise ValueError("AGENT and AGENTS are both set; take one of them out")
        return self

    def named_agents(self) -> Sequence[NamedAgent]:
        """All agents that this worker runs.

        Raises:
            SettingsError: the file that names them cannot be used.
        """
        if self.agents:
            return read_agents(self.agents, self.task_queue)
        return only_agent(self.agent, self.policy_file, self.task_queue)

    @property
    def secret_names(self) -> frozenset[str]:
        """`secret_arguments`, one by one."""
        return frozenset(names_in(self.secret_arguments))
