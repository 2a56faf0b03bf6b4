"""The small print of a card: rule, votes, times, and what is unusual."""

from collections.abc import Iterator

from countersign.slack.people import mentions, names, needed, rule_name, voters
from countersign.slack.text import escape, mention, moment
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Outcome, Verb, Via

MOST_HANDED = 3
MOST_NOTIFIED = 20


def facts(status: ApprovalStatus) -> Iterator[str]:
    """Each as a line of mrkdwn: rule and quorum, who has approved, times and id."""
    yield " · ".join(part for part in (rule_name(status.in_force), needed(status)) if part)
    if status.votes:
        yield voters(status)
    if changed := " · ".join(_changes_of_people(status)):
        yield changed
    yield " · ".join(_times(status))


def markings(status: ApprovalStatus) -> Iterator[str]:
    """What makes this approval different from one by a second person in Slack."""
    rule = status.in_force
    if rule.solo:
        yield "solo mode: you approve your own requests"
    elif rule.self_approval:
        yield "self-approval allowed by this rule"
    if any(decision.verb is Verb.BREAK_GLASS for decision in _decisions(status)):
        yield "break-glass: one person approved alone in an emergency"
    if any(not decision.via.is_verified for decision in _decisions(status)):
        yield "decided outside Slack; nobody verified who it was"


def notified(status: ApprovalStatus, *, rings: bool) -> str:
    """Those whom the rule notifies, while there is something to decide."""
    rule = status.in_force
    if status.outcome is not Outcome.PENDING:
        return ""
    ids = rule.notify.ids
    return mentions(ids, MOST_NOTIFIED) if rings else names(rule, ids, MOST_NOTIFIED)


def _decisions(status: ApprovalStatus) -> Iterator[Decision]:
    yield from (vote.decision for vote in status.votes)
    if status.decision and status.decision.via not in {Via.RULE, Via.GRANT}:
        yield status.decision


def _changes_of_people(status: ApprovalStatus) -> Iterator[str]:
    for handed in status.handed[-MOST_HANDED:]:
        yield f"{mention(handed.by.user)} handed over to {mention(handed.to.user)}"
    rule = status.in_force
    if status.escalated and rule.escalation:
        yield f"escalated to {names(rule, rule.escalation.to.ids)}"


def _times(status: ApprovalStatus) -> Iterator[str]:
    if status.deadline:
        verb = "expires" if status.outcome is Outcome.PENDING else "was open until"
        yield f"{verb} {moment(status.deadline)}"
    yield f"asked {moment(status.request.asked_at)}"
    yield f"`{escape(status.id)}`"
