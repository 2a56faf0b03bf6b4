"""Why a vote could not be handed over: one sentence for each cause."""

from countersign.messages.voice import Voice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision


def why_not_handed_over(decision: Decision, status: ApprovalStatus, voice: Voice) -> str:
    """The cause, as far as it is known without asking Slack again."""
    if decision.by is None:
        return "A vote can only be handed over in Slack, by the person whose vote it is."
    if not status.in_force.hand_over.ids:
        return "A vote on this can't be handed over: its rule doesn't allow it."
    if _has_voted(status, decision.by):
        return "You have already approved this, so there is no vote left to hand over."
    return _why_not_to(decision.by, decision.to, status, voice)


def _why_not_to(by: Person, to: Person | None, status: ApprovalStatus, voice: Voice) -> str:
    if to is None:
        return "Choose somebody to whom you hand over your vote."
    who = voice.who(to.user)
    if to.same_as(by):
        return "You chose yourself. Choose somebody else."
    if to.same_as(status.request.call.requester):
        return f"{who} asked for this, so they can't decide it. Choose somebody else."
    if _has_voted(status, to):
        return f"{who} has already approved this. Choose somebody else."
    if any(it.by.same_as(to) for it in status.handed):
        return f"{who} handed their own vote over. Choose somebody else."
    return f"{who} isn't one of those to whom a vote on this may be handed. Choose somebody else."


def _has_voted(status: ApprovalStatus, person: Person) -> bool:
    return any(vote.decision.by and vote.decision.by.same_as(person) for vote in status.votes)
