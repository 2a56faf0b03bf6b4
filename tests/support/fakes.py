"""One stand-in for each outside system; each implements what the real one implements."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.messages.notices import in_markdown, spoken
from countersign.slack.voice import MrkdwnVoice
from tests.support.builders import ANYBODY
from workflows.contracts.activities import (
    AgentActivities,
    CardActivities,
    DirectoryActivities,
    PolicyActivities,
    SurfaceActivities,
)
from workflows.contracts.activity_inputs import (
    Batch,
    EligibilityQuery,
    EphemeralMessage,
    PolicyQuery,
    Recount,
    Recounted,
    Reminder,
    Reply,
    StatusLine,
)
from workflows.contracts.approvals import ApprovalStatus, Card, Posted
from workflows.contracts.core import (
    AgentSpec,
    ArgumentField,
    Call,
    Person,
    Prepared,
    ToolResult,
    ToolSpec,
)
from workflows.contracts.decisions import Account, Eligibility
from workflows.contracts.notices import Offer
from workflows.contracts.rules import Ruling, Verdict
from workflows.digest import digest


class Watched:
    """Lets a test wait for what it expects instead of sleeping."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()

    async def changed(self) -> None:
        """Tell who waits."""
        async with self._changed:
            self._changed.notify_all()

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something is true of this fake."""
        async with self._changed, asyncio.timeout(seconds):
            await self._changed.wait_for(true)


class FakeCards(CardActivities, Watched):
    """Slack's channel, as far as cards go."""

    def __init__(self) -> None:
        Watched.__init__(self)
        self.shown: list[ApprovalStatus] = []
        self.posted = 0
        self.refuses: str | None = None
        self.lost: set[str] = set()
        self.batches: list[Batch] = []
        self.reminders: list[Reminder] = []
        self.remind_gate = asyncio.Event()
        self.reminded = 1
        self.remind_gate.set()

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """Post, or refuse for good with the code a test has set."""
        if self.refuses:
            raise ApplicationError("refused", type=self.refuses, non_retryable=True)
        return await self._post(status)

    @activity.defn
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        """Rewrite, or post anew if the card is lost."""
        assert status.card is not None
        if status.card.ts in self.lost:
            return await self._post(status)
        self.shown.append(status)
        await self.changed()
        return status.card

    @activity.defn
    async def show_batch(self, batch: Batch) -> str:
        """Keep the summary."""
        self.batches.append(batch)
        await self.changed()
        return batch.ts or "9.0"

    @activity.defn
    async def remind(self, reminder: Reminder) -> tuple[Posted, ...]:
        """Keep the reminder; Bob got it `reminded` times over, once the gate is open."""
        self.reminders.append(reminder)
        await self.changed()
        await self.remind_gate.wait()
        ts = f"{len(self.reminders)}.9"
        number, kind = reminder.number, reminder.kind
        posted = Posted(kind=kind, channel="D0BOB", ts=ts, user="U0BOB", number=number)
        return (posted,) * self.reminded

    def of(self, approval_id: str) -> ApprovalStatus:
        """What an approval's card shows now."""
        return [status for status in self.shown if status.id == approval_id][-1]

    @property
    def ids(self) -> Sequence[str]:
        """Every approval that has a card, in the order of posting."""
        return list(dict.fromkeys(status.id for status in self.shown))

    async def _post(self, status: ApprovalStatus) -> Card:
        self.posted += 1
        self.shown.append(status)
        await self.changed()
        return Card(
            channel=status.origin.channel, ts=f"{self.posted}.0", permalink="http://card.test"
        )


@dataclass(frozen=True)
class Told:
    """Something that one person was told, in the words that Slack would show."""

    message: EphemeralMessage

    @property
    def to(self) -> Person:
        return self.message.to

    @property
    def text(self) -> str:
        return spoken(self.message.notice, MrkdwnVoice())

    @property
    def nudge(self) -> str:
        return self.message.nudge

    @property
    def offers(self) -> tuple[Offer, ...]:
        return self.message.notice.offers


class FakeThreads(SurfaceActivities, Watched):
    """Slack's threads."""

    def __init__(self) -> None:
        Watched.__init__(self)
        self.posted: list[Reply] = []
        self.statuses: list[str] = []
        self.ephemerals: list[Told] = []

    @property
    def replies(self) -> Sequence[str]:
        """What was answered, in order."""
        return [in_markdown(it) for it in self.posted]

    @activity.defn
    async def post_reply(self, reply: Reply) -> None:
        """Keep the answer."""
        self.posted.append(reply)
        await self.changed()

    @activity.defn
    async def show_status(self, status: StatusLine) -> None:
        """Keep the status line."""
        self.statuses.append(status.text)

    @activity.defn
    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """Keep the private answer."""
        self.ephemerals.append(Told(ephemeral))
        await self.changed()


