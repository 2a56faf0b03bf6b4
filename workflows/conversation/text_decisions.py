"""Words in a thread where something waits: a typed "approve" and "cancel that"."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.approval.display import NUDGEABLE, fits_in_a_row
from workflows.contracts.activities import DirectoryActivities, SurfaceActivities
from workflows.contracts.activity_inputs import EligibilityQuery, EphemeralMessage
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import DECIDE_SIGNAL, Message
from workflows.contracts.decisions import Decision, Refusal, Refused, Verb, Via
from workflows.contracts.notices import Notice, NoticeCode, Offer
from workflows.conversation.inbox import moment_of
from workflows.conversation.intents import Intent, read_intent
from workflows.conversation.memory import noted, said
from workflows.conversation.model_messages import called, typed_decision_note, which_note
from workflows.conversation.picks import answered, withdrawn
from workflows.conversation.state import ConversationState
from workflows.timeouts import ask_now
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.screening import screen

MOST_OFFERED = 5
"""Approvals that are offered at once; more are found by `/approvals`."""

Waiting = Mapping[str, ApprovalRequest]


class TypedDecision:
    """One message that may be about what waits in its thread."""

    def __init__(self, conversation: ConversationState, message: Message) -> None:
        self._conversation = conversation
        self._message = message

    async def handle(self) -> bool:
        """Do what the message wants of the approvals that wait; False if it wants nothing of them.

        The message stays in the thread's memory, with a note that it decided nothing.
        """
        waiting = self._conversation.waiting_for_people()
        is_open = bool(waiting) or any(self._conversation.not_asked_yet(self._message.author))
        if not is_open:
            return False
        # Words are about what was there when they were said, whenever Slack delivers them.
        spoken_of = {id_: it for id_, it in waiting.items() if self._was_there(it.asked_at)}
        intent = read_intent(self._message.text)
        if intent is None:
            return await self._withdraw_named(self._own(spoken_of))
        if intent in {Intent.WITHDRAW, Intent.WITHDRAW_ALL}:
            return await self._withdraw(spoken_of, everything=intent is Intent.WITHDRAW_ALL)
        return bool(spoken_of) and await self._offer(spoken_of, is_sure=intent is Intent.DECIDE)

    def _was_there(self, asked_at: datetime) -> bool:
        return asked_at.timestamp() <= moment_of(self._message.ts)

    def _own(self, waiting: Waiting) -> Waiting:
        user = self._message.author.user
        return {id_: it for id_, it in waiting.items() if it.call.requester.user == user}

    async def _withdraw_named(self, own: Waiting) -> bool:
        """Take back what the message names, or picks after it was asked which is meant."""
        asked = noted(which_note(self._message.author))
        read = answered if self._conversation.items[-1:] == [asked] else withdrawn
        sentences = [it.prepared.summary for it in own.values()]
        ids = [[*own][at] for at in read(self._message.text, sentences)]
        if ids:
            self._conversation.add(said(self._message.text))
        for id_ in ids:
            await self._signal(id_, self._decision(id_, Verb.WITHDRAW, Via.MESSAGE))
        return bool(ids)

    async def _withdraw(self, waiting: Waiting, *, everything: bool) -> bool:
        author = self._message.author
        own = list(self._own(waiting))
        unasked = list(self._conversation.not_asked_yet(author))
        self._conversation.add(said(self._message.text))
        count = len(own) + len(unasked)
        if not count or (count > 1 and not everything):
            which = which_note(author) if count > 1 else typed_decision_note(self._message.text)
            self._conversation.add(noted(which))
            await self._post_ephemeral(self._why_not(waiting, own))
            return True
        for call in unasked:
            call.withdrawn_by = called(author)
        for id_ in own:
            await self._signal(id_, self._decision(id_, Verb.WITHDRAW, Via.MESSAGE))
        return True

    def _why_not(self, waiting: Waiting, own: Sequence[str]) -> Notice:
        """Why nothing is withdrawn: nothing of theirs was there then, or it is not clear what."""
        user = self._message.author.user
        later = (
            it
            for id_, it in self._conversation.waiting_for_people().items()
            if id_ not in waiting and it.call.requester.user == user
        )
        if not own and any(later):
            return Notice(code=NoticeCode.SAID_EARLIER)
        return Notice(code=NoticeCode.NOT_WITHDRAWN, ids=tuple(own))

    async def _signal(self, id_: str, decision: Decision) -> None:
        handle = workflow.get_external_workflow_handle(id_)
        try:
            await handle.signal(DECIDE_SIGNAL, args=[False, decision])
        except ApplicationError:
            workflow.logger.info("%s ended before it could be withdrawn", id_)

    async def _offer(self, waiting: Waiting, *, is_sure: bool) -> bool:
        """Give an approver the buttons; tell anybody else why nothing was decided."""
        offered: dict[str, ApprovalRequest] = {}
        refusals: dict[str, Refusal] = {}
        for id_, request in list(waiting.items())[:MOST_OFFERED]:
            refusal = await self._refusal(id_, request)
            if refusal is None:
                offered[id_] = request
            else:
                refusals[id_] = refusal
        if offered:
            await self._show_buttons(offered)
        elif is_sure:
            await self._explain(waiting, refusals)
        else:
            return False  # "yes" to something else that was asked
        text = self._message.text
        self._conversation.add(said(text), noted(typed_decision_note(text)))
        return True

    async def _refusal(self, id_: str, request: ApprovalRequest) -> Refusal | None:
        """Why the author may not decide this one, as far as can be said without its votes.

        Whoever a vote may have been handed over to is offered the button, which knows better.
        """
        ballot = Ballot(
            requester=request.call.requester, rule=request.rule, escalated=_is_escalated(request)
        )
        vote = Vote(approve=True, decision=self._decision(id_, Verb.DECIDE, Via.PROMPT))
        if refusal := screen(ballot, vote):
            return refusal
        if not ballot.needs_look_up(vote.decision):
            return None
        query = EligibilityQuery(people=ballot.asked_about(vote.decision), rule=request.rule)
        try:
            eligibilities = await ask_now(DirectoryActivities.look_up, query)
        except ActivityError:
            return Refusal.UNVERIFIED
        refused = ballot.cast(vote, eligibilities).refused
        why = refused[-1].why if refused else None
        may_hold_a_vote = why is Refusal.NOT_AN_APPROVER and eligibilities[0].may_receive
        return None if may_hold_a_vote else why

    async def _show_buttons(self, offered: Waiting) -> None:
        one = len(offered) == 1
        offers = tuple(
            Offer(id=id_, prepared=it.prepared, in_full=one and fits_in_a_row(it.prepared))
            for id_, it in offered.items()
        )
        await self._post_ephemeral(Notice(code=NoticeCode.PRESS_HERE, offers=offers))

    async def _explain(self, waiting: Waiting, refusals: Mapping[str, Refusal]) -> None:
        id_, why = next(iter(refusals.items()))
        status = ApprovalStatus(id=id_, request=waiting[id_])
        refused = Refused(why=why, at=workflow.now())
        notice = Notice(code=NoticeCode.REFUSED, refused=refused, status=status)
        await self._post_ephemeral(notice, nudge=id_ if why in NUDGEABLE else "")

    async def _post_ephemeral(self, notice: Notice, nudge: str = "") -> None:
        ephemeral = EphemeralMessage(
            to=self._message.author,
            origin=self._conversation.origin,
            notice=notice,
            nudge=nudge,
        )
        try:
            await ask_now(SurfaceActivities.post_ephemeral, ephemeral)
        except ActivityError:
            workflow.logger.warning("Slack does not take a private answer", exc_info=True)

    def _decision(self, id_: str, verb: Verb, via: Via) -> Decision:
        return Decision(
            id=f"{self._message.id}:{id_}",
            at=workflow.now(),
            via=via,
            by=self._message.author,
            channel=self._conversation.origin.channel,
            verb=verb,
        )


def _is_escalated(request: ApprovalRequest) -> bool:
    """Whether it has waited so long that its rule's escalation is in force."""
    escalation = request.rule.escalation
    return escalation is not None and workflow.now() >= request.asked_at + escalation.after
