"""Questions to Temporal's visibility, in its query language.

Nothing is quoted here, because nothing that would need it gets in: ids and names of tools have
to look like some. Queries are written for SQL stores and Elasticsearch alike: where an attribute
is missing, `!=` is true in one store and unknown in another, so that is asked for by itself.
docs.temporal.io/list-filter
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from temporalio.common import SearchAttributeKey

from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import (
    APPROVAL_WORKFLOW,
    CONVERSATION_WORKFLOW,
    ENDED_WORKFLOW,
    Origin,
)
from workflows.contracts.origins import SLACK
from workflows.contracts.rules import PUBLIC
from workflows.listing.rows import Kind, Listing, Viewer
from workflows.listing.search_attributes import (
    ACTIVE,
    APPROVERS,
    AUDIENCE,
    GRANTS,
    OWN,
    REPLACES,
    REQUESTER,
    TEAM,
    TOOL,
    VOTED,
    audience,
)

SLACK_ID = re.compile(r"[A-Z0-9]{1,32}")
REQUESTER_ID = re.compile(rf"{SLACK_ID.pattern}|[a-z]{{1,20}}:[A-Za-z0-9@._+-]{{1,160}}")
"""Of somebody who asks, in Slack or elsewhere."""
TOOL_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""What model providers take for a function's name, and the dot of namespaces."""
MOST_IDS = 1_000
"""Groups and channels of one person that a query names; the rest is left out."""

_RUNNING = "ExecutionStatus = 'Running'"
_FORCED = ("Terminated", "Canceled", "TimedOut", "Failed")


def approvals_for(listing: Listing) -> str | None:
    """The query of a list; None where a value can be no id, so that nothing could match it."""
    viewer = listing.viewer
    if not SLACK_ID.fullmatch(viewer.user):
        return None
    filters = _filters(listing.team, listing.tool, listing.person)
    if filters is None:
        return None
    asked_by = _of_agent(listing.task_queue)
    return " AND ".join([*filters, *asked_by, *_of_kind(listing.kind, viewer)])


def all_approvals(
    team: str | None, tool: str = "", requester: str = "", task_queue: str = ""
) -> str | None:
    """The query of everything that waits, for an operator; None as above."""
    filters = _filters(team, tool, requester)
    if filters is None:
        return None
    return " AND ".join([*filters, *_of_agent(task_queue), _RUNNING])


def replacing(approval_id: str) -> str:
    """The query of what took an approval's place."""
    return f"WorkflowType = '{APPROVAL_WORKFLOW}' AND {REPLACES.name} = '{approval_id}'"


def counted(task_queue: str, requester: str, tool: str, since: datetime) -> str | None:
    """The query of what somebody asked one tool for that waits or has ended since; None as above.

    Of an approval, what counts for a total is when it ended: so long does Temporal keep it.
    """
    filters = _filters(None, tool, requester)
    if filters is None or not tool or not requester:
        return None
    since_then = f"({_RUNNING} OR CloseTime >= '{_moment(since)}')"
    return " AND ".join([*filters, f"TaskQueue = '{task_queue}'", since_then])


def ended_by_force(task_queue: str, since: datetime) -> str:
    """The query of the approvals of one installation that Temporal ended, or somebody in it."""
    states = ", ".join(f"'{state}'" for state in _FORCED)
    return (
        f"WorkflowType = '{APPROVAL_WORKFLOW}' AND TaskQueue = '{task_queue}' "
        f"AND ExecutionStatus IN ({states}) AND CloseTime >= '{_moment(since)}'"
    )


def cleaned_up(task_queue: str, since: datetime) -> str:
    """The query of what has been started for these."""
    return (
        f"WorkflowType = '{ENDED_WORKFLOW}' AND TaskQueue = '{task_queue}' "
        f"AND StartTime >= '{_moment(since)}'"
    )


