"""A directory, a shop and a Slack that answer late or not at all, as a test says."""

import asyncio
from collections import defaultdict

from temporalio import activity
from temporalio.exceptions import ApplicationError

from tests.support.fakes import FakeAgent, FakeCards, FakeDirectory
from workflows.contracts.activity_inputs import EligibilityQuery
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import Eligibility


class Gates:
    """Doors by name; each is open unless a test closes it."""

    def __init__(self) -> None:
        self._doors: defaultdict[str, asyncio.Event] = defaultdict(_open)

    def close(self, *names: str) -> None:
        """Keep who comes next waiting."""
        for name in names:
            self._doors[name].clear()

    def open(self, *names: str) -> None:
        """Let them through."""
        for name in names:
            self._doors[name].set()

    async def through(self, name: str) -> None:
        """Wait until it is open."""
        await self._doors[name].wait()


def _open() -> asyncio.Event:
    door = asyncio.Event()
    door.set()
    return door


class SlowDirectory(FakeDirectory):
    """Slack's directory, when it takes its time with some people or does not know them now."""

    def __init__(self) -> None:
        super().__init__()
        self.doors = Gates()
        self.unknown: set[str] = set()

    @activity.defn
    async def look_up(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        """Answer when the door of the first person is open."""
        eligibilities = await super().look_up(query)
        user = query.people[0].user
        await self.doors.through(user)
        if user in self.unknown:
            raise ApplicationError("no answer", type="internal_error", non_retryable=True)
        return eligibilities


class SlowAgent(FakeAgent):
    """A shop whose preview may hang or break once something is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.doors = Gates()
        self.previewed = 0

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """Answer when the door is open."""
        prepared = await super().prepare_call(call)
        self.previewed += 1
        await self.changed()
        await self.doors.through("preview")
        await self.doors.through(call.arguments)
        return prepared


class SlowSlack(FakeCards):
    """Slack, when it takes some cards only after a while."""

    def __init__(self, *held: str) -> None:
        super().__init__()
        self._held = held
        self.free = asyncio.Event()

    @activity.defn
    async def post_card(self, status: ApprovalStatus) -> Card:
        """Post it, if it is not held."""
        if status.call.arguments in self._held:
            await self.free.wait()
        return await super().post_card(status)
