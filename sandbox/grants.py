"""Short-lived permissions: `trigger_id` opens one modal, a `response_url` takes a few answers."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.errors import SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    """The right to open a view for the person who just did something."""

    user: str
    issued: float
    view_id: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer where something was done; `ts` is the message that was clicked."""

    user: str
    channel: str
    ts: str | None
    thread_ts: str | None
    issued: float
    uses: int = 0


class Triggers:
    """Issues trigger ids and redeems each once."""

    def __init__(self, clock: Clock, *, strict: bool) -> None:
        self._clock = clock
        self._strict = strict
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        """Return a new id; `view_id` is the modal in which the person acted, if any."""
        trigger_id = (
            f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        self._issued[trigger_id] = Trigger(user, self._clock(), view_id)
        return trigger_id

    def redeem(self, trigger_id: str) -> Trigger:
        """Use an id up.

        Raises:
            SlackError: it is unknown, was used, or is older than three seconds.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            message = "[ERROR] invalid `trigger_id` [json-pointer:/trigger_id]"
            raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
        if self._strict and trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._strict and self._clock() - trigger.issued > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


class ResponseUrls:
    """Issues response URLs and counts their uses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ResponseUrl] = {}

    @property
    def issued(self) -> Mapping[str, ResponseUrl]:
        """All that were ever given out."""
        return self._issued

    def issue(self, user: str, channel: str, ts: str | None, thread_ts: str | None) -> str:
        """Return the id in a new response URL."""
        url_id = secrets.token_urlsafe(18)
        self._issued[url_id] = ResponseUrl(user, channel, ts, thread_ts, self._clock())
        return url_id

    def redeem(self, url_id: str) -> ResponseUrl:
        """Count one use.

        Raises:
            SlackError: `used_url` after five uses, `expired_url` after half an hour.
        """
        grant = self._issued.get(url_id)
        if grant is None:
            raise SlackError("invalid_url")
        if self._clock() - grant.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if grant.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        grant.uses += 1
        return grant
