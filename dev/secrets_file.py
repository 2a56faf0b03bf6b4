"""The tokens that the sandbox and the product share; made up once, never used for real Slack."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path


def _token(prefix: str) -> str:
    return f"{prefix}sandbox-{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class SandboxSecrets:
    """What Slack would have given us, and the key to the sandbox's page."""

    bot_token: str = field(default_factory=lambda: _token("xoxb-"))
    app_token: str = field(default_factory=lambda: _token("xapp-"))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    page_token: str = field(default_factory=lambda: secrets.token_urlsafe(16))


def load_or_create(file: Path) -> SandboxSecrets:
    """The secrets of this file; new ones are written to it if it is missing or unreadable."""
    try:
        return SandboxSecrets(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        new = SandboxSecrets()
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600, exist_ok=False)
    partial.write_text(json.dumps(asdict(new), indent=2), encoding="utf-8")
    partial.replace(file)
    return new
