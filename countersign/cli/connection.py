"""Runs one command against Temporal, and says in words why that did not work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import WorkflowFailureError, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from countersign.cli.errors import REFUSED, UNREACHABLE, CommandError
from countersign.runtime.temporal_faults import no_namespace, temporal_fault
from workflows.client import ApprovalNotFoundError, Approvals, connect
from workflows.contracts.core import APPROVAL_PREFIX

CONNECTING_SECONDS = 10
_Found = TypeVar("_Found")


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
            why = _why(error, approvals.namespace)
            raise CommandError(why, UNREACHABLE) from error

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
        why = temporal_fault(error).text
        raise CommandError(f"Temporal cannot be reached: {why}.", UNREACHABLE) from error


def _why(error: RPCError, namespace: str) -> str:
    """Why Temporal did not do what it was asked, and what to do next."""
    match error.status:
        case RPCStatusCode.NOT_FOUND:
            return f"{no_namespace(namespace)}."
        case RPCStatusCode.INVALID_ARGUMENT:
            return (
                "Temporal does not know by what approvals are found. Start a worker once, which "
                "tells it (`make dev`, or `python -m worker`)."
            )
        case RPCStatusCode.PERMISSION_DENIED | RPCStatusCode.UNAUTHENTICATED:
            return (
                "Temporal does not let you do this. Check TEMPORAL_API_KEY or your certificate, "
                "and TEMPORAL_NAMESPACE, here or in .env."
            )
        case RPCStatusCode.CANCELLED | RPCStatusCode.DEADLINE_EXCEEDED:
            return (
                "There was no answer in time. Check that a worker is running (`make dev`, or "
                "`python -m worker`), and try again."
            )
        case RPCStatusCode.UNAVAILABLE | RPCStatusCode.RESOURCE_EXHAUSTED:
            return "Temporal does not answer just now. Try again in a moment."
        case status:
            return (
                f"Temporal refused ({status.name}). Nothing was changed; its server's log says why."
            )
