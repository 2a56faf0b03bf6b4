"""Where conversations take place, each kind of origin behind the same small interface."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime

from temporalio import activity
from temporalio.exceptions import ApplicationError

from workflows.contracts.activities import SurfaceActivities
from workflows.contracts.activity_inputs import Batch, EphemeralMessage, Reply, StatusLine
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Call, Origin, ToolResult


class Surface(SurfaceActivities):
    """How one kind of origin shows a conversation, and what is asked in it.

    Every method raises `ApplicationError` where it is not said otherwise.
    """

    kind: str
    """See `Origin.kind`."""

    @abstractmethod
    async def link(self, origin: Origin) -> str:
        """An address that opens it; empty where there is none."""

    @abstractmethod
    async def show_approval(self, status: ApprovalStatus, card: Card) -> Card:
        """Say there how an approval stands whose card is elsewhere; the card that knows of it.

        Called with every change, and once more after the last.
        """

    @abstractmethod
    async def show_batch(self, batch: Batch) -> str:
        """Post or rewrite the summary of several approvals; returns its `ts`."""

    async def show_call(self, call: Call, at: datetime, arguments: str) -> None:
        """Show that a tool is called that nobody is asked about.

        `at` is the same in every try, and `arguments` is JSON that may be shown.
        """

    async def show_result(self, call: Call, at: datetime, result: ToolResult) -> None:
        """Show what came of it; `at` is the same as for the call."""

    async def show_automatic(self, status: ApprovalStatus) -> None:
        """Show a call that was allowed without asking anybody, once it has ended."""


class Surfaces(SurfaceActivities):
    """All that this worker serves, by the kind of origin."""

    def __init__(self, surfaces: Iterable[Surface]) -> None:
        self._surfaces = {it.kind: it for it in surfaces}

    def of(self, kind: str) -> Surface:
        """The surface of one kind.

        Raises:
            ApplicationError: this worker has none; another may.
        """
        try:
            return self._surfaces[kind]
        except KeyError:
            why = f"This worker does not serve conversations of {kind!r}"
            raise ApplicationError(why, type="no_such_surface") from None

    @activity.defn
    async def post_reply(self, reply: Reply) -> None:
        """See `SurfaceActivities`."""
        await self.of(reply.origin.kind).post_reply(reply)

    @activity.defn
    async def show_status(self, status: StatusLine) -> None:
        """See `SurfaceActivities`."""
        await self.of(status.origin.kind).show_status(status)

    @activity.defn
    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        """See `SurfaceActivities`. People are told where they are, not where it was asked."""
        await self.of(ephemeral.to.kind).post_ephemeral(ephemeral)
