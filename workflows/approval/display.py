"""What people see of an approval: its card, private answers, and how lists find it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.approval.state import ApprovalState
from workflows.contracts.activities import CardActivities, ThreadActivities
from workflows.contracts.activity_inputs import EphemeralMessage, Reminder, Reply
from workflows.contracts.approvals import Card
from workflows.contracts.core import Prepared
from workflows.contracts.decisions import Decision, Outcome, Refusal, Refused
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import changes
from workflows.timeouts import call_slack, sure
from workflows.user_messages import refusal_for_person

ROW_FIELDS = 10
ROW_CHARACTERS = 1_000
"""What a row of a list can say of a call in full; a longer one is opened before it is approved."""
THREAD = "thread"
"""The lane of what is not for one person only."""
ERRANDS_AT_ONCE = 5
MOST_ERRANDS = 500
"""Messages that wait while Slack is away; what is more than that is only logged."""
NUDGEABLE = frozenset({Refusal.NOT_AN_APPROVER, Refusal.OWN_REQUEST})
"""Who may not decide may at least remind those who may."""


@dataclass(frozen=True, eq=False, slots=True)
class Errand:
    """Something to be sent to Slack. Those of one lane go one after the other."""

    lane: str
    method: Any
    argument: Any


class CardPublisher:
    """Keeps every view of an approval true. Slack may take its time; no decision waits for it."""

    def __init__(self, state: ApprovalState) -> None:
        self._state = state
        self._drawn = 0
        self._listed: dict[str, Any] = {}
        self._found_by: Any = None
        self._errands: list[Errand] = []
        self._running: list[Errand] = []

    async def keep_card_true(self) -> None:
        """Post the card, then rewrite it after every change until all is settled and shown."""
        state = self._state
        await self._draw(CardActivities.post_card)
        while state.card is not None:
            await workflow.wait_condition(lambda: self._drawn < state.changes or state.settled)
            if self._drawn == state.changes:
                return
            await self._draw(CardActivities.redraw_card)

    async def _draw(self, method: Any) -> None:
        """Have the card drawn as things stand. What Slack refuses for good asks nobody.

        A bug leaves a card that is there as it was until the next change; decisions count.
        """
        state = self._state
        self._drawn = state.changes
        try:
            if state.card is not None:
                self._list()
            self._show(sure(Card, await call_slack(method, state.status())))
        except ActivityError:
            workflow.logger.exception("Slack does not take the card")
            self._fail_to_ask()
        except Exception:
            workflow.logger.exception("A card could not be drawn")
            if state.card is None:
                self._fail_to_ask()

    def _fail_to_ask(self) -> None:
        state = self._state
        state.put(state.ballot.close(Outcome.FAILED_TO_ASK), workflow.now())
        self._relist()

    async def keep_listed(self) -> None:
        """Without a card: only lists have to know."""
        state = self._state
        while not state.settled:
            self._relist()
            self._drawn = state.changes
            await workflow.wait_condition(lambda: state.changes > self._drawn or state.settled)
        self._relist()

    @property
    def is_idle(self) -> bool:
        """Whether every errand has been run."""
        return not self._errands and not self._running

    async def run_errands(self) -> None:
        """Deliver private answers and reminders, each in its turn but a few at the same time.

        One that Slack does not take for now keeps only those back that have to come after it.
        """
        while True:
            await workflow.wait_condition(lambda: self._next() is not None)
            if (errand := self._next()) is not None:
                self._errands.remove(errand)
                self._running.append(errand)
                asyncio.create_task(self._run(errand))  # noqa: RUF006 - the loop keeps its tasks

    def _next(self) -> "Errand | None":
        busy = {it.lane for it in self._running}
        if len(busy) >= ERRANDS_AT_ONCE:
            return None
        return next((it for it in self._errands if it.lane not in busy), None)

    async def _run(self, errand: "Errand") -> None:
        """Run one errand. One that fails is dropped, and the log has it."""
        try:
            await call_slack(errand.method, errand.argument)
        except ActivityError:
            workflow.logger.warning("Slack does not take a message", exc_info=True)
        except Exception:
            workflow.logger.exception("A message could not be sent")
        finally:
            self._running.remove(errand)

    def _send(self, lane: str, method: Any, argument: Any) -> None:
        if len(self._errands) >= MOST_ERRANDS:
            workflow.logger.error("Too many messages wait; this one is dropped")
            return
        self._errands.append(Errand(lane, method, argument))

    def card_lost(self, ts: str) -> None:
        """Somebody deleted the card: it is drawn again, and is then found to be gone."""
        self._state.lost = ts
        self._redraw_if_lost()

    def explain(self, refused: Refused) -> None:
        """Tell the person why what they did changed nothing."""
        decision = refused.decision
        if decision is not None:
            deadline = self._state.deadline
            is_time_up = deadline is not None and workflow.now() >= deadline
            text = refusal_for_person(refused, self._state.status(), is_time_up=is_time_up)
            self.tell(decision, text, nudge=refused.why in NUDGEABLE)

    def tell(self, decision: Decision, text: str, *, nudge: bool = False) -> None:
        """Say something to one person only, where they acted."""
        if decision.by is None:
            return
        thread = self._state.request.call.thread
        channel = decision.channel or thread.channel
        ephemeral = EphemeralMessage(
            to=decision.by,
            channel=channel,
            thread_ts=thread.ts if channel == thread.channel else "",
            text=text,
            nudge=self._state.id if nudge else "",
        )
        self._send(decision.by.user, ThreadActivities.post_ephemeral, ephemeral)

    def say(self, key: str, text: str) -> None:
        """Say something in the thread."""
        call = self._state.request.call
        reply = Reply(thread=call.thread, key=key, markdown=text, to=call.requester)
        self._send(THREAD, ThreadActivities.post_reply, reply)

    def remind(self, reminder: Reminder) -> None:
        """Write to those who are waited for, before whoever asked for that is told so."""
        lane = reminder.by.user if reminder.by else THREAD
        self._send(lane, CardActivities.remind, reminder)

    def _show(self, card: Card) -> None:
        state = self._state
        if state.card == card:
            return
        if state.card is not None and state.card.ts != card.ts:
            state.edition += 1
        state.card = card
        self._redraw_if_lost()
        self._list(is_new=True)

    def _redraw_if_lost(self) -> None:
        if self._state.card is not None and self._state.card.ts == self._state.lost:
            self._state.changes += 1

    def _relist(self) -> None:
        try:
            self._list()
        except Exception:
            workflow.logger.exception("Lists could not be told")

    def _list(self, *, is_new: bool = False) -> None:
        """Have lists find the approval as it stands."""
        status = self._state.status()
        link = status.card.permalink if status.card else ""
        memo = approval_memo(status, link, one_tap=fits_in_a_row(status.shown))
        if is_new or memo != self._listed:
            self._listed = memo
            workflow.upsert_memo(memo)
        if (updates := changes(status)) != self._found_by:
            self._found_by = updates
            workflow.upsert_search_attributes(updates)


def fits_in_a_row(prepared: Prepared) -> bool:
    """Whether a row of a list says everything, so that it may be approved there."""
    size = len(prepared.summary) + sum(len(it.name) + len(it.value) for it in prepared.fields)
    return len(prepared.fields) <= ROW_FIELDS and size <= ROW_CHARACTERS