class FakePolicy(PolicyActivities, Watched):
    """The policy: one ruling for every tool, or others that a test sets."""

    def __init__(self) -> None:
        Watched.__init__(self)
        self.rule = ANYBODY
        self.rulings: list[Ruling] = []
        """Given in order; after the last one, `rule` asks for everything."""
        self.queries: list[PolicyQuery] = []
        self.down = False
        self.is_uncounted = False
        self.busy = 0
        """How often it cannot say yet."""

    @activity.defn
    async def judge(self, query: PolicyQuery) -> Ruling:
        """Rule as the test says."""
        self.queries.append(query)
        if self.down:
            raise ApplicationError("no policy", non_retryable=True)
        if self.busy:
            self.busy -= 1
            raise ApplicationError("Slack is away", {"patience_seconds": 3_600})
        if self.rulings:
            return self.rulings.pop(0)
        verdict = Verdict.ALLOW if self.rule.auto_approve else Verdict.ASK
        return Ruling(verdict=verdict, rule=self.rule, audience=("public",))

    @activity.defn
    async def recount(self, recount: Recount) -> Recounted:
        """Nothing else came before."""
        if self.is_uncounted:
            raise ApplicationError("no list", non_retryable=True)
        return Recounted(total=recount.counted)


class FakeDirectory(DirectoryActivities, Watched):
    """Slack's directory: everybody is in every panel unless a test says otherwise."""

    def __init__(self) -> None:
        Watched.__init__(self)
        self.panels: dict[str, tuple[int, ...]] = {}
        self.accounts: dict[str, Account] = {}
        self.asked: list[EligibilityQuery] = []
        self.down = False
        self.gate = asyncio.Event()
        self.gate.set()

    @activity.defn
    async def look_up(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        """Say what a test has set, or fail as Slack may."""
        self.asked.append(query)
        await self.changed()
        await self.gate.wait()
        if self.down:
            raise ApplicationError("no answer", type="internal_error", non_retryable=True)
        everywhere = tuple(range(len(query.rule.panels)))
        return tuple(
            Eligibility(
                user=person.user,
                name=person.name,
                account=self.accounts.get(person.user, Account.MEMBER),
                panels=self.panels.get(person.user, everywhere),
                escalated=query.rule.escalation is not None
                and person.user in query.rule.escalation.to.users,
                may_receive=person.user in query.rule.hand_over.users,
            )
            for person in query.people
        )


class FakeAgent(AgentActivities, Watched):
    """An agent with one guarded tool, `act`, and one free one, `look`."""

    def __init__(self) -> None:
        Watched.__init__(self)
        self.ran: list[Call] = []
        self.fails: str | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.unpreparable: set[str] = set()
        self.price = 1
        """What one `n` costs; a test may change it while something waits."""

    async def describe(self) -> AgentSpec:
        """The agent."""
        return AgentSpec(
            name="Tester",
            instructions="Test.",
            model="scripted",
            tools=(_spec("act", guarded=True), _spec("look", guarded=False)),
        )

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """Arguments are valid if they are a JSON object; what a test has broken fails for good."""
        if call.arguments in self.unpreparable:
            raise ApplicationError("no answer", non_retryable=True)
        if not call.arguments.startswith("{"):
            return Prepared(problem="The arguments have to be a JSON object.")
        plain = Prepared(
            title="Act",
            summary=f"Act on {call.arguments}",
            agent="Tester",
            fields=(ArgumentField(name="price", value=str(self.price)),),
        )
        bound = digest(call.tool, call.arguments, plain)
        return plain.model_copy(update={"digest": bound})

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """Note that it ran."""
        self.ran.append(call)
        await self.changed()
        await self.gate.wait()
        if self.fails:
            return ToolResult(ok=False, text=self.fails)
        return ToolResult(ok=True, text=f"{call.tool} ran with {call.arguments}")


def _spec(name: str, *, guarded: bool) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=name,
        parameters={
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
            "additionalProperties": False,
        },
        needs_approval=guarded,
        title=name.title(),
        status=f"is doing {name}…",
    )
