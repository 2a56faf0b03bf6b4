"""Lists that are open: when they are redrawn, and what is waited for meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from temporalio.service import RPCError, RPCStatusCode

from bot.open_lists import MOST, OpenList, OpenLists
from bot.response_url import ResponseUrlError
from bot.screens import Drawn
from bot.watches import MOST as MOST_WATCHES
from bot.watches import Watches
from workflows.client import ApprovalNotFoundError

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")


class Ends:
    """Approvals that end when a test says so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self._ends: dict[str, asyncio.Future[None]] = {}

    async def ended(self, approval_id: str) -> None:
        self.asked.append(approval_id)
        try:
            await asyncio.shield(self._of(approval_id))
        except asyncio.CancelledError:
            self.stopped.append(approval_id)
            raise

    def end(self, *ids: str) -> None:
        for id_ in ids:
            self._of(id_).set_result(None)

    def fail(self, id_: str, error: Exception) -> None:
        self._of(id_).set_exception(error)

    def _of(self, id_: str) -> asyncio.Future[None]:
        return self._ends.setdefault(id_, asyncio.get_running_loop().create_future())


@dataclass
class Glass:
    """A screen, and what it was given to show."""

    waiting: tuple[str, ...] = ()
    ended: list[Sequence[str]] = field(default_factory=list[Sequence[str]])
    shown: asyncio.Queue[Drawn] = field(default_factory=asyncio.Queue[Drawn])
    error: Exception | None = None
    while_drawing: Callable[[], Awaitable[None]] | None = None
    is_to_show: bool = True
    way: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where Slack takes at once what it is given."""

    def __post_init__(self) -> None:
        self.way.set()

    async def draw(self, ended: Sequence[str]) -> Drawn | None:
        self.ended.append(ended)
        if self.while_drawing:
            during, self.while_drawing = self.while_drawing, None
            await during()
        return Drawn("", waiting=self.waiting) if self.is_to_show else None

    async def show(self, drawn: Drawn) -> None:
        await self.way.wait()
        self.shown.put_nowait(drawn)
        if self.error:
            raise self.error


def a_list(
    glass: Glass, *waiting: str, user: str = "U0BOB", channel: str = "C0OPS", uses: int | None = 3
) -> OpenList:
    return OpenList(user=user, channel=channel, screen=glass, waiting=waiting, uses=uses)


async def everything_has_run() -> None:
    """Let every task come to where it waits for something."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest_asyncio.fixture
async def lists(ends: Ends) -> AsyncGenerator[OpenLists]:
    lists = OpenLists(ends.ended, settle=0)
    yield lists
    await lists.aclose()


