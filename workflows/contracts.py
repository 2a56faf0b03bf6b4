"""What crosses a wire: ids, message names, and the models that are stored.

This module only grows. A field is added at the end with a default; none is renamed,
retyped or reordered, because approvals that were asked for by an older release may
still be waiting.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from workflows.rules import Rule

CONVERSATION_WORKFLOW = "ConversationWorkflow"
APPROVAL_WORKFLOW = "ApprovalWorkflow"
SAY_SIGNAL = "say"
DECIDE_SIGNAL = "fulfill_order_signal"
CARD_LOST_SIGNAL = "card_lost"
STATUS_QUERY = "status"
REVOKE_SIGNAL = "revoke_grant"
GRANTS_QUERY = "grants"

APPROVAL_PREFIX = "approval-"
APPROVAL_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that an id survives being read aloud."""
APPROVAL_ID_LENGTH = 12
"""Twelve characters of 5 bits: 60 bits, unique far beyond what one company asks for."""

MESSAGE_LIMIT = 12_000
"""Longest message, in characters, that is given to the model."""


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


class Execution(StrEnum):
    """What became of the action after an approval."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


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
    """Who they are could not be looked up; nothing is known, so nothing is said of them."""
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
    TOO_SOON = "too_soon"


class Person(BaseModel, frozen=True):
    """Somebody in Slack. The id says who; the name is only how they were called at the time."""

    team: str
    user: str
    name: str = ""

    def same_as(self, other: "Person") -> bool:
        """Whether both are one account, whatever it was called."""
        return (self.team, self.user) == (other.team, other.user)


class Thread(BaseModel, frozen=True):
    """One Slack thread; `ts` is that of its first message."""

    team: str
    channel: str
    ts: str

    @property
    def workflow_id(self) -> str:
        """Id of the conversation workflow that owns this thread."""
        return f"conversation-{self.team}-{self.channel}-{self.ts}"


class Message(BaseModel, frozen=True):
    """Something a person said. `id` is Slack's `event_id`; `text` has entities resolved."""

    id: str
    ts: str
    author: Person
    text: str
    files: tuple[str, ...] = ()


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


class Standing(BaseModel, frozen=True):
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


class ArgumentField(BaseModel, frozen=True):
    """One argument as people read it."""

    name: str
    value: str
    is_bound: bool = True
    """Whether it is part of what is approved; a budget that is left is only of interest."""
    is_secret: bool = False
    """Whether `value` is a mask."""


class Difference(BaseModel, frozen=True):
    """One line that differs between two proposals; an empty side had none."""

    name: str
    before: str = ""
    after: str = ""


class Call(BaseModel, frozen=True):
    """One call of a tool by the model."""

    id: str
    tool: str
    arguments: str
    """JSON, exactly as the model wrote it."""
    thread: Thread
    requester: Person
    approval: str = ""
    """Id of the approval under which it runs, if it needs one."""

    @property
    def key(self) -> str:
        """Idempotency key of the side effect.

        The call's id alone would do with OpenAI, but compatible servers are known to count
        from zero in every answer.
        """
        return f"{self.approval or self.thread.workflow_id}/{self.id}"


class Prepared(BaseModel, frozen=True):
    """A call made ready to be shown, or what is wrong with it, in words for the model."""

    problem: str = ""
    title: str = ""
    summary: str = ""
    fields: tuple[ArgumentField, ...] = ()
    cost: str = ""
    reason: str = ""
    agent: str = ""
    amount: float | None = None
    """What it costs in whole units of the currency, for rules."""
    digest: str = ""
    """Of the tool, its arguments and all that is bound; see `workflows.differences.digest`."""
    parameters: dict[str, Any] = {}
    """JSON schema of the tool's arguments, for the form of Edit & approve."""
    arguments: str = ""
    """The arguments as JSON that may be shown: secrets are masked in it."""


class ToolResult(BaseModel, frozen=True):
    """What a tool answered. `ok` is False when it could not do what was asked."""

    ok: bool
    text: str


class ApprovalRequest(BaseModel, frozen=True):
    """Everything that is asked, fixed when it is asked."""

    call: Call
    prepared: Prepared
    asked_at: datetime
    rule: Rule | None = None
    """None in approvals that were asked for before there were rules: anybody may decide those."""
    replaces: str = ""
    """Id of the approval that this one takes the place of."""
    changes: tuple[Difference, ...] = ()
    """How it differs from the one it replaces."""
    audience: tuple[str, ...] = ()
    granted: "Grant | None" = None
    """The standing permission under which nobody has to be asked."""


class Grant(BaseModel, frozen=True):
    """Leave to run a tool in one thread without asking, given by somebody who could approve it."""

    id: str
    tool: str
    rule: str
    by: Person
    at: datetime
    approval: str
    requester: Person | None = None
    """Who asked for what was approved then; None in grants of before that was noted."""


class Copy(BaseModel, frozen=True):
    """One more message that shows an approval."""

    channel: str
    ts: str
    user: str = ""
    """Whose direct message it is."""


