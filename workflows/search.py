"""The search attributes by which approvals and grants are found, beside Temporal's own.

A SQL visibility store has room for three keyword lists in all.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from workflows.contracts import ApprovalRequest, ApprovalStatus, Grant, Outcome, Thread
from workflows.rules import Rule

TEAM = SearchAttributeKey.for_keyword("CountersignTeam")
REQUESTER = SearchAttributeKey.for_keyword("CountersignRequester")
TOOL = SearchAttributeKey.for_keyword("CountersignTool")
APPROVERS = SearchAttributeKey.for_keyword_list("CountersignApprovers")
DEADLINE = SearchAttributeKey.for_datetime("CountersignDeadline")
AUDIENCE = SearchAttributeKey.for_keyword_list("CountersignAudience")
VOTED = SearchAttributeKey.for_keyword_list("CountersignVoted")
OUTCOME = SearchAttributeKey.for_keyword("CountersignOutcome")
GRANTS = SearchAttributeKey.for_keyword("CountersignGrants")

ALL = (TEAM, REQUESTER, TOOL, APPROVERS, DEADLINE, AUDIENCE, VOTED, OUTCOME, GRANTS)

OWN = "own:"
"""Before a requester's id among the approvers: the rule lets them approve what they asked for."""
NOBODY = "nobody"
"""The approvers of a rule that names none. Without approvers at all are only approvals that were
asked for before there were rules, and those anybody may decide."""
ACTIVE = "active"


def attributes(request: ApprovalRequest, deadline: datetime | None = None) -> TypedSearchAttributes:
    """What a request is found by from the start; the rule's own deadline if none is given."""
    call, rule = request.call, request.rule
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(TEAM, call.thread.team),
        SearchAttributePair(REQUESTER, call.requester.user),
        SearchAttributePair(TOOL, call.tool),
    ]
    if rule is None:
        return TypedSearchAttributes(pairs)
    requester = call.requester.user
    pairs += [
        SearchAttributePair(APPROVERS, _unique(*_approvers(rule, requester))),
        SearchAttributePair(AUDIENCE, _unique(*request.audience, requester)),
    ]
    if deadline is None and rule.expires_after is not None:
        deadline = request.asked_at + rule.expires_after
    if deadline is not None:
        pairs.append(SearchAttributePair(DEADLINE, deadline))
    return TypedSearchAttributes(pairs)


def changes(status: ApprovalStatus) -> list[SearchAttributeUpdate]:
    """What an approval is found by now: equal lists where nothing has changed.

    Whoever handed their vote over has done their part and counts as having voted.
    """
    updates: list[SearchAttributeUpdate] = []
    rule, requester = status.in_force, status.request.call.requester.user
    received = [hand.to.user for hand in status.handed]
    if rule is not None:
        escalated = rule.escalation.to.ids if status.escalated and rule.escalation else ()
        approvers = _approvers(rule, requester)
        audience = _unique(*status.request.audience, requester, *escalated, *received)
        updates += [
            APPROVERS.value_set(_unique(*approvers, *escalated, *received)),
            AUDIENCE.value_set(audience),
        ]
    if done := _unique(*_done(status)):
        updates.append(VOTED.value_set(done))
    if status.deadline is not None:
        updates.append(DEADLINE.value_set(status.deadline))
    if status.outcome is not Outcome.PENDING:
        updates.append(OUTCOME.value_set(str(status.outcome)))
    return updates


def grant_changes(
    thread: Thread, grants: Sequence[Grant], people: Sequence[str] = ()
) -> list[SearchAttributeUpdate]:
    """What a conversation with standing permissions is found by, and without them no more.

    Whoever is in its channel may see them, those who gave them, and `people`: the requesters,
    since a direct message is no channel that anybody could be looked up in.
    """
    if not grants:
        return [GRANTS.value_unset()]
    givers = (grant.by.user for grant in grants)
    return [
        TEAM.value_set(thread.team),
        GRANTS.value_set(ACTIVE),
        AUDIENCE.value_set(_unique(thread.channel, *givers, *people)),
    ]


def _approvers(rule: Rule, requester: str) -> Iterator[str]:
    yield from rule.approver_ids or (NOBODY,)
    for absence in rule.absences:
        yield absence.delegate
    if rule.self_approval or rule.solo:
        yield f"{OWN}{requester}"


def _done(status: ApprovalStatus) -> Iterator[str]:
    """Who has nothing left to do here."""
    for vote in status.votes:
        if vote.decision.by is not None:
            yield vote.decision.by.user
    holders: dict[str, bool] = {}
    for hand in status.handed:
        holders[hand.by.user], holders[hand.to.user] = False, True
    yield from (user for user, holds in holders.items() if not holds)


def _unique(*ids: str) -> list[str]:
    return list(dict.fromkeys(ids))
