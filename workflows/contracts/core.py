"""What crosses a wire: ids, message names, and the models that are stored.

From the first tag on this module only grows. A field is added at the end with a default; none is
renamed, retyped or reordered, because approvals that were asked for by an older release may still
be waiting.
"""

from typing import Any

from pydantic import BaseModel

from workflows.contracts.origins import SLACK, is_in_slack, kind_of

CONVERSATION_WORKFLOW = "ConversationWorkflow"
APPROVAL_WORKFLOW = "ApprovalWorkflow"
ENDED_WORKFLOW = "EndedWorkflow"
"""Cleans up after one approval that was ended by force."""
SWEEP_WORKFLOW = "SweepWorkflow"
SAY_SIGNAL = "say"
DECIDE_SIGNAL = "fulfill_order_signal"
CARD_LOST_SIGNAL = "card_lost"
ENDED_SIGNAL = "approval_ended"
"""From an approval to its conversation, with its last `ApprovalStatus`. A child's result would
reach only the run that started it, and a long conversation renews itself while people decide."""
CARD_SHOWN_SIGNAL = "card_shown"
"""From an approval to its conversation, where that waits for the card: the approval's id and the
card's permalink, which is empty where it has none."""
EDITED_SIGNAL = "edited"
STOP_SIGNAL = "stop"
STATUS_QUERY = "status"
REVOKE_SIGNAL = "revoke_grant"
GRANTS_QUERY = "grants"

APPROVAL_PREFIX = "approval-"
ENDED_PREFIX = "ended-"
"""Before an approval's id: the workflow that cleans up after it, of which there is only one."""
APPROVAL_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that an id survives being read aloud."""
APPROVAL_ID_LENGTH = 12
"""Twelve characters of 5 bits: 60 bits, unique far beyond what one company asks for."""

MESSAGE_LIMIT = 12_000
"""Longest message, in characters, that is given to the model."""


class Person(BaseModel, frozen=True):
    """Somebody in Slack, or elsewhere: then the id is `<kind>:<id>`, see `contracts.origins`.

    The id says who; the name is only how they were called at the time.
    """

    team: str
    user: str
    """Slack's id, or `<kind>:<id>` of somebody who is known elsewhere: no id is both."""
    name: str = ""

    @property
    def kind(self) -> str:
        """Where they are from: `slack`, or what stands before the colon of their id."""
        return kind_of(self.user)

    @property
    def is_in_slack(self) -> bool:
        """Whether they have a Slack account, so that Slack can be asked about them."""
        return is_in_slack(self.user)

    def same_as(self, other: "Person | None") -> bool:
        """Whether both are one account, whatever it was called.

        The workspace is left out: in an Enterprise organisation one account presses from several,
        with one user id, and must not count once for each. Rules name people by that id too.
        """
        return other is not None and self.user == other.user


class Origin(BaseModel, frozen=True):
    """Where a conversation takes place: a Slack thread, an AgentEx task.

    To workflows it is an address. What it means is known to the surface of its `kind` in the
    worker, and to the front door that receives what is said there.
    """

    kind: str
    """In lower case: `slack`, `agentex`."""
    team: str
    """Whose it is: Slack's workspace, or the agent's name in AgentEx."""
    channel: str
    """The room that others are in too; empty where there is none."""
    id: str
    """Within that: `ts` of the first message of a thread, or id of a task."""

    @property
    def workflow_id(self) -> str:
        """Id of the one workflow of this conversation; unique, since Slack's ids are upper case."""
        kind = "" if self.kind == SLACK else self.kind
        return "-".join(filter(None, ("conversation", kind, self.team, self.channel, self.id)))


class Message(BaseModel, frozen=True):
    """Something a person said. `id` is Slack's `event_id`; `text` has entities resolved."""

    id: str
    ts: str
    author: Person
    text: str
    files: tuple[str, ...] = ()
    is_addressed: bool = True
    """Whether it is a direct message or mentions the bot; else it is a reply in some thread."""
    length: int = 0
    """Characters that were sent, where `text` may be only the beginning of them."""


class Edit(BaseModel, frozen=True):
    """A message whose words were changed after it was sent. `ts` is the message's."""

    id: str
    ts: str
    author: Person
    before: str
    after: str


class StopRequest(BaseModel, frozen=True):
    """Somebody stops the agent where it is: what it asks is withdrawn, its answer is left off."""

    id: str
    """Names the request, so that a second delivery is known."""
    by: Person
    is_last: bool = False
    """Whether the conversation itself is over."""


class ArgumentField(BaseModel, frozen=True):
    """One argument as people read it."""

    name: str
    value: str
    is_bound: bool = True
    """Whether it is part of what is approved; a budget that is left is only of interest."""
    is_secret: bool = False
    """Whether `value` is a mask."""
    in_summary: bool = False
    """Whether the summary says it already, so that a card does not say it twice."""


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
    """JSON of one object, as the model meant it; see `worker.arguments`."""
    origin: Origin
    requester: Person
    approval: str = ""
    """Id of the approval under which it runs, if it needs one."""
    agent: str = ""
    """Name of the agent that made it; empty for the one that `AGENT` names."""
    at_provider: bool = False
    """Whether the model's provider runs it once it is allowed; `id` is that of its request."""
    seconds: int = 300
    """How long one try of it may take."""

    @property
    def key(self) -> str:
        """Idempotency key of the side effect.

        The call's id alone would do with OpenAI, but compatible servers are known to count
        from zero in every answer.
        """
        return f"{self.approval or self.origin.workflow_id}/{self.id}"


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
    """Of the tool, its arguments and all that is bound; see `workflows.digest.digest`."""
    parameters: dict[str, Any] = {}
    """JSON schema of the tool's arguments, for the form of Edit & approve."""
    arguments: str = ""
    """The arguments as JSON that may be shown: secrets are masked in it."""
    left: float | None = None
    """What it leaves of a budget, in whole units of the currency."""
    tool: str = ""
    """Fingerprint of a tool that is not ours, of its server and of its schema."""
    asks: bool = True
    """Whether the tool itself asks for approval of this call, whatever the policy says."""


