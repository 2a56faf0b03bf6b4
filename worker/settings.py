"""The worker's environment, read once, at start."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from countersign.policy.ids import CHANNEL
from countersign.runtime.agents_file import NamedAgent, only_agent, read_agents
from countersign.runtime.settings import CommonSettings, names_in
from workflows.contracts.core import TurnLimits

USUAL = TurnLimits()


class WorkerSettings(CommonSettings):
    """The worker's environment."""

    openai_api_key: SecretStr = SecretStr("")
    """API key of the model provider."""

    openai_base_url: str = "https://api.openai.com/v1"
    """Base address of an OpenAI-compatible API that has `/responses`."""

    openai_model: str = "gpt-5-mini"
    """Name of the model."""

    model_timeout_seconds: float = Field(default=120, gt=0, le=86_400)
    """How long one answer of the model may take."""

    model_attempts: int = Field(default=4, ge=1)
    """How often a model call is tried before people are told that it failed."""

    turn_model_calls: int = Field(default=USUAL.model_calls, ge=1, le=100)
    """How many times an agent may call the model for one message; then people are told that it was
    stopped. 1 to 100."""

    turn_inner_model_calls: int = Field(default=USUAL.inner_model_calls, ge=1, le=500)
    """The same for all agents together that others call as tools. 1 to 500."""

    model_input_characters: int = Field(default=USUAL.given, ge=20_000, le=900_000)
    """How much of a thread one model call is given, in characters of JSON; older texts are cut
    short until the rest fits. 20,000 to 900,000."""

    tool_output_characters: int = Field(default=20_000, ge=1_000, le=60_000)
    """How much of what a tool returns is given to the model; the rest is left out, with a mark.
    1,000 to 60,000."""

    tool_timeout_seconds: int = Field(default=USUAL.tool_seconds, ge=5, le=86_400)
    """How long one try of a tool may take. 5 to 86,400, a day."""

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
    def turn_limits(self) -> TurnLimits:
        """What workflows have to know of them."""
        return TurnLimits(
            model_calls=self.turn_model_calls,
            inner_model_calls=self.turn_inner_model_calls,
            given=self.model_input_characters,
            tool_seconds=self.tool_timeout_seconds,
        )

    @property
    def secret_names(self) -> frozenset[str]:
        """`secret_arguments`, one by one."""
        return frozenset(names_in(self.secret_arguments))
