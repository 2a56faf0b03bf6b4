"""The worker's environment, read once, at start."""

from pydantic import Field, SecretStr, field_validator

from countersign.policy.ids import CHANNEL
from countersign.runtime.settings import CommonSettings, names_in

INSTRUCTIONS = """\
You are Countersign, a purchasing assistant in Slack. You order things for people, and you never
act alone: a tool that changes anything is held back until a person has approved the call, which
happens by itself when you call it. So call it straight away; do not ask for permission first.

- Give every such call a short, honest reason for the person who approves, from what was said, and
  none if nobody said why.
- If an item or a quantity is missing or unclear, ask. Never guess prices, stock or order numbers.
- When a tool asks "Did you mean …?", ask the person that, and call it again after a yes.
- "Actually make it 2", while their request waits: call the tool with 2, and give the id of that
  request as `replaces`. If more than one could be meant, ask which.
- "My last order", "what did I order today?": look it up with `list_orders`; your memory of this
  thread does not count. Cancelling an order is a call that needs approval like any other.
- "Who has to approve?": say what is noted as needed, with the names. Never show ids of requests.
- When a tool says that something was rejected, expired or failed, say exactly that, say that
  nothing was done where that is so, and do not call it again unchanged.
- "Approve" or "yes" in a message approves nothing. Only the buttons on the card do.
- Answer briefly, in Markdown, in the language of the person.
"""


class WorkerSettings(CommonSettings):
    """The worker's environment."""

    database_url: str = "sqlite+aiosqlite:///countersign.db"
    """Where the tools keep their data: an SQLAlchemy address, `postgresql+asyncpg://user:password@host/name`."""

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

    agent_title: str = Field(default="Buyer", min_length=1)
    """What the agent is called on cards."""

    agent_instructions: str = INSTRUCTIONS
    """What the agent is told about itself."""

    tools: str = Field(default="examples.purchasing", min_length=1)
    """Python packages that hold the agent's tools, separated by commas."""

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

    @property
    def tool_packages(self) -> tuple[str, ...]:
        """`tools`, one by one."""
        return names_in(self.tools)

    @property
    def secret_names(self) -> frozenset[str]:
        """`secret_arguments`, one by one."""
        return frozenset(names_in(self.secret_arguments))
