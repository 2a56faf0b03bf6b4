"""The search attributes by which approvals and grants are found, beside Temporal's own.

A SQL visibility store has room for three keyword lists in all.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts.core import Origin
from workflows.contracts.decisions import Outcome
from workflows.contracts.origins import SLACK
from workflows.contracts.rules import Rule

TEAM = SearchAttributeKey.for_keyword("CountersignTeam")
REQUESTER = SearchAttributeKey.for_keyword("CountersignRequester")
TOOL = SearchAttributeKey.for_keyword("CountersignTool")
APPROVERS = SearchAttributeKey.for_keyword_list("CountersignApprovers")
DEADLINE = SearchAttributeKey.for_datetime("CountersignDeadline")
AUDIENCE = SearchAttributeKey.for_keyword_list("CountersignAudience")
VOTED = SearchAttributeKey.for_keyword_list("CountersignVoted")
OUTCOME = SearchAttributeKey.for_keyword("CountersignOutcome")
GRANTS = SearchAttributeKey.for_keyword("CountersignGrants")
REPLACES = SearchAttributeKey.for_keyword("CountersignReplaces")
"""Id of the approval that this one takes the place of: the old one has ended by then, and its
card names the new one."""

ALL = (TEAM, REQUESTER, TOOL, APPROVERS, DEADLINE, AUDIENCE, VOTED, OUTCOME, GRANTS, REPLACES)

OWN = "own:"
"""Before a requester's id among the approvers: the rule lets them approve what they asked for."""
NOBODY = "nobody"
"""The approvers of a rule that names none."""
ACTIVE = "active"
VALUE_LIMIT = 2_000
"""Bytes of one value. Temporal ends a workflow whose value has more than 2,048."""
WORD_LIMIT = 200
"""Characters of one word; a SQL visibility store has room for 255."""


def attributes(request: ApprovalRequest, deadline: datetime | None = None) -> TypedSearchAttributes:
    """What a request is found by from the start; the rule's own deadline if none is given."""
    call, rule = request.call, request.rule
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(TEAM, _word(request.team)),
        SearchAttributePair(REQUESTER, _word(call.requester.user)),
        SearchAttributePair(TOOL, _word(call.tool)),
        SearchAttributePair(OUTCOME, str(Outcome.PENDING)),
    ]
    if request.replaces:
        pairs.append(SearchAttributePair(REPLACES, request.replaces))
    pairs += [
        SearchAttributePair(APPROVERS, _unique(*_approvers(rule, call.requester.user))),
        SearchAttributePair(AUDIENCE, audience(ApprovalStatus(id=call.approval, request=request))),
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
    requester = status.request.call.requester.user
    approvers = _unique(*_approvers(status.in_force, requester), *_joined(status))
    updates: list[SearchAttributeUpdate] = [
        APPROVERS.value_set(approvers),
        AUDIENCE.value_set(audience(status)),
        OUTCOME.value_set(str(status.outcome)),
    ]
    if done := _unique(*_done(status)):
        updates.append(VOTED.value_set(done))
    if status.deadline is not None:
        updates.append(DEADLINE.value_set(status.deadline))
    return updates


def audience(status: ApprovalStatus) -> list[str]:
    """Who may see it in lists: whom the policy says, who asked, and whoever may decide it."""
    rule = status.in_force
    deciding = (*rule.approver_ids, *_delegates(rule), *rule.break_glass)
    asked_by = status.request.call.requester.user
    return _unique(asked_by, *status.request.audience, *deciding, *_joined(status))


def grant_changes(
    origin: Origin, grants: Sequence[Grant], people: Sequence[str] = ()
) -> list[SearchAttributeUpdate]:
    """What a conversation with standing permissions is found by, and without them no more.

    Whoever is in its channel may see them, those who gave them, and `people`: the requesters,
    since a direct message is no channel that anybody could be looked up in.
    """
    if not grants:
        return [GRANTS.value_unset()]
    givers = (grant.by.user for grant in grants)
    return [
        TEAM.value_set(origin.team if origin.kind == SLACK else grants[-1].by.team),
        GRANTS.value_set(ACTIVE),
        AUDIENCE.value_set(_unique(origin.channel, *givers, *people)),
    ]


def _approvers(rule: Rule, requester: str) -> Iterator[str]:
    yield from rule.approver_ids or (NOBODY,)
    yield from _delegates(rule)
    if rule.self_approval or rule.solo:
        yield f"{OWN}{requester}"


def _delegates(rule: Rule) -> Sequence[str]:
    return [absence.delegate for absence in rule.absences]


def _joined(status: ApprovalStatus) -> Iterator[str]:
    """Whom escalation and hand-over added."""
    rule = status.in_force
    if status.escalated and rule.escalation is not None:
        yield from rule.escalation.to.ids
    yield from (hand.to.user for hand in status.handed)


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
    """Each id once, and no more than Temporal takes; groups and channels before single users.

    A longer value would end the workflow, whoever else it concerns. Whoever is left out does not
    find it in lists; their vote counts all the same.
    """
    distinct = list(dict.fromkeys(map(_word, ids)))
    if _size(distinct) <= VALUE_LIMIT:
        return distinct
    important = sorted(distinct, key=_is_single)
    sizes = accumulate(_size([id_]) for id_ in important)
    return [id_ for id_, size in zip(important, sizes, strict=True) if size <= VALUE_LIMIT]


def _size(ids: Sequence[str]) -> int:
    """Bytes that a list takes, at most."""
    return sum(len(json.dumps(id_)) + 1 for id_ in ids) + 1


def _word(text: str) -> str:
    """Its beginning. A character that is not ASCII may take twelve bytes."""
    return text[: WORD_LIMIT if text.isascii() else WORD_LIMIT * 3 // 4]


def _is_single(id_: str) -> bool:
    return id_.startswith(("U", "W"))
