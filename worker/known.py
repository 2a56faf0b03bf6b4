"""What a worker has to know before it can start."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from worker.agents import OpenAgent
from worker.surface import Surface


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom a worker speaks to, beside Temporal and what its tools need."""

    slack: AsyncWebClient
    surfaces: Sequence[Surface]
    has_slack: bool = True
    """Whether there is a Slack; otherwise `slack` knows no method."""


Reach = Callable[[Waiting], Awaitable[Surroundings]]
"""Waits until those are there whom a worker speaks to. May raise `PreflightError`."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that a worker needs."""

    agents: Sequence[OpenAgent]
    temporal: Client
    """One connection for all agents."""
    directory: Directory
    around: Surroundings
