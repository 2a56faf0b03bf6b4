"""What is known of a call when the policy is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.contracts.origins import SLACK


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. Groups and channels are those that the policy asks about.

    Who is not in Slack has none, and is neither a guest nor external.
    """

    id: str
    team: str = ""
    name: str = ""
    is_guest: bool = False
    is_external: bool = False
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Venue:
    """Where it is asked. Outside Slack there is no channel, and the id is empty."""

    id: str
    is_direct: bool = False
    is_private: bool = False
    is_shared: bool = False
    name: str = ""


UNKNOWN = Venue("here")
"""A channel of which nothing is known, where a policy is explained: `here` stays `here`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One call. `amount` is in whole units of the currency; None if the tool has no cost.

    `origin` is a key of `workflows.contracts.origins.NAMES`.
    """

    tool: str
    requester: Requester
    channel: Venue
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    amount: float | None = None
    origin: str = SLACK
    room: str = ""
    """Outside Slack: the channel in which people are asked, if there is one."""
    total: float | None = None
    """`amount` and those before it together, as `countersign.policy.totals` adds them up; None
    if no condition asks for it, or the tool has no cost."""
    asks: bool | None = None
    """Whether the tool itself asks for approval of this call; None where only the tool is known,
    and not what it says of a call."""


def requester_from(user: str) -> Requester:
    """Somebody who is not in Slack, of whom nothing is known but their id, `<kind>:<id>`."""
    return Requester(user, name=user.partition(":")[2])