def running_elsewhere(prefix: str, task_queues: Sequence[str]) -> str:
    """The query of what runs in a queue of this name or beginning, except for these queues."""
    known = ", ".join(f"'{it}'" for it in task_queues)
    return (
        f"WorkflowType IN ('{CONVERSATION_WORKFLOW}', '{APPROVAL_WORKFLOW}') AND {_RUNNING} "
        f"AND (TaskQueue = '{prefix}' OR TaskQueue STARTS_WITH '{prefix}-') "
        f"AND TaskQueue NOT IN ({known})"
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def grants_for(team: str, viewer: Viewer) -> str | None:
    """The query of the conversations with standing permissions that somebody may see."""
    if not SLACK_ID.fullmatch(team) or not SLACK_ID.fullmatch(viewer.user):
        return None
    return (
        f"WorkflowType = '{CONVERSATION_WORKFLOW}' AND {_RUNNING} AND {TEAM.name} = '{team}' "
        f"AND {GRANTS.name} = '{ACTIVE}' AND {_any(AUDIENCE, _ids(viewer))}"
    )


def conversations_in(team: str, channel: str) -> str | None:
    """The query of the conversations of one room in Slack; None where these can be no ids."""
    if not SLACK_ID.fullmatch(team) or not SLACK_ID.fullmatch(channel):
        return None
    start = conversation_prefix(team, channel)
    return (
        f"WorkflowType = '{CONVERSATION_WORKFLOW}' AND {_RUNNING} "
        f"AND WorkflowId STARTS_WITH '{start}'"
    )


def conversation_prefix(team: str, channel: str) -> str:
    """How the ids of all conversations of one room in Slack begin; after that comes a `ts`."""
    return Origin(kind=SLACK, team=team, channel=channel, id="").workflow_id + "-"


def _filters(team: str | None, tool: str, requester: str) -> Sequence[str] | None:
    parts = [f"WorkflowType = '{APPROVAL_WORKFLOW}'"]
    for key, value, shape in (
        (TEAM, team, SLACK_ID),
        (TOOL, tool, TOOL_NAME),
        (REQUESTER, requester, REQUESTER_ID),
    ):
        if value is None or (value == "" and key is not TEAM):
            continue
        if not shape.fullmatch(value):
            return None
        parts.append(f"{key.name} = '{value}'")
    return parts


def _of_agent(task_queue: str) -> Iterator[str]:
    """Each agent has a queue, whose name is none of those that would have to be quoted."""
    if task_queue:
        yield f"TaskQueue = '{task_queue}'"


def _of_kind(kind: Kind, viewer: Viewer) -> Iterator[str]:
    match kind:
        case Kind.MINE:
            yield _RUNNING
            yield _waits_for(viewer)
        case Kind.REQUESTED:
            yield _RUNNING
            yield f"{REQUESTER.name} = '{viewer.user}'"
        case Kind.ALL:
            yield _RUNNING
            yield _visible_to(viewer)
        case Kind.HISTORY:
            yield "ExecutionStatus != 'Running'"
            yield _visible_to(viewer)


def _waits_for(viewer: Viewer) -> str:
    """Their own requests only where the rule lets them approve those, see `search.OWN`."""
    user = viewer.user
    return (
        f"{_any(APPROVERS, _ids(viewer))} "
        f"AND ({VOTED.name} IS NULL OR {VOTED.name} != '{user}') "
        f"AND ({REQUESTER.name} != '{user}' OR {APPROVERS.name} = '{OWN}{user}')"
    )


def _visible_to(viewer: Viewer) -> str:
    seen_by = [*_ids(viewer), PUBLIC] if viewer.is_member else _ids(viewer)
    return f"({_any(AUDIENCE, seen_by)})"


def _any(key: SearchAttributeKey[Sequence[str]], values: Sequence[str]) -> str:
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{key.name} IN ({quoted})"


def _ids(viewer: Viewer) -> Sequence[str]:
    return [id_ for id_ in viewer.ids[:MOST_IDS] if SLACK_ID.fullmatch(id_)]


def is_visible_to(status: ApprovalStatus, team: str, viewer: Viewer) -> bool:
    """Whether somebody may see one approval: what `Kind.ALL` asks visibility, of its state."""
    if status.team != team:
        return False
    seen_by = audience(status)
    return any(id_ in seen_by for id_ in viewer.ids) or (viewer.is_member and PUBLIC in seen_by)
