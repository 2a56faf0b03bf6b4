"""What the model remembers of a thread. Pure: lists in, lists out."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from workflows.approvals import Grant
from workflows.contracts import Message, Thread
from workflows.decisions import Outcome

Item = dict[str, Any]
"""One item of the Responses API's `input`."""

ITEMS_LIMIT = 200
SIZE_LIMIT = 200_000
"""Characters of JSON. Temporal refuses payloads above 2 MiB, and every model call carries this."""
SEEN_LIMIT = 200
"""Message ids that are remembered, so that a redelivered event is known (slack.md, 3.1)."""


class Remembered(BaseModel, frozen=True):
    """How an approval of this thread ended that was not approved, for a while."""

    id: str
    tool: str
    digest: str
    outcome: Outcome
    at: datetime
    verdict: str
    """What the model was told."""


class Memory(BaseModel, frozen=True):
    """What a conversation carries from one run of its workflow to the next."""

    thread: Thread
    items: tuple[dict[str, Any], ...] = ()
    seen: tuple[str, ...] = ()
    turns: int = 0
    inbox: tuple[Message, ...] = ()
    grants: tuple[Grant, ...] = ()
    refusals: tuple["Remembered", ...] = ()
    asks: tuple[datetime, ...] = ()
    """When people were asked within the last hour."""
    listening: bool = False
    """Whether it was begun by a reply whose mention is still to come: Slack keeps no order."""
    by_policy: bool = False
    """Whether every turn of this run follows the policy; False in runs that began before it."""


def said(text: str) -> Item:
    """What a person said."""
    return {"role": "user", "content": text}


def noted(text: str) -> Item:
    """What the product tells the model."""
    return {"role": "developer", "content": text}


def window(items: Sequence[Item]) -> list[Item]:
    """The newest part of a thread that fits, starting with something a person said.

    Starting anywhere else could keep a tool's output without its call, which the model's
    API refuses.
    """
    size = 0
    start = len(items)
    for index in range(len(items) - 1, -1, -1):
        size += len(json.dumps(items[index], default=str))
        if size > SIZE_LIMIT or len(items) - index > ITEMS_LIMIT:
            break
        if is_said(items[index]):
            start = index
    return list(items[start:])


def is_said(item: Mapping[str, Any]) -> bool:
    """Whether a person said this item."""
    return item.get("role") == "user"
