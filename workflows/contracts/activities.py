"""What workflows may ask of the world: typed signatures, no bodies. The worker has those."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.contracts.activity_inputs import (
    Batch,
    Concluded,
    Earlier,
    EarlierQuery,
    EligibilityQuery,
    EphemeralMessage,
    PolicyQuery,
    Recount,
    Recounted,
    Reminder,
    Reply,
    ReviewQuery,
    StatusLine,
    VoteCheck,
    VoteFacts,
)
from workflows.contracts.agent_code import (
    Checked,
    HandingOver,
    InputCheck,
    OutputCheck,
)
from workflows.contracts.approvals import ApprovalStatus, Card, Posted
from workflows.contracts.core import AgentSpec, Call, Prepared, ToolResult
from workflows.contracts.decisions import Eligibility
from workflows.contracts.rules import Reviewed, Ruling


class TurnActivities(ABC):
    """Steps of a turn, each of which asks several parts of the worker at once."""

    @activity.defn
    @abstractmethod
    async def start_thinking(self, status: StatusLine) -> AgentSpec:
        """Show that the agent is at work, and describe it as this worker is set up."""

    @activity.defn
    @abstractmethod
    async def review_call(self, query: ReviewQuery) -> Reviewed:
        """Say what a call would do and what the policy says of it; change nothing.

        Raises:
            ApplicationError: of type `POLICY_UNAVAILABLE`, if the policy cannot say; of any other,
                if the call could not be made ready.
        """

    @activity.defn
    @abstractmethod
    async def find_earlier(self, query: EarlierQuery) -> Earlier:
        """The conversation that a new one may go on with: the latest of one person alone with us.

        In rooms of several people there is none.
        """


class AgentActivities(ABC):
    """The agent's tools."""

    @activity.defn
    @abstractmethod
    async def prepare_call(self, call: Call) -> Prepared:
        """Check a call's arguments and put what it would do in plain words; change nothing."""

    @activity.defn
    @abstractmethod
    async def run_tool(self, call: Call) -> ToolResult:
        """Run a tool. A retry with the same `call.id` returns what the first try did."""


class AgentCodeActivities(ABC):
    """Code of the agent's author that is no tool."""

    @activity.defn
    @abstractmethod
    async def check_input(self, check: InputCheck) -> Checked:
        """Ask an input guardrail.

        Raises:
            ApplicationError: it failed, or is not there any more.
        """

    @activity.defn
    @abstractmethod
    async def check_output(self, check: OutputCheck) -> Checked:
        """Ask an output guardrail.

        Raises:
            ApplicationError: it failed, or is not there any more.
        """

    @activity.defn
    @abstractmethod
    async def hand_over(self, handing: HandingOver) -> None:
        """Do what the author wants done at a handoff. It may run again if a worker dies meanwhile.

        Raises:
            ApplicationError: it failed; of type `UNREADABLE` if the arguments do not fit.
        """


class SurfaceActivities(ABC):
    """Where a conversation takes place: a Slack thread, an AgentEx task."""

    @activity.defn
    @abstractmethod
    async def post_reply(self, reply: Reply) -> None:
        """Post Markdown there, in as many messages as it takes; a retry posts the rest."""

    @activity.defn
    @abstractmethod
    async def show_status(self, status: StatusLine) -> None:
        """Show what the agent is doing. Never fails: where it cannot be shown, nothing is."""

    @activity.defn
    @abstractmethod
    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """Tell one person something that nobody else sees."""


class CardActivities(ABC):
    """Approval cards."""

    @activity.defn
    @abstractmethod
    async def post_card(self, status: ApprovalStatus) -> Card:
        """Post the card once; a retry returns the card that the first try posted."""

    @activity.defn
    @abstractmethod
    async def redraw_card(self, status: ApprovalStatus) -> Card:
        """Rewrite every message about it from state, see `ApprovalStatus.messages`.

        A card that is gone is posted anew; returns the card as it is then.
        """

    @activity.defn
    @abstractmethod
    async def show_batch(self, batch: Batch) -> str:
        """Post or rewrite the summary of several approvals; returns its `ts`."""

    @activity.defn
    @abstractmethod
    async def remind(self, reminder: Reminder) -> tuple[Posted, ...]:
        """Write to those who are waited for; returns what was posted.

        Who has approved already, and who asked, is left alone. A retry returns what the tries
        before it posted, too.
        """


class PolicyActivities(ABC):
    """The company's policy."""

    @activity.defn
    @abstractmethod
    async def judge(self, query: PolicyQuery) -> Ruling:
        """Say what the policy says of a call. A policy that fails while evaluating denies."""

    @activity.defn
    @abstractmethod
    async def recount(self, recount: Recount) -> Recounted:
        """Say what an approval and those asked for before it cost together, and if that matters.

        Raises:
            ApplicationError: it cannot be added up.
        """


class DirectoryActivities(ABC):
    """Who people are."""

    @activity.defn
    @abstractmethod
    async def look_up(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        """What Slack says of each person now, in the order asked for.

        A group that is gone has no members; `Eligibility.gone` names it.

        Raises:
            ApplicationError: it could not be looked up, so nothing is known.
        """


class VoteActivities(ABC):
    """What a vote depends on."""

    @activity.defn
    @abstractmethod
    async def check_vote(self, check: VoteCheck) -> VoteFacts:
        """Find out everything at the same time.

        Raises:
            ApplicationError: something could not be found out. Its type is a value of
                `Unchecked` and says what.
        """


class EndActivities(ABC):
    """What an approval does last."""

    @activity.defn
    @abstractmethod
    async def conclude(self, status: ApprovalStatus) -> Concluded:
        """Tell the conversation how it ended, then rewrite the card.

        What Slack refuses for good is left as it is. Done twice, it is as done once.
        """


class LifecycleActivities(ABC):
    """Whether workflows still run, which only Temporal knows: a dead one answers as it last was."""

    @activity.defn
    @abstractmethod
    async def ended_approvals(self, ids: tuple[str, ...]) -> tuple[ApprovalStatus, ...]:
        """The last state of those that no longer run; of one ended by force, `STOPPED` and why.

        One that Temporal no longer has is left out, since nothing is known of it.
        """

    @activity.defn
    @abstractmethod
    async def report_end(self, status: ApprovalStatus) -> bool:
        """Tell the conversation how an approval ended; False if there is none any more.

        A child's result would reach only the run that started it, and a long conversation renews
        itself while people decide. Told twice, it takes the first.
        """

    @activity.defn
    @abstractmethod
    async def sweep(self) -> int:
        """Have it cleaned up after approvals that were ended by force; how many were found."""

    @activity.defn
    @abstractmethod
    async def how_conversation_ended(self, workflow_id: str) -> str:
        """How the conversation ended that asked for the approval by or for which this is called.

        A value of `Stop`; empty while it runs, also in a later run. One that was begun anew
        after an end by force is another.
        """
