"""The small print of a card: who has to approve and until when, and what is unusual."""

from collections.abc import Iterator

from countersign.slack.people import mentions, names, needed, person
from countersign.slack.text import mention, moment
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Outcome, Verb, Via

MOST_HANDED = 3
MOST_NOTIFIED = 20


def waiting_facts(status: ApprovalStatus, *, rings: bool = False) -> Iterator[str]:
    """Who has to approve, until when, and who else is told; each part is mrkdwn.

    With `rings`, those whom the rule notifies are mentioned, each once.
    """
    if whom := needed(status, rings=rings):
        yield whom
    if status.deadline:
        yield f"until {moment(status.deadline)}"
    others = [id_ for id_ in status.in_force.notify.ids if id_ not in status.in_force.approver_ids]
    if others:
        told = mentions if rings else lambda ids, most: names(status.in_force, ids, most)
        yield f"for {told(others, MOST_NOTIFIED)}"


def markings(status: ApprovalStatus, *, rings: bool = True) -> Iterator[str]:
    """What makes this approval different from one by a second person in Slack.

    Without `rings`, those who decide for others are left out, since they would be mentioned.
    """
    rule = status.in_force
    if status.outcome is Outcome.PENDING:
        if rule.solo:
            yield "Solo mode: you approve your own requests"
        elif rule.self_approval:
            yield f"{person(status, status.request.call.requester)} may approve this alone"
    elif rule.solo and status.outcome is Outcome.APPROVED:
        yield "Approved in solo mode: no second person was asked"
    if is_from_elsewhere(status):
        yield "Asked by somebody from another workspace"
    if status.outcome is Outcome.PENDING and rings:
        yield from changes_of_people(status)
    if any(not decision.via.is_verified for decision in _decisions(status)):
        yield "Decided outside Slack; nobody verified who it was"


def is_alone(status: ApprovalStatus) -> bool:
    """Whether one person approved it without those whom the rule asks for."""
    return any(decision.verb is Verb.BREAK_GLASS for decision in _decisions(status))


def is_from_elsewhere(status: ApprovalStatus) -> bool:
    """Whether who asks belongs to another of Slack's workspaces than the channel does."""
    requester, team = status.request.call.requester, status.origin.team
    return requester.is_in_slack and bool(requester.team) and requester.team != team


def changes_of_people(status: ApprovalStatus) -> Iterator[str]:
    """Who decides for whom, other than the rule says."""
    for handed in status.handed[-MOST_HANDED:]:
        yield f"{mention(handed.by.user)} handed over to {mention(handed.to.user)}"
    rule = status.in_force
    if status.escalated and rule.escalation:
        yield f"Nobody decided in time, so {names(rule, rule.escalation.to.ids)} may too"


def _decisions(status: ApprovalStatus) -> Iterator[Decision]:
    yield from (vote.decision for vote in status.votes)
    if status.decision and status.decision.via not in {Via.RULE, Via.GRANT}:
        yield status.decision
