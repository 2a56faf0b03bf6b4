"""What one sandbox is started with."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock, system_clock

SLACK_ACK_SECONDS = 3.0
RETRY_SECONDS = (0.2, 1.0, 2.0)
"""Slack retries an event at once, after a minute and after five; nobody waits that long here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Settings of one sandbox; tests build it directly, `python -m sandbox` from its arguments."""

    manifest: Path
    bot_token: str
    app_token: str
    signing_secret: str
    page_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = 0
    data: Path | None = None
    events_url: str | None = None
    strict: bool = True
    clock: Clock = system_clock
    ack_seconds: float = SLACK_ACK_SECONDS
    retry_seconds: tuple[float, ...] = RETRY_SECONDS
    quiet_seconds: float = 0.3
    model_latency: float = 0.0