async def test_approvals_that_end_together_redraw_their_list_once(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass(waiting=("approval-3",))
    lists.put(a_list(glass, "approval-1", "approval-2", "approval-3"))
    await everything_has_run()
    ends.end("approval-1", "approval-2")
    await glass.shown.get()
    await everything_has_run()

    assert [set(it) for it in glass.ended] == [{"approval-1", "approval-2"}]
    assert glass.shown.empty()


async def test_an_approval_is_asked_for_once_however_many_lists_show_it(
    ends: Ends, lists: OpenLists
) -> None:
    hers, his = Glass(), Glass()
    lists.put(a_list(hers, "approval-1", user="U0CAROL"))
    lists.put(a_list(his, "approval-1"))
    await everything_has_run()
    ends.end("approval-1")
    await hers.shown.get()
    await his.shown.get()

    assert ends.asked == ["approval-1"]


async def test_what_no_list_shows_any_more_is_not_waited_for(ends: Ends, lists: OpenLists) -> None:
    lists.put(a_list(Glass(), "approval-1", "approval-2"))
    await everything_has_run()
    lists.put(a_list(Glass(), "approval-2"))
    await everything_has_run()

    assert ends.stopped == ["approval-1"]
    assert ends.asked == ["approval-1", "approval-2"]


async def test_what_comes_onto_a_list_is_waited_for_too(ends: Ends, lists: OpenLists) -> None:
    glass = Glass(waiting=("approval-2",))
    lists.put(a_list(glass, "approval-1"))
    await everything_has_run()
    ends.end("approval-1")
    await glass.shown.get()
    await everything_has_run()
    ends.end("approval-2")
    await glass.shown.get()

    assert glass.ended[-1] == ("approval-1", "approval-2")


async def test_what_ends_while_a_list_is_redrawn_redraws_it_again(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass(waiting=("approval-2",))

    async def during() -> None:
        ends.end("approval-2")
        await everything_has_run()

    glass.while_drawing = during
    lists.put(a_list(glass, "approval-1", "approval-2"))
    await everything_has_run()
    ends.end("approval-1")
    await glass.shown.get()
    await glass.shown.get()

    assert glass.ended == [("approval-1",), ("approval-1", "approval-2")]


async def test_what_has_ended_is_not_waited_for_again_although_visibility_still_lists_it(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass(waiting=("approval-1",))
    lists.put(a_list(glass, "approval-1"))
    await everything_has_run()
    ends.end("approval-1")
    await glass.shown.get()
    await everything_has_run()

    assert ends.asked == ["approval-1"]
    assert glass.shown.empty()


async def test_a_list_that_slack_no_longer_takes_is_let_go(ends: Ends, lists: OpenLists) -> None:
    glass = Glass(waiting=("approval-2",), error=ResponseUrlError("404 used_url"))
    lists.put(a_list(glass, "approval-1", "approval-2"))
    await everything_has_run()
    ends.end("approval-1")
    await glass.shown.get()
    await everything_has_run()

    assert lists.get("U0BOB", "C0OPS") is None
    assert ends.stopped == ["approval-2"]


async def test_a_list_is_let_go_before_its_address_is_used_up(ends: Ends, lists: OpenLists) -> None:
    glass = Glass(waiting=("approval-2",))
    lists.put(a_list(glass, "approval-1", "approval-2", uses=1))
    await everything_has_run()
    ends.end("approval-1")
    await glass.shown.get()
    await everything_has_run()

    assert lists.get("U0BOB", "C0OPS") is None
    lists.put(a_list(glass, "approval-3", uses=0))
    assert lists.get("U0BOB", "C0OPS") is None


async def test_a_home_is_redrawn_as_often_as_it_takes(ends: Ends, lists: OpenLists) -> None:
    glass = Glass()
    ids = [f"approval-{number}" for number in range(8)]
    lists.put(a_list(glass, *ids, channel="", uses=None))
    await everything_has_run()
    for number, id_ in enumerate(ids):
        glass.waiting = tuple(ids[number + 1 :])
        ends.end(id_)
        await glass.shown.get()
        await everything_has_run()

    assert lists.get("U0BOB") is not None


async def test_a_vote_redraws_the_voter_s_own_lists_that_show_it(lists: OpenLists) -> None:
    mine, other, hers = Glass(), Glass(), Glass()
    lists.put(a_list(mine, "approval-1"))
    lists.put(a_list(other, "approval-2", channel="C0FINANCE"))
    lists.put(a_list(hers, "approval-1", user="U0CAROL"))
    lists.touched("U0BOB", "approval-1")
    await mine.shown.get()
    await everything_has_run()

    assert mine.ended == [()]
    assert other.shown.empty()
    assert hers.shown.empty()


async def test_a_list_that_was_just_redrawn_by_a_press_is_not_redrawn_again(
    lists: OpenLists,
) -> None:
    before, after = Glass(), Glass()
    lists.put(a_list(before, "approval-1"))
    lists.touched("U0BOB", "approval-1")
    lists.put(a_list(after, "approval-1"))
    await everything_has_run()

    assert before.shown.empty()
    assert after.shown.empty()


async def test_what_is_on_its_way_to_slack_arrives_before_a_list_is_let_go(
    lists: OpenLists,
) -> None:
    glass = Glass(waiting=("approval-1", "approval-2"))
    glass.way.clear()
    lists.put(a_list(glass, "approval-1"))
    lists.touched("U0BOB", "approval-1")
    await everything_has_run()
    going = asyncio.create_task(lists.let_go("U0BOB", "C0OPS"))
    await everything_has_run()
    assert not going.done()
    glass.way.set()

    assert await going == ("approval-1", "approval-2")
    assert glass.shown.qsize() == 1
    assert lists.get("U0BOB", "C0OPS") is None


async def test_what_was_not_yet_on_its_way_is_not_shown_after_a_list_is_let_go(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass()

    async def during() -> None:
        await asyncio.Event().wait()

    glass.while_drawing = during
    lists.put(a_list(glass, "approval-1"))
    lists.touched("U0BOB", "approval-1")
    await everything_has_run()
    assert await lists.let_go("U0BOB", "C0OPS") == ("approval-1",)
    assert await lists.let_go("U0BOB", "C0OPS") == ()
    await everything_has_run()

    assert glass.shown.empty()
    assert ends.asked == ends.stopped


async def test_a_list_that_takes_the_place_of_one_being_let_go_stays(lists: OpenLists) -> None:
    before, after = Glass(), Glass()
    before.way.clear()
    lists.put(a_list(before, "approval-1"))
    lists.touched("U0BOB", "approval-1")
    await everything_has_run()
    going = asyncio.create_task(lists.let_go("U0BOB", "C0OPS"))
    await everything_has_run()
    lists.put(a_list(after, "approval-2"))
    await going

    kept = lists.get("U0BOB", "C0OPS")
    assert kept is not None
    assert kept.screen is after


async def test_what_its_reader_knows_is_not_shown_and_uses_nothing(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass(is_to_show=False)
    lists.put(a_list(glass, "approval-1", "approval-2", uses=1))
    await everything_has_run()
    ends.end("approval-1")
    await everything_has_run()
    assert glass.shown.empty()
    glass.is_to_show = True
    ends.end("approval-2")
    await glass.shown.get()

    assert glass.ended == [("approval-1",), ("approval-1", "approval-2")]


async def test_of_many_lists_the_one_that_was_opened_first_is_let_go(lists: OpenLists) -> None:
    for number in range(MOST + 1):
        lists.put(a_list(Glass(), user=f"U{number}"))

    assert lists.get("U0", "C0OPS") is None
    assert lists.get("U1", "C0OPS") is not None
    assert lists.get(f"U{MOST}", "C0OPS") is not None


async def test_after_half_an_hour_nobody_waits_any_more(ends: Ends) -> None:
    lists = OpenLists(ends.ended, settle=0, keep=0)
    lists.put(a_list(Glass(), "approval-1"))
    await everything_has_run()

    assert lists.get("U0BOB", "C0OPS") is None
    assert ends.asked == ends.stopped


async def test_an_approval_that_temporal_no_longer_has_has_ended(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass()
    lists.put(a_list(glass, "approval-1"))
    await everything_has_run()
    ends.fail("approval-1", ApprovalNotFoundError("approval-1"))
    await glass.shown.get()

    assert glass.ended == [("approval-1",)]


async def test_while_temporal_is_away_that_is_said_once_and_lists_stay_as_they_are(
    ends: Ends, lists: OpenLists
) -> None:
    glass = Glass()
    lists.put(a_list(glass, "approval-1", "approval-2"))
    await everything_has_run()
    with capture_logs() as logs:
        for id_ in ("approval-1", "approval-2"):
            ends.fail(id_, AWAY)
        await everything_has_run()

    assert [it["log_level"] for it in logs] == ["warning"]
    assert glass.shown.empty()
    assert lists.get("U0BOB", "C0OPS") is not None


async def test_on_leaving_nothing_goes_on(ends: Ends) -> None:
    lists = OpenLists(ends.ended, settle=60)
    glass = Glass()
    lists.put(a_list(glass, "approval-1", "approval-2"))
    await everything_has_run()
    ends.end("approval-1")
    await everything_has_run()
    await lists.aclose()

    assert glass.shown.empty()
    assert ends.stopped == ["approval-2"]


async def test_there_is_a_limit_to_what_is_waited_for(ends: Ends) -> None:
    watches = Watches(ends.ended, lambda _: None)
    watches.only(f"approval-{number}" for number in range(MOST_WATCHES + 20))
    await everything_has_run()
    await watches.aclose()

    assert len(ends.asked) == MOST_WATCHES
