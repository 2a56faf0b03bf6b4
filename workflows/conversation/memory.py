"""What a conversation keeps, and carries from one run of its workflow to the next. Pure.

All of it is bounded where it is born: Temporal refuses inputs above 2 MiB, and ends a workflow
whose history grows past 50 MiB, so what is carried has to stay small however long a thread gets.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from workflows.contracts.activity_inputs import AskedHere
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Grant
from workflows.contracts.core import AgentCall, Call, Message, Origin, StopRequest
from workflows.contracts.decisions import Outcome
from workflows.contracts.notices import Effect, Notice, NoticeCode

Item = dict[str, Any]
"""One item of the Responses API's `input`."""

ITEMS_LIMIT = 200
SIZE_LIMIT = 200_000
"""Characters of JSON of a whole thread. Every model call carries it into the history."""
ITEM_LIMIT = 24_000
"""Characters of one text in an item; more than a tool's output may have when it is born."""
TURN_LIMIT = 100_000
"""Characters of JSON of one turn, which it keeps beside the thread until it ends."""
SCANT = 500
"""Characters that are left of an old text when a single turn is too large as a whole."""
SEEN_LIMIT = 1_000
"""Message ids that are remembered, so that a redelivered event is known: Slack delivers again
within an hour, and with delayed events for a day (docs.slack.dev/apis/events-api)."""
INBOX_LIMIT = 300
INBOX_SIZE = 200_000
"""Messages, and characters of them, that may wait to be answered in one thread."""
CARRIED_SIZE = 400_000
"""Characters of JSON of the items of all turns that are carried to another run."""
REQUESTED_RUN = "mcp_approval_request"
"""Type of an item in which the model's provider asks whether it may run a call. What it is given
back has to be what it sent, or it could run something else than was approved."""
ALLOWED_RUN = "mcp_approval_response"
"""Type of the answer to that."""
WORDS_LIMIT = 80_000
"""Characters of all texts that a model writes before and between its calls, and in the end; the
last one has fewer."""
EARLIER = "[What was said before this is left out.]"
CUT = "… [{left} of {whole} characters are left out]"


class Remembered(BaseModel, frozen=True):
    """How an approval of this thread ended that was not approved, for a while."""

    id: str
    tool: str
    digest: str
    outcome: Outcome
    at: datetime
    verdict: str
    """What the model was told."""


class AskedLately(BaseModel, frozen=True):
    """What was asked in this thread a moment ago and costs something, if it is not done for."""

    cost: AskedHere
    tool: str
    requester: str
    """Id of the person."""
    at: datetime


class GuardedCall(BaseModel):
    """A call on its way through the gate: not asked yet, asked, or concluded."""

    call: Call
    asked: ApprovalRequest | None = None
    """What people are asked, while they are."""
    status: ApprovalStatus | None = None
    """How the last approval for it ended."""
    words: str = ""
    """What the model reads of it; empty while it is open."""
    replaces: ApprovalStatus | None = None
    """What the next approval takes the place of."""
    replacements: int = 0
    instead_of: str = ""
    """Id of the request that waits and is to be withdrawn for this one, by whoever made it."""
    gave_way: bool = False
    """Whether it is withdrawn since its requester asks for another in its place."""
    delayed: bool = False
    """Whether the thread was told that nobody could be asked yet."""
    withdrawn_by: str = ""
    """Who took it back before anybody was asked."""
    stopped: StopRequest | None = None
    """By what it was taken back together with its turn, or for another call."""
    ends_run: bool = False
    """Whether the tool's answer is the agent's last."""
    runs: AgentCall | None = None
    """The agent whose run begins once it is approved, if it calls one."""

    @property
    def approval(self) -> str:
        """Id of the approval that it waits for; empty while there is none."""
        return self.asked.call.approval if self.asked else ""


class Answer(BaseModel, frozen=True):
    """What ends a turn: what the model says, and what we say after that."""

    text: str = ""
    notices: tuple[Notice, ...] = ()
    at: datetime | None = None
    """When the turn came to it."""

    @classmethod
    def of(cls, code: NoticeCode, **data: Any) -> "Answer":
        """One notice."""
        return cls(notices=(Notice(code=code, **data),))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not self.text and not self.notices


class Handing(BaseModel):
    """A handoff that the model asked for beside calls that are settled first."""

    call_id: str
    tool: str
    arguments: str
    """JSON as the model wrote it."""


