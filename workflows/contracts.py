"""What crosses a wire: ids, message names, and the models that are stored.

This module only grows. A field is added at the end with a default; none is renamed,
retyped or reordered, because approvals that were asked for by an older release may
still be waiting.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

CONVERSATION_WORKFLOW = "ConversationWorkflow"
APPROVAL_WORKFLOW = "ApprovalWorkflow"
SAY_SIGNAL = "say"
DECIDE_SIGNAL = "fulfill_order_signal"
CARD_LOST_SIGNAL = "card_lost"
STATUS_QUERY = "status"

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


class Refusal(StrEnum):
    """Why a decision did not count. The values are audit codes."""

    CLOSED = "closed"
    STALE_CARD = "stale_card"
    MALFORMED = "malformed"


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


class ToolResult(BaseModel, frozen=True):
    """What a tool answered. `ok` is False when it could not do what was asked."""

    ok: bool
    text: str


class ApprovalRequest(BaseModel, frozen=True):
    """Everything that is asked, fixed when it is asked."""

    call: Call
    prepared: Prepared
    asked_at: datetime


class Card(BaseModel, frozen=True):
    """Where an approval can be seen in Slack."""

    channel: str
    ts: str
    permalink: str = ""
    source: str = ""
    """Link to the message that began the thread."""


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

    @property
    def thread(self) -> Thread:
        """Where it was asked."""
        return self.request.call.thread


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


class Memory(BaseModel, frozen=True):
    """What a conversation carries from one run of its workflow to the next."""

    thread: Thread
    items: tuple[dict[str, Any], ...] = ()
    seen: tuple[str, ...] = ()
    turns: int = 0
    inbox: tuple[Message, ...] = ()


class PendingApproval(BaseModel, frozen=True):
    """One row of the pending list, as visibility has it: no workflow is asked."""

    id: str
    asked_at: datetime
    tool: str = ""
    title: str = ""
    summary: str = ""
    requester: Person = Field(default=Person(team="", user=""))
    thread: Thread = Field(default=Thread(team="", channel="", ts=""))
    permalink: str = ""

    @classmethod
    def from_memo(cls, id_: str, asked_at: datetime, memo: Mapping[str, Any]) -> "PendingApproval":
        """Read a visibility row; a memo of another release may lack or add keys."""
        known = {key: memo[key] for key in cls.model_fields if key in memo}
        return cls.model_validate({**known, "id": id_, "asked_at": asked_at})


def approval_memo(request: ApprovalRequest, permalink: str = "") -> dict[str, Any]:
    """What the pending list shows of a request, so that a page costs one query."""
    return {
        "tool": request.call.tool,
        "title": request.prepared.title,
        "summary": request.prepared.summary,
        "requester": request.call.requester.model_dump(),
        "thread": request.call.thread.model_dump(),
        "permalink": permalink,
    }
