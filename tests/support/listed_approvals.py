"""Approvals that wait, as lists find them: started on a queue that nobody works on."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, NOON, a_call, a_prepared
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import APPROVAL_WORKFLOW, Person
from workflows.contracts.decisions import CountedVote, Decision, Via
from workflows.contracts.rules import Panel, People, Rule
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import attributes, changes

TEAM = "T0ACME"
CAROL = Person(team=TEAM, user="U0CAROL", name="carol")
QUEUE = "nobody-works-here"


def a_rule(*ids: str, needed: int = 1, **more: object) -> Rule:
    """A rule by which these people, groups (`S…`) and channels (`C…`) may approve."""
    who = People(
        users=tuple(id_ for id_ in ids if id_[0] not in "SC"),
        groups=tuple(id_ for id_ in ids if id_.startswith("S")),
        channels=tuple(id_ for id_ in ids if id_.startswith("C")),
    )
    panels = (Panel(who=who, needed=needed),) if ids else ()
    return Rule.model_validate({"name": "orders", "panels": panels, **more})


def an_approval(
    rule: Rule,
    by: Person = ALICE,
    team: str = TEAM,
    tool: str = "place_order",
    audience: Sequence[str] = (),
) -> ApprovalStatus:
    """A pending approval of a call by somebody."""
    thread = slack_thread(team, "C0OPS", "1.0")
    id_ = f"approval-{uuid4().hex[:12]}"
    call = a_call(thread).model_copy(update={"requester": by, "tool": tool, "approval": id_})
    request = ApprovalRequest(
        call=call, prepared=a_prepared(), asked_at=NOON, rule=rule, audience=tuple(audience)
    )
    return ApprovalStatus(id=id_, request=request, deadline=NOON + timedelta(days=3))


def voted(status: ApprovalStatus, *people: Person) -> ApprovalStatus:
    """The same approval, approved by these people."""
    votes = (
        CountedVote(decision=Decision(id=f"1.0:{by.user}", at=NOON, via=Via.BUTTON, by=by))
        for by in people
    )
    every = (*status.votes, *votes)
    return status.model_copy(update={"votes": every, "counted": len(every)})


async def start(temporal: Client, status: ApprovalStatus) -> str:
    """Start it with what its workflow would by now be found by."""
    start = attributes(status.request)
    now = [SearchAttributePair(it.key, it.value) for it in changes(status) if it.value]
    changed = {pair.key.name for pair in now}
    kept = [pair for pair in start if pair.key.name not in changed]
    await temporal.start_workflow(
        APPROVAL_WORKFLOW,
        status.request,
        id=status.id,
        task_queue=QUEUE,
        memo=approval_memo(status, "https://acme.slack.test/card", one_tap=True),
        search_attributes=TypedSearchAttributes([*kept, *now]),
    )
    return status.id
