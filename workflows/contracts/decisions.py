"""What people decide, how it is counted or refused, and how an approval ends.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from workflows.contracts.core import Person


class Outcome(StrEnum):
    """How an approval ended, or that it has not. One vocabulary for card, agent, list and CLI."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED_TO_ASK = "failed to ask"
    CHANGES_REQUESTED = "changes requested"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"
    """Ended by force: an operator, a limit of Temporal's, or the end of its conversation."""


class Execution(StrEnum):
    """What became of the action after an approval."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was begun and nobody heard of its end: it may have been done."""
    PASSED_ON = "passed on"
    """The model's provider was left to run it: its approval hears of nothing more."""


class Stop(StrEnum):
    """By what an approval was ended by force."""

    TERMINATED = "terminated"
    CANCELED = "canceled"
    TIMED_OUT = "timed out"
    FAILED = "failed"
    """A bug in the workflow's own code."""
    GONE = "gone"
    """Temporal no longer has it."""
    CONVERSATION = "conversation"
    """Its conversation was ended by force, so nobody would hear of its outcome."""


class Via(StrEnum):
    """Where a decision was made."""

    BUTTON = "button"
    OPERATOR = "operator"
    LIST = "list"
    MODAL = "modal"
    PROMPT = "prompt"
    """The private message after a typed "approve"."""
    MESSAGE = "message"
    """Words in the thread; only the requester's "cancel that" counts."""
    CLI = "cli"
    RULE = "rule"
    """The policy allowed it without asking."""
    GRANT = "grant"
    """Somebody had allowed the tool for the rest of the thread."""
    HOME = "home"
    STOP = "stop"
    """The whole conversation was stopped where it takes place; that only withdraws."""

    @property
    def is_verified(self) -> bool:
        """Whether Slack vouches for who it was."""
        return self not in {Via.OPERATOR, Via.CLI}


class Verb(StrEnum):
    """What a decision asks for, beside yes and no."""

    DECIDE = "decide"
    REQUEST_CHANGES = "request changes"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand over"
    BREAK_GLASS = "break glass"
    NUDGE = "nudge"
    """A reminder now, asked for by somebody who may not decide."""


class Refusal(StrEnum):
    """Why a decision did not count. The values are audit codes."""

    CLOSED = "closed"
    STALE_CARD = "stale_card"
    MALFORMED = "malformed"
    OWN_REQUEST = "own_request"
    NOT_AN_APPROVER = "not_an_approver"
    ALREADY_VOTED = "already_voted"
    HANDED_OVER = "handed_over"
    UNVERIFIED = "unverified"
    """Something could not be found out; `Refused.unchecked` names it."""
    GUEST = "guest"
    EXTERNAL = "external"
    DEACTIVATED = "deactivated"
    NOT_FROM_SLACK = "not_from_slack"
    NO_OPERATORS = "no_operators"
    OPERATOR_IS_NOBODY = "operator_is_nobody"
    """An unverified name is never one of several distinct people."""
    NEEDS_REASON = "needs_reason"
    NOT_THE_REQUESTER = "not_the_requester"
    NO_EDITS = "no_edits"
    BAD_EDIT = "bad_edit"
    NO_GRANTS = "no_grants"
    NO_HAND_OVER = "no_hand_over"
    NO_BREAK_GLASS = "no_break_glass"
    OUTDATED = "outdated"
    """What was approved is no longer what would be done."""
    TOO_LATE = "too_late"
    """Pressed after the deadline, while something that was pressed before it is still checked."""
    TOO_OFTEN = "too_often"
    FAULT = "fault"
    """A bug of ours, under the id in `detail`."""


class Unchecked(StrEnum):
    """What could not be found out before a vote. The values are types of a check's failure."""

    IDENTITY = "unchecked_identity"
    """Who somebody is, and so whether they may decide."""
    PREVIEW = "unchecked_preview"
    """What the call would do now."""
    CONVERSATION = "unchecked_conversation"
    """Whether anybody would hear what came of it."""
    POLICY = "unchecked_policy"
    """What the policy says of an edited call."""
    TOTAL = "unchecked_total"
    """What it and those before it cost together."""
    OBJECTION = "unchecked_objection"
    """Whether somebody who said no may do so."""
    TURN = "unchecked_turn"
    """What became of the votes before it."""
    SERVER = "unchecked_server"
    """What the call would do now, since its MCP server is away; `Refused.detail` names that."""


class Decision(BaseModel, frozen=True):
    """One press of a button, or one signal from outside Slack.

    `id` names the press (`<action_ts>:<user>`), so that a second delivery is known.
    `card` is the `ts` of the message that was pressed. `by` is None for an operator,
    whose identity nobody verified.
    """

    id: str
    at: datetime
    via: Via
    by: Person | None = None
    reason: str = ""
    channel: str = ""
    card: str = ""
    verb: Verb = Verb.DECIDE
    arguments: str = ""
    """JSON of the arguments as the approver changed them; empty if they did not."""
    always: bool = False
    """Whether the tool is to be allowed for the rest of the thread."""
    to: Person | None = None
    """To whom an approver hands over."""
    asserted: str = ""
    """What an operator calls themselves, `root@host`; nobody verified it."""
    digest: str = ""
    """Digest of what they saw, where what they pressed carries it."""


class Account(StrEnum):
    """What somebody is in this workspace."""

    MEMBER = "member"
    GUEST = "guest"
    EXTERNAL = "external"
    DEACTIVATED = "deactivated"
    BOT = "bot"


class Eligibility(BaseModel, frozen=True):
    """What Slack says of one person and one rule, looked up when they vote."""

    user: str
    name: str = ""
    account: Account = Account.MEMBER
    panels: tuple[int, ...] = ()
    """Numbers of the rule's panels that they are in."""
    escalated: bool = False
    """Whether they are among those that the rule escalates to."""
    may_receive: bool = False
    """Whether an approver may hand over to them."""
    gone: tuple[str, ...] = ()
    """Groups and channels of the rule that Slack no longer has."""


class CountedVote(BaseModel, frozen=True):
    """An approval that counted, with the evidence for it."""

    decision: Decision
    panels: tuple[int, ...] = ()
    instead_of: str = ""
    """User whose place they took, by hand-over or absence."""
    escalated: bool = False


class HandOver(BaseModel, frozen=True):
    """An approver who gave their vote to somebody else."""

    by: Person
    to: Person
    at: datetime
    press: str = ""
    """Id of the decision that did it."""


class Refused(BaseModel, frozen=True):
    """A decision that did not count, kept for the record."""

    why: Refusal
    at: datetime
    decision: Decision | None = None
    detail: str = ""
    unchecked: Unchecked | None = None
    """What could not be found out, for `Refusal.UNVERIFIED`."""