class AgentRun(BaseModel):
    """What an agent, or the one that it handed over to, has come to between two steps.

    Its lists are replaced and not added to: Temporal is given what was set, and no default.
    """

    agent: str = ""
    """Name of the agent whose turn it is; empty for the one that `AGENT` names."""
    begun: bool = False
    """Whether an agent was told what it is asked."""
    items: list[Item] = []
    """What it was told, then calls and their outputs."""
    calls: list[GuardedCall] = []
    """The guarded calls of the model's last answer, while one of them is open."""
    inner: list["InnerRun"] = []
    """The agents that the same answer called as tools."""
    handings: list[Handing] = []
    """The handoffs of the same answer."""
    model_calls: int = 0
    batch: int = 0
    batch_ts: str = ""
    """`ts` of the summary of `calls`, if they have one."""
    last_words: str = ""
    """The answer of a tool that ends the run."""
    acted: list[str] = []
    """Names of the agents whose calls were settled, so that they may answer in words now."""
    allowed: dict[str, str] = {}
    """Ids of the provider's requests that were approved and of which it is not told yet, with the
    fingerprint of the tool that was approved."""

    @property
    def is_open(self) -> bool:
        """Whether the model's last answer has something that is to be settled."""
        return bool(self.calls or self.inner or self.handings)

    def runs(self) -> Iterator["AgentRun"]:
        """It, and all runs within it."""
        yield self
        for it in self.inner:
            yield from it.runs()

    def open_calls(self) -> list[GuardedCall]:
        """The guarded calls of all of them."""
        return [call for run in self.runs() for call in run.calls]


class InnerRun(AgentRun):
    """The run of an agent that another calls as a tool."""

    call_id: str
    tool: str
    max_turns: int
    words: str = ""
    """What the model reads of it; empty while it is open."""
    is_answered: bool = False
    """Whether these are the agent's own words."""
    ends_run: bool = False
    """Whether they are the last ones of the agent that called it, too."""


class TurnState(AgentRun):
    """One turn between two steps: all that is needed to go on with it in another run."""

    number: int
    message: Message
    position: int = 0
    """Where in the thread it begins, counted from the thread's first item."""
    effects: list[Effect] = []
    """What its calls have come to, in order."""
    inner_model_calls: int = 0
    """Model calls of the agents that were called as tools."""
    parts: int = 0
    """Messages that were posted before the answer."""
    answer: Answer | None = None
    """The answer, while Slack has not taken it."""
    stopped: bool = False
    """Whether somebody stopped it: what is under way ends, and nothing new begins."""
    gave_way: bool = False
    """Whether all that it asked for is asked for otherwise now, which another turn tells of."""


Run = TypeVar("Run", bound=AgentRun)


class Memory(BaseModel, frozen=True):
    """What a conversation carries from one run of its workflow to the next."""

    origin: Origin
    items: tuple[dict[str, Any], ...] = ()
    forgotten: int = 0
    """How many items the thread had before these."""
    seen: tuple[str, ...] = ()
    turns: int = 0
    inbox: tuple[Message, ...] = ()
    open_turns: tuple[TurnState, ...] = ()
    agent: str = ""
    """Name of the agent that the thread was handed over to; empty if to none."""
    grants: tuple[Grant, ...] = ()
    refusals: tuple["Remembered", ...] = ()
    revised: tuple[ApprovalStatus, ...] = ()
    """Approvals sent back for changes whose new proposal is still to come."""
    asks: tuple[datetime, ...] = ()
    """When people were asked within the last hour."""
    lately: tuple[AskedLately, ...] = ()
    edited: tuple[str, ...] = ()
    """`ts` of messages of which somebody was told that edits are not followed."""
    listening: bool = False
    """Whether it was begun by a reply whose mention is still to come: Slack keeps no order."""
    over: bool = False
    """Whether it takes no more messages, and ends once what is under way has ended."""


def carried(states: Iterable[TurnState]) -> tuple[TurnState, ...]:
    """Turns as they are carried to another run: with all that they wait for, their items bounded.

    Where even short texts are too many, only what was said and the open calls are left.
    """
    turns = tuple(states)
    with_items = [run for turn in turns for run in turn.runs() if run.items]
    limit = CARRIED_SIZE // max(len(with_items), 1)
    return tuple(_with_bounds(it, limit) for it in turns)


