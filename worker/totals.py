"""What somebody asked a tool for before, wherever that was: counted from Temporal's lists."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from countersign.policy.engine import Policy
from countersign.policy.spans import in_words
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.core import Call
from workflows.listing.costs import (
    MOST,
    Cost,
    TooManyError,
    UnreadableCostError,
    kept_for,
    read_costs,
)
from workflows.listing.queries import counted

log = structlog.get_logger(__name__)

SECONDS = 5.0
"""How long a call waits for its total: less than the ruling may take as a whole."""
UNCOUNTABLE = "I couldn't add up what was asked for before, so nobody was asked."
LOOK = "An administrator has to look into the worker's log."


class TotalsAwayError(Exception):
    """What was asked before is not known now. The text is Temporal's word for why."""


class UncountableError(Exception):
    """What was asked before cannot be added up. The text is a sentence for people."""


class Totals(Protocol):
    """What a call's total is made of, beside the call itself."""

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:
        """What each earlier call of this requester and tool costs, in whole units.

        Those count that still wait, and those within the window that were or may have been done.

        Raises:
            TotalsAwayError: that is not known now.
            UncountableError: it cannot be added up.
        """
        ...

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:
        """The same of those that were asked for before this one, which waits.

        Raises:
            TotalsAwayError: that is not known now.
            UncountableError: it cannot be added up.
        """
        ...


class NoTotals:
    """Where nothing can be counted yet."""

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:  # noqa: ARG002
        """See `Totals`."""
        raise TotalsAwayError("not connected")

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:  # noqa: ARG002
        """See `Totals`."""
        raise TotalsAwayError("not connected")


class KnownTotals:
    """Where the costs are known already."""

    def __init__(self, costs: Sequence[float]) -> None:
        self._costs = costs

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:  # noqa: ARG002
        """See `Totals`."""
        return self._costs

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:  # noqa: ARG002
        """See `Totals`."""
        return self._costs


class TemporalTotals:
    """Counts the approvals of one installation."""

    def __init__(self, temporal: Client, task_queue: str) -> None:
        self._temporal = temporal
        self._task_queue = task_queue

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:
        """See `Totals`. What was asked in the same conversation may not be listed yet."""
        listed = await self._listed(query.call, window)
        known = {cost.id for cost in listed}
        here = (it for it in query.asked_here if it.id not in known)
        out = {query.call.approval, query.instead_of}
        return [it.amount for it in (*here, *listed) if it.id not in out]

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:
        """See `Totals`."""
        listed = await self._listed(call, window)
        own = next((cost for cost in listed if cost.id == call.approval), None)
        if own is None:
            raise TotalsAwayError("the approval is not listed yet")
        return [cost.amount for cost in listed if cost.place < own.place]

    async def _listed(self, call: Call, window: timedelta) -> Sequence[Cost]:
        since = datetime.now(UTC) - window
        question = counted(self._task_queue, call.requester.user, call.tool, since)
        if question is None:
            log.error("nothing can be counted by this tool's or person's name", tool=call.tool)
            raise UncountableError(f"{UNCOUNTABLE} {LOOK}")
        try:
            async with asyncio.timeout(SECONDS):
                await self._check_window(window)
                return await read_costs(self._temporal, question)
        except TooManyError as error:
            raise UncountableError(
                f"{UNCOUNTABLE} There are more than {MOST:,} requests. Try again later."
            ) from error
        except UnreadableCostError as error:
            log.exception("an approval does not say what it costs", approval=str(error))
            raise UncountableError(f"{UNCOUNTABLE} {LOOK}") from error
        except (RPCError, TimeoutError) as error:
            cause = error.status.name if isinstance(error, RPCError) else "timeout"
            raise TotalsAwayError(cause) from error

    async def check(self, policy: Policy) -> None:
        """Log it at the start where a policy counts further back than Temporal remembers.

        Raises:
            RPCError: Temporal does not answer.
        """
        kept = await kept_for(self._temporal)
        if policy.needs_totals and kept < policy.window:
            log.error(
                "the policy counts over longer than Temporal keeps requests, so nobody can be "
                "asked where a total is needed; shorten totals.window or lengthen the retention",
                window=in_words(policy.window),
                kept=in_words(kept),
            )

    async def _check_window(self, window: timedelta) -> None:
        kept = await kept_for(self._temporal)
        if kept < window:
            raise UncountableError(
                f"{UNCOUNTABLE} The policy counts over {in_words(window)}, and Temporal forgets "
                f"requests {in_words(kept)} after they end. An administrator has to change either."
            )