class Card(BaseModel, frozen=True):
    """Where an approval can be seen in Slack."""

    channel: str
    ts: str
    permalink: str = ""
    source: str = ""
    """Link to the message that began the thread."""
    copies: tuple[Copy, ...] = ()
    """The other direct messages, where the card goes to several people."""
    line: str = ""
    """`ts` of the line in the thread, where the card is elsewhere."""
    problems: tuple[str, ...] = ()
    """Targets that Slack refused, each with its word for why: `C0FINANCE: not_in_channel`."""

    @property
    def messages(self) -> tuple[str, ...]:
        """`ts` of every message with buttons."""
        return (self.ts, *(copy.ts for copy in self.copies))


class ApprovalStatus(BaseModel, frozen=True):
    """The whole state of an approval: all that a card shows."""

    id: str
    request: ApprovalRequest
    outcome: Outcome = Outcome.PENDING
    decision: Decision | None = None
    execution: Execution = Execution.NOT_STARTED
    result: str = ""
    card: Card | None = None
    refused: tuple[Refused, ...] = ()
    edition: int = 0
    """How often the card was posted anew because it was gone."""
    votes: tuple[CountedVote, ...] = ()
    """Approvals that counted so far."""
    handed: tuple[HandOver, ...] = ()
    deadline: datetime | None = None
    escalated: bool = False
    effective: Call | None = None
    """The call as an approver changed it; what is asked and run is this."""
    prepared: Prepared | None = None
    """`effective` in plain words."""
    rule: Rule | None = None
    """The rule in force now: the request's, or that of the edited call."""
    replaced_by: str = ""
    drift: tuple[Difference, ...] = ()
    """What changed in the world between the asking and the approval."""
    ended_at: datetime | None = None
    filled: int | None = None
    """How many of the rule's seats the votes fill; two people of one panel may fill one."""

    @property
    def thread(self) -> Thread:
        """Where it was asked."""
        return self.request.call.thread

    @property
    def call(self) -> Call:
        """The call that is asked for and run: as proposed, or as an approver changed it."""
        return self.effective or self.request.call

    @property
    def shown(self) -> Prepared:
        """That call in plain words."""
        return self.prepared or self.request.prepared

    @property
    def in_force(self) -> Rule | None:
        """The rule that decides now."""
        return self.rule or self.request.rule

    @property
    def counted(self) -> int:
        """How many of the approvals that are needed are there."""
        return len(self.votes) if self.filled is None else self.filled


class ToolSpec(BaseModel, frozen=True):
    """What the model and the workflow need to know of a tool; the worker has its body."""

    name: str
    description: str
    parameters: dict[str, Any]
    needs_approval: bool
    title: str
    status: str


class AgentSpec(BaseModel, frozen=True):
    """The agent as the worker's settings describe it, recorded in the history of each turn."""

    name: str
    instructions: str
    model: str
    tools: tuple[ToolSpec, ...]


class Reply(BaseModel, frozen=True):
    """Markdown to post in a thread. `key` makes a retry find its own message."""

    thread: Thread
    key: str
    markdown: str


class ThreadStatus(BaseModel, frozen=True):
    """The line under a thread while the agent works; an empty text takes it away."""

    thread: Thread
    text: str


class Whisper(BaseModel, frozen=True):
    """A sentence for one person only, in the thread or channel where they acted."""

    to: Person
    channel: str
    thread_ts: str
    text: str
    press: tuple[str, ...] = ()
    """Approvals that are offered with buttons below the sentence."""
    nudge: str = ""
    """Approval for which "Ask them" is offered."""
    digests: tuple[str, ...] = ()
    """Of `press`, in the same order."""
    review: tuple[bool, ...] = ()
    """Of `press`: whether "Review…" takes the place of Approve."""


class Reminder(BaseModel, frozen=True):
    """Direct messages that are due about an approval that waits."""

    status: "ApprovalStatus"
    number: int
    """Which one it is, from 1; a retry with the same number posts nothing twice."""
    kind: str = "reminder"
    """`reminder`, `escalation` or `nudge`."""
    by: Person | None = None
    """Who asked for it, if somebody did."""


class Batch(BaseModel, frozen=True):
    """Several approvals of one turn, for the summary with "Approve all"."""

    thread: Thread
    key: str
    """Conversation and turn; a retry finds its own message by it."""
    rows: tuple[ApprovalStatus, ...]
    ts: str = ""
    """`ts` of the summary once it is posted."""


class Question(BaseModel, frozen=True):
    """Whose standing is asked for, and towards which rule."""

    people: tuple[Person, ...]
    rule: Rule


class Plea(BaseModel, frozen=True):
    """A call for which the policy's ruling is asked."""

    call: Call
    prepared: Prepared


class Memory(BaseModel, frozen=True):
    """What a conversation carries from one run of its workflow to the next."""

    thread: Thread
    items: tuple[dict[str, Any], ...] = ()
    seen: tuple[str, ...] = ()
    turns: int = 0
    inbox: tuple[Message, ...] = ()
    grants: tuple[Grant, ...] = ()
    refusals: tuple["Remembered", ...] = ()
    asks: tuple[datetime, ...] = ()
    """When people were asked within the last hour."""
    by_policy: bool = False
    """Whether every turn of this run follows the policy; False in runs that began before it."""


class Remembered(BaseModel, frozen=True):
    """How an approval of this thread ended that was not approved, for a while."""

    id: str
    tool: str
    digest: str
    outcome: Outcome
    at: datetime
    verdict: str
    """What the model was told."""
