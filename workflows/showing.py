"""What people see of an approval: its card, private answers, and how lists find it."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.activities import CardActivities, ThreadActivities
from workflows.approvals import Card
from workflows.case import Case
from workflows.contracts import Prepared
from workflows.decisions import Decision, Outcome, Refusal, Refused
from workflows.errands import Reminder, Whisper
from workflows.listing import approval_memo
from workflows.patience import call_slack
from workflows.search import changes
from workflows.words import refusal_for_person

ROW_FIELDS = 10
ROW_CHARACTERS = 1_000
"""What a row of a list can say of a call in full; a longer one is opened before it is approved."""
NUDGEABLE = frozenset({Refusal.NOT_AN_APPROVER, Refusal.OWN_REQUEST})
"""Who may not decide may at least remind those who may."""


class Showing:
    """Keeps every view of a case true. Slack may take its time; decisions do not wait for it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._drawn = 0
        self._listed: dict[str, Any] = {}
        self._found_by: Any = None
        self._errands: list[tuple[Any, Any]] = []

    async def keep_card_true(self) -> None:
        """Post the card, then rewrite it after every change until all is settled and shown."""
        case = self._case
        self._drawn = case.changes
        try:
            self._show(await call_slack(CardActivities.post_card, case.status()))
            while True:
                await workflow.wait_condition(
                    lambda: self._drawn < case.changes or case.settled,
                )
                if self._drawn == case.changes:
                    return
                self._drawn = case.changes
                self._list()
                self._show(await call_slack(CardActivities.redraw_card, case.status()))
        except ActivityError:
            workflow.logger.exception("Slack does not take the card")
            case.put(case.ballot.close(Outcome.FAILED_TO_ASK), workflow.now())
            self._list()

    async def keep_listed(self) -> None:
        """Without a card: only lists have to know."""
        case = self._case
        while not case.settled:
            self._list()
            self._drawn = case.changes
            await workflow.wait_condition(lambda: case.changes > self._drawn or case.settled)
        self._list()

    @property
    def is_idle(self) -> bool:
        """Whether every errand has been run."""
        return not self._errands

    async def run_errands(self) -> None:
        """Deliver private answers and reminders, one after the other."""
        while True:
            await workflow.wait_condition(lambda: not self.is_idle)
            method, argument = self._errands[0]
            try:
                await call_slack(method, argument)
            except ActivityError:
                workflow.logger.warning("Slack does not take a message", exc_info=True)
            self._errands.pop(0)

    def card_lost(self, ts: str) -> None:
        """Somebody deleted the card: it is drawn again, and is then found to be gone."""
        self._case.lost = ts
        self._redraw_if_lost()

    def explain(self, refused: Refused) -> None:
        """Tell the person why what they did changed nothing."""
        decision = refused.decision
        if decision is not None:
            text = refusal_for_person(refused, self._case.status())
            self.tell(decision, text, nudge=refused.why in NUDGEABLE)

    def tell(self, decision: Decision, text: str, *, nudge: bool = False) -> None:
        """Say something to one person only, where they acted."""
        if decision.by is None:
            return
        thread = self._case.request.call.thread
        channel = decision.channel or thread.channel
        whisper = Whisper(
            to=decision.by,
            channel=channel,
            thread_ts=thread.ts if channel == thread.channel else "",
            text=text,
            nudge=self._case.id if nudge else "",
        )
        self._errands.append((ThreadActivities.whisper, whisper))

    def remind(self, reminder: Reminder) -> None:
        """Write to those who are waited for."""
        self._errands.append((CardActivities.remind, reminder))

    def _show(self, card: Card) -> None:
        case = self._case
        if case.card == card:
            return
        if case.card is not None and case.card.ts != card.ts:
            case.edition += 1
        case.card = card
        self._redraw_if_lost()
        self._list(is_new=True)

    def _redraw_if_lost(self) -> None:
        if self._case.card is not None and self._case.card.ts == self._case.lost:
            self._case.changes += 1

    def _list(self, *, is_new: bool = False) -> None:
        """Have lists find the approval as it stands; older ones are listed as they were."""
        status = self._case.status()
        link = status.card.permalink if status.card else ""
        memo = approval_memo(status, link, one_tap=fits_in_a_row(status.shown))
        if is_new or (status.in_force is not None and memo != self._listed):
            self._listed = memo
            workflow.upsert_memo(memo)
        if status.in_force is not None and (updates := changes(status)) != self._found_by:
            self._found_by = updates
            workflow.upsert_search_attributes(updates)


def fits_in_a_row(prepared: Prepared) -> bool:
    """Whether a row of a list says everything, so that it may be approved there."""
    size = len(prepared.summary) + sum(len(it.name) + len(it.value) for it in prepared.fields)
    return len(prepared.fields) <= ROW_FIELDS and size <= ROW_CHARACTERS
