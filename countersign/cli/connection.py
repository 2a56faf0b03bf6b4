"""Runs one command against Temporal, and says in words why that did not work."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from countersign.cli.errors import REFUSED, UNREACHABLE, CommandError
from workflows.client import ApprovalNotFoundError, Approvals, connect
from workflows.contracts.core import APPROVAL_PREFIX

CONNECTING_SECONDS = 10
_Found = TypeVar("_Found")
_CORE_MESSAGE = re.compile(r'message: "([^"]+)"')
_SILENT = {RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED}


def run(work: Callable[[Approvals], Awaitable[_Found]]) -> _Found:
    """Connect as `TEMPORAL_*` and `.env` say, and do the work.

    Raises:
        CommandError: Temporal cannot be reached, or has no such approval.
    """

    async def connected() -> _Found:
        approvals = await _reach()
        try:
            return await work(approvals)
        except ApprovalNotFoundError as error:
            raise CommandError(
                f"There is no approval {error.approval_id!r} here. `countersign pending` lists "
                "what is waiting.",
                REFUSED,
            ) from error
        except (WorkflowQueryFailedError, WorkflowFailureError) as error:
            raise CommandError(
                "The worker can't tell how this approval stands; its log says why.", UNREACHABLE
            ) from error
        except RPCError as error:
            raise CommandError(_why(error), UNREACHABLE) from error

    return asyncio.run(connected())


def full_id(typed: str) -> str:
    """An approval's id as a person types it: `approval-` may be left out."""
    typed = typed.strip().lower()
    return typed if typed.startswith(APPROVAL_PREFIX) else f"{APPROVAL_PREFIX}{typed}"


async def _reach() -> Approvals:
    try:
        async with asyncio.timeout(CONNECTING_SECONDS):
            return Approvals(await connect())
    except (RuntimeError, ValueError, OSError, TimeoutError) as error:
        raise CommandError(
            "Temporal cannot be reached; check TEMPORAL_ADDRESS and the other TEMPORAL_* "
            f"variables, here or in .env ({_cause(str(error))}).",
            UNREACHABLE,
        ) from error


def _cause(text: str) -> str:
    """The part for people of what the SDK's core says."""
    found = _CORE_MESSAGE.search(text)
    return found.group(1) if found else text or "no answer"


def _why(error: RPCError) -> str:
    if error.status in _SILENT:
        return (
            "There was no answer in time. Check that a worker is running (`make dev`, or "
            "`python -m worker`), and try again."
        )
    return f"Temporal refused: {error.message}. Check TEMPORAL_NAMESPACE and your permissions."