class ToolResult(BaseModel, frozen=True):
    """What a tool answered. `ok` is False when it could not do what was asked."""

    ok: bool
    text: str


class AgentCall(BaseModel, frozen=True):
    """What a tool runs that is an agent itself."""

    agent: str
    """Its name."""
    structured: bool = False
    """Whether it is told its arguments as data, with what they mean; else they are its message."""
    with_schema: bool = False
    """Whether what they mean is told as JSON schema."""
    max_turns: int | None = None
    """Model calls that its author allows; None for as many as any agent has."""


class ToolSpec(BaseModel, frozen=True):
    """What the model and the workflow need to know of a tool; the worker has its body."""

    name: str
    description: str
    parameters: dict[str, Any]
    needs_approval: bool
    title: str
    status: str
    called: str = ""
    """What the model calls it, where that is not its name."""
    strict: bool = True
    """Whether the model has to give every argument, as providers ask of strict schemas."""
    runs: AgentCall | None = None
    """The agent that it is; None for a function."""


class HandoffSpec(BaseModel, frozen=True):
    """How an agent hands the conversation over to another."""

    tool: str
    """What the model calls for it."""
    description: str
    parameters: dict[str, Any] = {}
    """JSON schema; empty where it takes none."""
    to: str
    """Name of the other agent."""
    is_strict: bool = True
    has_code: bool = False
    """Whether code of its author's runs when it happens."""


class HostedSpec(BaseModel, frozen=True):
    """An MCP server that the model's provider calls; its address and its secrets stay out of it."""

    label: str
    """What the provider calls it."""
    ref: str
    """Names its settings, which the worker puts back where it calls the model."""


class OutputSpec(BaseModel, frozen=True):
    """What the last answer of an agent looks like, where it is no plain text."""

    name: str
    shape: dict[str, Any]
    """JSON schema."""
    is_strict: bool = True
    is_wrapped: bool = False
    """Whether it is no object itself, and stands alone in one that the SDK puts around it."""


class GuardrailSpec(BaseModel, frozen=True):
    """A check of what an agent is given, or of what it answers; the worker has its body."""

    name: str
    in_parallel: bool = False
    """Whether the agent works meanwhile."""


class TurnLimits(BaseModel, frozen=True):
    """What one message of a person may cost, as the worker is set up."""

    model_calls: int = 12
    """Model calls of one agent, before it is taken for a loop."""
    inner_model_calls: int = 60
    """Model calls of all the agents together that are called as tools."""
    given: int = 400_000
    """Characters of JSON that one model call is given of the thread."""
    tool_seconds: int = 300
    """How long one try of a tool may take."""


class AgentSpec(BaseModel, frozen=True):
    """An agent as a worker describes it, recorded in the history of each turn.

    Agents name each other, so that any of them may hand over to any other, and back.
    """

    name: str
    instructions: str
    model: str
    model_settings: dict[str, Any] = {}
    """JSON of the SDK's `ModelSettings`; empty for those that it would have by itself."""
    tools: tuple[ToolSpec, ...]
    handoffs: tuple[HandoffSpec, ...] = ()
    output: OutputSpec | None = None
    """None for plain text."""
    input_guardrails: tuple[GuardrailSpec, ...] = ()
    output_guardrails: tuple[GuardrailSpec, ...] = ()
    reset_tool_choice: bool = True
    """Whether it may answer in words once it has called a tool that it was told to call."""
    stops_after: tuple[str, ...] = ()
    """What the model calls the tools whose answer is the agent's last; `*` stands for any."""
    others: tuple["AgentSpec", ...] = ()
    """Of the agent that `AGENT` names: all that it reaches by handoffs and as tools."""
    hosted: tuple[HostedSpec, ...] = ()
    limits: TurnLimits = TurnLimits()
    """Of the agent that `AGENT` names: they hold for all that it reaches, too."""

    def named(self, name: str) -> "AgentSpec":
        """One of its agents by name; itself, if there is none of that name any more."""
        return next((it for it in self.others if it.name == name), self)

    def tool(self, called: str) -> ToolSpec | None:
        """Its own tool that the model calls so, if it has one."""
        return next((it for it in self.tools if (it.called or it.name) == called), None)

    def stops(self, called: str) -> bool:
        """Whether the answer of a tool, by what the model calls it, is the agent's last."""
        return called in self.stops_after or "*" in self.stops_after

    def handoff(self, tool: str) -> HandoffSpec | None:
        """Its own handoff for which the model calls this, if it has one."""
        return next((it for it in self.handoffs if it.tool == tool), None)
