"""What people see of an approval: its card, private answers, and how lists find it."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.approval.outbox import Outbox
from workflows.approval.state import ApprovalState
from workflows.contracts.activities import CardActivities, SurfaceActivities
from workflows.contracts.activity_inputs import EphemeralMessage, Reminder, Reply
from workflows.contracts.approvals import ApprovalStatus, Card, Posted
from workflows.contracts.core import CARD_SHOWN_SIGNAL, Prepared
from workflows.contracts.decisions import Decision, Execution, Outcome, Refusal, Refused
from workflows.contracts.notices import Notice, NoticeCode
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import changes
from workflows.listing.summaries import approval_details
from workflows.timeouts import CARD_PATIENCE, call_slack, patiently

MOST_REMINDERS = 60
"""Direct messages after which no more are sent: Slack takes some fifty rewritings a minute."""
ROW_FIELDS = 10
ROW_CHARACTERS = 1_000
"""What a row of a list can say of a call in full; a longer one is opened before it is approved."""
EVERYBODY = "everybody"
"""The lane of what is not for one person only."""
NUDGEABLE = frozenset({Refusal.NOT_AN_APPROVER, Refusal.OWN_REQUEST})
"""Who may not decide may at least remind those who may."""


class CardPublisher:
    """Keeps every view of an approval true. Slack may take its time; no decision waits for it."""

    def __init__(self, state: ApprovalState) -> None:
        self._state = state
        self._drawn: Any = None
        self._is_late = False
        """Whether something was posted that says how it stood before the last change."""
        self._listed: dict[str, Any] = {}
        self._found_by: Any = changes(state.status())  # it was started with these
        self.is_drawing = False
        self.outbox = Outbox()

    async def keep_card_true(self) -> None:
        """Post the card, then rewrite it after every change until all is settled and shown."""
        state = self._state
        await self._draw(CardActivities.post_card)
        await self._tell_of_card()
        while state.card is not None:
            await workflow.wait_condition(lambda: self._is_behind or state.settled)
            if self._is_behind:
                await self._draw(CardActivities.redraw_card)
            elif state.settled:
                return

    async def _tell_of_card(self) -> None:
        """Have the conversation hear that the card stands, where it waits for that."""
        request, card = self._state.request, self._state.card
        if not request.is_awaited or card is None:
            return
        handle = workflow.get_external_workflow_handle(request.call.origin.workflow_id)
        try:
            await handle.signal(CARD_SHOWN_SIGNAL, args=[self._state.id, card.permalink])
        except ApplicationError:
            workflow.logger.info("No conversation hears of the card any more")

    async def keep_listed(self) -> None:
        """Without a card: only lists have to know."""
        state = self._state
        while not state.settled:
            self.relist()
            self._drawn = state.face
            await workflow.wait_condition(lambda: self._is_behind or state.settled)
        self.relist()

    async def keep_described(self) -> None:
        """Have Temporal's Web UI say how it stands. That costs no event."""
        state = self._state
        while not state.settled:
            described = state.face
            self.describe()
            await workflow.wait_condition(
                lambda seen=described: state.settled or seen != state.face
            )

    def describe(self) -> None:
        """Say how it stands now, if that can be said."""
        try:
            workflow.set_current_details(approval_details(self._state.status()))
        except Exception:
            workflow.logger.exception("It could not be said how an approval stands")

    @property
    def _is_behind(self) -> bool:
        """Whether something is to be drawn. That an action runs is, of one that takes its time."""
        state = self._state
        is_soon_over = state.execution is Execution.RUNNING and not state.is_slow
        return not is_soon_over and (self._is_late or self._drawn != state.face)

    async def _draw(self, method: Callable[[Any, ApprovalStatus], Awaitable[Card]]) -> None:
        """Have the card drawn as things stand. What Slack refuses for good asks nobody.

        A bug leaves a card that is there as it was until the next change; decisions count.
        """
        state = self._state
        status = self.to_draw()
        self.is_drawing = True
        try:
            if state.card is not None:
                self._list()
            self.show(await call_slack(method, status))
        except ActivityError:
            workflow.logger.exception("Slack does not take the card")
            self._fail_to_ask()
        except Exception:
            workflow.logger.exception("A card could not be drawn")
            if state.card is None:
                self._fail_to_ask()
        finally:
            self.is_drawing = False

    def _fail_to_ask(self) -> None:
        self._state.close(Outcome.FAILED_TO_ASK, workflow.now())
        self.relist()

    def card_lost(self, ts: str) -> None:
        """Somebody deleted the card: it is drawn again, and is then found to be gone."""
        self._state.voting.lost = ts
        self._redraw_if_lost()

    def explain(self, refused: Refused) -> None:
        """Tell the person why what they did changed nothing."""
        decision, deadline = refused.decision, self._state.deadline
        if decision is None:
            workflow.logger.warning("Refused a malformed decision: %s", refused.detail)
            return
        is_time_up = deadline is not None and workflow.now() >= deadline
        notice = Notice(
            code=NoticeCode.REFUSED,
            refused=refused,
            status=self._state.status(),
            is_over=is_time_up,
        )
        self.tell(decision, notice, nudge=refused.why in NUDGEABLE)

    def tell(self, decision: Decision, notice: Notice, *, nudge: bool = False) -> None:
        """Say something to one person only, where they acted."""
        if decision.by is None:
            return
        origin = self._state.request.call.origin
        ephemeral = EphemeralMessage(
            to=decision.by,
            origin=origin,
            channel=decision.channel if decision.channel != origin.channel else "",
            notice=notice,
            nudge=self._state.id if nudge else "",
        )
        self.outbox.put(decision.by.user, SurfaceActivities.post_ephemeral, ephemeral)

    def say_end(self) -> None:
        """Say in the thread how it ended, where no conversation is left to say it."""
        reply = ended_reply(self._state.status())
        self.outbox.put(EVERYBODY, SurfaceActivities.post_reply, reply)

    def to_draw(self) -> ApprovalStatus:
        """How it stands, for an activity that rewrites all that was posted about it."""
        self._drawn, self._is_late = self._state.face, False
        return self._state.status()

    async def catch_up(self) -> None:
        """Let what was posted while the end was shown say it too."""
        if self._is_late and self._state.card is not None:
            try:
                self.show(
                    await patiently(CardActivities.redraw_card, self.to_draw(), CARD_PATIENCE)
                )
            except (ActivityError, ValidationError):
                workflow.logger.exception("Slack does not take the last messages")

    @property
    def has_reminded_enough(self) -> bool:
        """Whether no more reminders are posted, since more could not be kept true."""
        return len(self._state.reminders) >= MOST_REMINDERS

    def remind(self, reminder: Reminder) -> None:
        """Write to those who are waited for, before whoever asked for that is told so.

        So many messages as can be kept true are posted, and no more.
        """
        face = self._state.face
        self.outbox.put(
            reminder.by.user if reminder.by else EVERYBODY,
            CardActivities.remind,
            reminder,
            unless=lambda: self._state.ballot.closed or self.has_reminded_enough,
            heard=lambda posted: self._reminded(posted, face),
        )

    def _reminded(self, posted: tuple[Posted, ...], face: Any) -> None:
        """Note what was posted; `face` is how it stood when that was asked for."""
        self._state.reminders += posted
        if posted and self._state.face != face:
            self._is_late = True

    def show(self, card: Card) -> None:
        """Note where the card is now."""
        state = self._state
        if state.card == card:
            return
        if state.card is not None and state.card.ts != card.ts:
            state.edition += 1
        state.voting.card = card
        self._redraw_if_lost()
        self._list(is_new=True)

    def _redraw_if_lost(self) -> None:
        card = self._state.card
        if card is not None and card.ts == self._state.voting.lost:
            self._state.losses += 1

    def relist(self) -> None:
        """Have lists know how it stands, if they can."""
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


def ended_reply(status: ApprovalStatus) -> Reply:
    """How an approval ended, for its thread."""
    return Reply(
        origin=status.origin,
        key=f"{status.id}/ended",
        notices=(Notice(code=NoticeCode.ENDED, status=status),),
        to=status.request.call.requester,
        at=status.ended_at or workflow.now(),
    )


def fits_in_a_row(prepared: Prepared) -> bool:
    """Whether a row of a list says everything, so that it may be approved there."""
    size = len(prepared.summary) + sum(len(it.name) + len(it.value) for it in prepared.fields)
    return len(prepared.fields) <= ROW_FIELDS and size <= ROW_CHARACTERS
