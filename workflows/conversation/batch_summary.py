"""The summary of many approvals that one turn asks for at once."""

from collections.abc import Callable, Sequence

from temporalio import workflow

from workflows.contracts.activities import CardActivities
from workflows.contracts.activity_inputs import Batch
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Origin
from workflows.contracts.decisions import Outcome
from workflows.conversation.memory import AgentRun, GuardedCall
from workflows.timeouts import call_slack

LARGEST_WITHOUT = 1
"""More than so many get a summary, from which all can be approved together."""


class Summary:
    """One message that lists every approval of a batch and how it stands."""

    def __init__(self, origin: Origin, key: str, state: AgentRun, *, again: bool) -> None:
        self._origin = origin
        self._key = key
        self._state = state
        self._again = again
        """Whether an earlier run may have posted it without hearing so."""

    async def keep_true(self) -> None:
        """Post the summary once all are asked, and rewrite it until none waits any more."""
        if len(self._state.calls) <= LARGEST_WITHOUT:
            return
        await workflow.wait_condition(lambda: all(map(_is_known, self._state.calls)))
        if len(self._rows()) <= LARGEST_WITHOUT:
            return
        try:
            while True:
                shown = await self._show()
                if not any(row.outcome is Outcome.PENDING for row in shown):
                    return
                await workflow.wait_condition(self._differs(shown))
        except Exception:
            # The cards say the same; whatever this is must not end the turn that waits for them.
            workflow.logger.exception("The summary is not shown")

    async def _show(self) -> Sequence[ApprovalStatus]:
        state, rows = self._state, self._rows()
        batch = Batch(
            origin=self._origin,
            key=self._key,
            rows=tuple(rows),
            ts=state.batch_ts,
            again=self._again,
        )
        state.batch_ts = await call_slack(CardActivities.show_batch, batch)
        return rows

    def _differs(self, shown: Sequence[ApprovalStatus]) -> Callable[[], bool]:
        """Whether what was shown is no longer how it stands."""
        return lambda: self._marks(self._rows()) != self._marks(shown)

    def _rows(self) -> list[ApprovalStatus]:
        """How every call stands that people were asked about, in the model's order."""
        return [row for call in self._state.calls if (row := _row(call))]

    @staticmethod
    def _marks(rows: Sequence[ApprovalStatus]) -> list[tuple[str, str, str]]:
        return [(row.id, row.outcome, row.execution) for row in rows]


def _is_known(call: GuardedCall) -> bool:
    """Whether people are asked about it, or it was settled without asking."""
    return call.asked is not None or bool(call.words)


def _row(call: GuardedCall) -> ApprovalStatus | None:
    if call.asked is not None:
        status = ApprovalStatus.pending(call.asked)
    elif call.status is not None:
        status = call.status
    else:
        return None
    return None if status.request.is_automatic else status
