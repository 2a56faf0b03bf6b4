"""Events as Slack sends them, which the sandbox's people would not cause."""

import time
from typing import Any
from uuid import uuid4

from tests.slack.reading import Json
from tests.slack.slack_thread import ALICE, OPS


def now() -> str:
    """A `ts` of this moment."""
    return f"{time.time():.6f}"


def event(text: str, channel: str = OPS, ts: str = "", **more: Any) -> Json:
    """A message of Alice's; `more` goes into the inner event."""
    ts = ts or now()
    inner = {"type": "message", "channel": channel, "user": ALICE, "text": text, "ts": ts}
    kind = "im" if channel.startswith("D") else "channel"
    inner |= {"channel_type": kind, "team": "T0ACME", "event_ts": ts, **more}
    whole = {"type": "event_callback", "team_id": "T0ACME", "api_app_id": "A0SIGN"}
    return {**whole, "event_id": f"Ev{uuid4().hex[:10].upper()}", "event": inner}
