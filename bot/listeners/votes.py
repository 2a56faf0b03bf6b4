"""From a press to a vote, and on to its approval. The workflow decides whether it counts.

What the bot can tell beforehand is told at once, by the same rules: the ballot's own.
"""

from datetime import datetime

from bot.payloads.presses import Click
from countersign.slack.actions import HOME, LIST, PROMPT, VIEW
from workflows.client import ApprovalClosedError, Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Refusal, Refused, Verb, Via
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote
from workflows.voting.screening import screen

VIAS = {LIST: Via.LIST, PROMPT: Via.PROMPT, VIEW: Via.MODAL, HOME: Via.HOME}
"""By the kind of place. Every other button is one of a card."""


class NotCountedError(Exception):
    """A vote that its approval would refuse, so it was not handed on."""

    def __init__(self, refused: Refused, status: ApprovalStatus) -> None:
        super().__init__(refused.why)
        self.refused = refused
        self.status = status


def via_of(click: Click) -> Via:
    """Where it was pressed."""
    return VIAS.get(click.place.kind, Via.BUTTON)


def decision_of(click: Click, now: datetime, verb: Verb = Verb.DECIDE) -> Decision:
    """What a press says. Only a decision of what a card shows depends on which card that is."""
    via = via_of(click)
    on_card = via is Via.BUTTON and verb not in {Verb.WITHDRAW, Verb.NUDGE}
    return Decision(
        id=click.id,
        at=now,
        via=via,
        by=click.by,
        channel=click.channel,
        card=click.message_ts if on_card else "",
        verb=verb,
        digest=click.place.digest,
    )


async def forward(approvals: Approvals, approval_id: str, vote: Vote) -> None:
    """Hand a vote on, durably. One that was counted before its second delivery is no error.

    Raises:
        ApprovalNotFoundError: there is no such approval.
        ApprovalClosedError: it has ended, and not by this vote.
    """
    try:
        await approvals.decide(approval_id, vote.approve, vote.decision)
    except ApprovalClosedError as error:
        if error.status is None or not is_known(error.status, vote):
            raise


def is_known(status: ApprovalStatus, vote: Vote) -> bool:
    """Whether this very vote was here before."""
    return ballot_of(status).knows(vote.decision)


def check(status: ApprovalStatus, vote: Vote) -> None:
    """Stop what cannot count whoever voted.

    Raises:
        ApprovalClosedError: the approval has ended.
        NotCountedError: for another reason.
    """
    why = screen(ballot_of(status), vote, status.card)
    if why is Refusal.CLOSED:
        raise ApprovalClosedError(status.id, status)
    if why:
        decision = vote.decision
        raise NotCountedError(Refused(why=why, at=decision.at, decision=decision), status)


def ballot_of(status: ApprovalStatus) -> Ballot:
    """The ballot as everybody can see it."""
    return Ballot(
        requester=status.request.call.requester,
        rule=status.in_force,
        digest=status.shown.digest,
        outcome=status.outcome,
        decision=status.decision,
        votes=status.votes,
        refused=status.refused,
        handed=status.handed,
        escalated=status.escalated,
        deadline=status.deadline,
    )
