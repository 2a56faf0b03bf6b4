"""What workflows give to activities: messages to show, questions to answer.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from datetime import datetime

from pydantic import BaseModel

from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind
from workflows.contracts.core import Call, Origin, Person, Prepared
from workflows.contracts.decisions import Eligibility
from workflows.contracts.notices import Notice
from workflows.contracts.rules import Rule, Ruling


class Reply(BaseModel, frozen=True):
    """Something to say where a conversation takes place. `key` makes a retry find its message."""

    origin: Origin
    key: str
    markdown: str = ""
    """What the model says."""
    notices: tuple[Notice, ...] = ()
    """What we say, after that."""
    otherwise: Notice | None = None
    """What is said where nothing of that can be seen."""
    again: bool = False
    """Whether it may have been posted by an activity whose answer nobody heard."""
    to: Person | None = None
    """Who is written to directly if the thread takes no messages from us."""
    at: datetime | None = None
    """When it came to be said, the same in every try and in every run."""


class EarlierQuery(BaseModel, frozen=True):
    """Which conversation a message goes on with that begins a new one."""

    origin: Origin
    by: Person
    of_a_request: bool
    """Whether it is about a request that waits, if one does; else about what was said last."""


class Earlier(BaseModel, frozen=True):
    """The conversation that somebody had before another, in the same room."""

    origin: Origin | None = None
    """None if there is none to go on with."""
    link: str = ""
    """Opens it; empty where there is no such thing."""


class StatusLine(BaseModel, frozen=True):
    """What is shown while the agent works; an empty text takes it away."""

    origin: Origin
    text: str


class EphemeralMessage(BaseModel, frozen=True):
    """A sentence for one person only, where they acted."""

    to: Person
    origin: Origin
    channel: str = ""
    """The room in which they acted; empty if that is at the origin itself."""
    notice: Notice
    """With buttons for each of its `offers`."""
    nudge: str = ""
    """Approval for which "Ask them" is offered."""


class Reminder(BaseModel, frozen=True):
    """Direct messages that are due about an approval that waits."""

    status: "ApprovalStatus"
    number: int
    """Which one it is, from 1; a retry with the same number posts nothing twice."""
    kind: MessageKind = MessageKind.REMINDER
    """`REMINDER`, `ESCALATION`, `HAND_OVER` or `NUDGE`."""
    by: Person | None = None
    """Who asked for it, if somebody did."""


class Batch(BaseModel, frozen=True):
    """Several approvals of one turn, for the summary with "Approve all"."""

    origin: Origin
    key: str
    """Conversation and turn; a retry finds its own message by it."""
    rows: tuple[ApprovalStatus, ...]
    ts: str = ""
    """`ts` of the summary once it is posted."""
    again: bool = False
    """Whether it may have been posted by an activity whose answer nobody heard."""


class EligibilityQuery(BaseModel, frozen=True):
    """Whose eligibility is asked for, and towards which rule."""

    people: tuple[Person, ...]
    rule: Rule


class AskedHere(BaseModel, frozen=True):
    """What an approval of the same conversation costs, as a total counts it."""

    id: str
    """The approval's."""
    amount: float
    """In whole units of the currency."""


class ReviewQuery(BaseModel, frozen=True):
    """A call of which is asked what it would do, and what the policy says of it."""

    call: Call
    asked_here: tuple[AskedHere, ...] = ()
    """What the same person asked the same tool for here a moment ago and may be done: Temporal's
    visibility follows in its own time."""
    instead_of: str = ""
    """Id of the request that is withdrawn before this one is asked, so that no total counts it."""


class PolicyQuery(BaseModel, frozen=True):
    """A call for which the policy's ruling is asked. A call with an approval is an edit of it."""

    call: Call
    prepared: Prepared
    asked_here: tuple[AskedHere, ...] = ()
    instead_of: str = ""


class Recount(BaseModel, frozen=True):
    """An approval whose total is asked again when it is decided.

    What was asked in other threads within the same second could not be counted when it was asked.
    """

    call: Call
    """As it was asked for."""
    prepared: Prepared
    counted: float
    """What it and those before it came to then."""
    rule: str
    """The rule under which it was asked."""


class Recounted(BaseModel, frozen=True):
    """What an approval comes to with all that was asked for before it."""

    total: float
    is_ruled_alike: bool = True
    """Whether the policy asks for the same by this total."""


class Concluded(BaseModel, frozen=True):
    """What came of telling how an approval ended."""

    is_heard: bool
    """Whether there was a conversation to hear it."""
    card: Card | None = None
    """Where the last card is; None if Slack refused it for good."""


class VoteCheck(BaseModel, frozen=True):
    """What has to be known before a vote counts, in one question; what is empty is not asked."""

    query: EligibilityQuery | None = None
    call: Call | None = None
    """What it would do now is asked."""
    edited: Call | None = None
    """A call as an approver wrote it: what it would do, and what the policy says of it."""
    recount: Recount | None = None
    """Its total is asked."""
    conversation: str = ""
    """Workflow id of the conversation whose life is asked about."""


class VoteFacts(BaseModel, frozen=True):
    """The answer to a `VoteCheck`, part by part; None where it was not asked."""

    eligibilities: tuple[Eligibility, ...] | None = None
    prepared: Prepared | None = None
    recounted: Recounted | None = None
    edited: Prepared | None = None
    ruling: Ruling | None = None
    """None too where the edited call cannot be made ready."""
    conversation_end: str = ""
    """How the conversation ended, a value of `Stop`; empty while it runs."""
    away: str = ""
    """The MCP server that does not answer, so that the call could not be made ready."""