def _with_bounds(run: Run, limit: int) -> Run:
    inner = [_with_bounds(it, limit) for it in run.inner]
    return run.model_copy(update={"items": _carried(run, limit), "inner": inner})


def _carried(run: AgentRun, limit: int) -> list[Item]:
    items = shrunk(run.items, min(limit, TURN_LIMIT))
    if fits(items, limit):
        return items
    open_calls = {it.call.id for it in run.calls}
    open_calls |= {it.call_id for it in (*run.inner, *run.handings)}
    left = [it for it in items if is_said(it) or it.get("call_id", it.get("id")) in open_calls]
    return [bounded(it, SCANT) for it in left]


def lean(status: ApprovalStatus) -> ApprovalStatus:
    """An approval that has ended, without the attempts that did not count."""
    return status.model_copy(update={"refused": ()})


def said(text: str) -> Item:
    """What a person said."""
    return {"role": "user", "content": text}


def noted(text: str) -> Item:
    """What the product tells the model."""
    return {"role": "developer", "content": text}


def output(call_id: str, text: str) -> Item:
    """What a call came to."""
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def is_said(item: Mapping[str, Any]) -> bool:
    """Whether a person said this item."""
    return item.get("role") == "user"


def window(items: Sequence[Item]) -> list[Item]:
    """The newest part of a thread that fits, starting with something a person said.

    Starting anywhere else could keep a tool's output without its call, which the model's
    API refuses. What somebody just said is always kept: if all since then is too large, its
    long texts are cut short.
    """
    items = [bounded(item, ITEM_LIMIT) for item in items]
    size, start = 0, len(items)
    for index in range(len(items) - 1, -1, -1):
        size += size_of(items[index])
        if start < len(items) and (size > SIZE_LIMIT or len(items) - index > ITEMS_LIMIT):
            break
        if is_said(items[index]):
            start = index
    newest = items[start:]
    return newest if fits(newest, SIZE_LIMIT) else shrunk(newest, SIZE_LIMIT)


def shrunk(items: Sequence[Item], limit: int) -> list[Item]:
    """The same items, of which the oldest texts are cut short until all of them fit.

    What people said is cut last.
    """
    cut = [bounded(item, ITEM_LIMIT) for item in items]
    size = sum(map(size_of, cut))
    for index in sorted(range(len(cut)), key=lambda at: is_said(cut[at])):
        if size <= limit:
            break
        item = cut[index]
        cut[index] = bounded(item, SCANT)
        size += size_of(cut[index]) - size_of(item)
    return cut


def fitted(items: Sequence[Item], limit: int) -> Sequence[Item]:
    """The same items, or as many of their texts cut short as it takes."""
    return items if fits(items, limit) else shrunk(items, limit)


def newest_words(texts: Sequence[str]) -> str:
    """The last of these texts that fit into one answer, with a mark where others are missing."""
    size, kept = 0, list[str]()
    for text in reversed(texts):
        size += len(text)
        if kept and size > WORDS_LIMIT:
            kept.append(EARLIER)
            break
        kept.append(text)
    return "\n\n".join(reversed(kept))


def bounded(item: Any, limit: int) -> Any:
    """The item with every text in it cut to so many characters, with a mark."""
    if isinstance(item, str):
        return cut_short(item, limit)
    if isinstance(item, Mapping):
        if item.get("type") == REQUESTED_RUN:
            return item
        return {name: _bounded_part(name, value, limit) for name, value in item.items()}
    if isinstance(item, list | tuple):
        return [bounded(value, limit) for value in item]
    return item


def _bounded_part(name: str, value: Any, limit: int) -> Any:
    if name == "encrypted_content":
        return value  # the provider's own; a part of it is worth nothing
    if name == "arguments" and isinstance(value, str) and len(value) > limit:
        return json.dumps({"left_out": cut_short(value, SCANT)})  # servers read it as JSON
    return bounded(value, limit)


def cut_short(text: str, limit: int) -> str:
    """A text of at most so many characters and a mark that says how many are missing."""
    if len(text) <= limit:
        return text
    return text[:limit] + CUT.format(left=f"{len(text) - limit:,}", whole=f"{len(text):,}")


def size_of(item: Item) -> int:
    """Characters of the item as JSON, which are all ASCII."""
    return len(json.dumps(item, default=str))


def fits(items: Sequence[Item], limit: int) -> bool:
    """Whether they have room in so many characters."""
    return sum(map(size_of, items)) <= limit
