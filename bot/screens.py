"""What is open in front of one person and can be drawn anew: a list, one approval, the Home."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.payloads.fields import PayloadError
from bot.response_url import ResponseUrlError
from countersign.slack.web_client import CONFIGURATION, code_of, retry_after
from workflows.client import ApprovalNotFoundError, Approvals
from workflows.contracts.approvals import ApprovalStatus

NOT_SHOWN = (
    ApprovalNotFoundError,
    OSError,
    PayloadError,
    RPCError,
    ResponseUrlError,
    SlackApiError,
    TimeoutError,
    WorkflowQueryFailedError,
    aiohttp.ClientError,
)
"""Why something could not be drawn or shown. What it shows is true all the same."""
FINAL = frozenset({"not_enabled", "user_not_found", "invalid_blocks", "view_too_large"})
LATER = re.compile(r"5\d\d|429|[A-Z]")
"""Answers of a `response_url` and errors on the way to it that pass by themselves."""
MOST_NEWS = 3
"""Ends that are told above a list; the others are only missing from it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one person is shown."""

    text: str
    blocks: Sequence[Block] = ()
    waiting: tuple[str, ...] = ()
    """Ids of the approvals on it that have not ended."""


class Screen(Protocol):
    """A place that shows something to one person.

    Both methods raise one of `NOT_SHOWN` where that does not work.
    """

    async def draw(self, ended: Sequence[str]) -> Drawn | None:
        """As it stands now, or None if its reader need not be shown that.

        `ended` are approvals that have ended since it was first shown.
        """
        ...

    async def show(self, drawn: Drawn) -> None:
        """Put it in the place of what was shown before."""
        ...


def may_pass(error: BaseException) -> bool:
    """Whether what could not be shown may be shown later."""
    match error:
        case ApprovalNotFoundError() | PayloadError():
            return False
        case ResponseUrlError():
            return LATER.match(error.why) is not None
        case SlackApiError():
            return code_of(error) not in CONFIGURATION | FINAL
        case _:
            return True


def told_to_wait(error: BaseException) -> float:
    """Seconds for which Slack wants to be left alone."""
    return (retry_after(error) or 0.0) if isinstance(error, SlackApiError) else 0.0


async def endings(approvals: Approvals, ids: Sequence[str]) -> Sequence[ApprovalStatus]:
    """How the last of these ended, as far as that can be read."""

    async def ending(id_: str) -> ApprovalStatus | None:
        try:
            return await approvals.status(id_)
        except (ApprovalNotFoundError, RPCError, WorkflowQueryFailedError):
            return None

    return [it for it in await asyncio.gather(*map(ending, ids[-MOST_NEWS:])) if it]
