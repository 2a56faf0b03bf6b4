"""What one stand-in of the AgentEx backend is started with."""

import secrets
from dataclasses import dataclass, field

VERSION = "0.1.0"
"""The oldest contract that agentex-sdk accepts."""
AGENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentexConfig:
    """Settings of one backend; `python -m sandbox.agentex` reads them from its arguments."""

    port: int = 0
    control_port: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    version: str = VERSION
    require_key: bool = False
    """Whether whoever writes must send an agent's key; a wrong key is always refused."""
    agent_seconds: float = AGENT_SECONDS
    """How long an agent may take to answer."""
