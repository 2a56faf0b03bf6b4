"""The summary of many approvals that one turn asks for at once."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.activities import CardActivities
from workflows.approvals import ApprovalStatus
from workflows.contracts import Thread
from workflows.decisions import Outcome
from workflows.errands import Batch
from workflows.patience import call_slack

LARGEST_WITHOUT = 3
"""So many cards are taken in at a glance; more get a summary."""


class Summary:
    """One message that lists every approval of a batch and how it stands."""

    def __init__(self, thread: Thread, key: str, calls: Sequence[str]) -> None:
        self._thread = thread
        self._key = key
        self._calls = calls
        """Ids of the tool calls, in the order in which the model made them."""
        self._rows: dict[str, ApprovalStatus] = {}
        self._known: set[str] = set()
        self._changes = 0

    def asked(self, status: ApprovalStatus) -> None:
        """One of the calls is put to people."""
        self._rows[status.id] = status
        self.passed(status.request.call.id)

    def passed(self, call_id: str) -> None:
        """It is known what became of one of the calls: asked, or settled without asking."""
        self._known.add(call_id)

    def ended(self, status: ApprovalStatus) -> None:
        """One of the approvals has ended."""
        if status.id in self._rows:
            self._rows[status.id] = status
            self._changes += 1

    async def keep_true(self) -> None:
        """Post the summary once all are asked, and rewrite it until none waits any more."""
        await workflow.wait_condition(lambda: len(self._known) >= len(self._calls))
        if len(self._rows) <= LARGEST_WITHOUT:
            return
        ts = ""
        try:
            while True:
                shown, waits = self._changes, self._waits()
                rows = tuple(sorted(self._rows.values(), key=self._place))
                batch = Batch(thread=self._thread, key=self._key, rows=rows, ts=ts)
                ts = await call_slack(CardActivities.show_batch, batch)
                if not waits:
                    return
                await workflow.wait_condition(lambda: self._changes > shown)  # noqa: B023
        except ActivityError:
            workflow.logger.warning("Slack does not take a summary", exc_info=True)

    def _place(self, row: ApprovalStatus) -> int:
        return self._calls.index(row.request.call.id)

    def _waits(self) -> bool:
        return any(row.outcome is Outcome.PENDING for row in self._rows.values())
