"""What was pressed before the deadline counts, what was pressed after it does not."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.flows.rig import CAROL, Rig, a_rule, act, at_work, so_many, working
from tests.flows.slow import SlowBook, SlowShop
from tests.model import Script, says
from workflows.contracts.decisions import Outcome, Refusal, Verb

SOON = timedelta(seconds=2)


def _at(seconds: float = 0) -> datetime:
    """So long from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def _time_is_up(rig: Rig, approval_id: str) -> None:
    """Follow the history until the clock of an approval has rung in it, worker or no worker."""
    handle = rig.temporal.get_workflow_handle(approval_id)
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            return


async def _ask_and_leave(rig: Rig) -> str:
    """Something is asked that expires soon, and then no worker is there."""
    rig.policy.rule = a_rule(expires_after=SOON)
    async with at_work(rig):
        return await rig.ask()


async def test_a_vote_that_is_still_looked_up_at_the_deadline_counts(temporal: Client) -> None:
    book = SlowBook()
    async with working(temporal, act(1), says("Done."), directory=book) as rig:
        rig.policy.rule = a_rule(expires_after=SOON)
        book.doors.close(BOB.user)
        id_ = await rig.ask()
        await rig.vote(id_, BOB, at=_at())
        await _time_is_up(rig, id_)
        assert await rig.outcome(id_) is Outcome.PENDING

        book.doors.open(BOB.user)

        assert await rig.answered() == "Done."
        assert rig.cards.of(id_).outcome is Outcome.APPROVED
        assert len(rig.bench.ran) == 1


async def test_a_vote_that_cannot_be_checked_at_the_deadline_is_not_told_to_press_again(
    temporal: Client,
) -> None:
    shop = SlowShop()
    async with working(temporal, act(1), says("Nobody answered."), bench=shop) as rig:
        rig.policy.rule = a_rule(expires_after=SOON)
        id_ = await rig.ask()
        shop.doors.close("preview")
        await rig.vote(id_, BOB, at=_at())

        whisper = await rig.told()

        assert "The time to decide is up now." in whisper.text
        assert await rig.answered() == "Nobody answered."
        assert rig.cards.of(id_).outcome is Outcome.EXPIRED
        shop.doors.open("preview")


async def test_one_of_two_in_time_is_not_enough(temporal: Client) -> None:
    book = SlowBook()
    async with working(temporal, act(1), says("Nobody answered."), directory=book) as rig:
        rig.policy.rule = a_rule(expires_after=SOON, panels=so_many(2))
        book.doors.close(BOB.user)
        id_ = await rig.ask()
        await rig.vote(id_, BOB, at=_at())
        await _time_is_up(rig, id_)
        await rig.vote(id_, CAROL, at=_at())

        assert "the time to decide this was up" in (await rig.told()).text
        book.doors.open(BOB.user)

        assert await rig.answered() == "Nobody answered."
        card = rig.cards.of(id_)
        assert (card.outcome, card.counted) == (Outcome.EXPIRED, 1)
        assert await rig.refusals(id_) == [Refusal.TOO_LATE]
        assert rig.bench.ran == []


async def test_a_press_in_time_counts_though_no_worker_was_there_until_after_the_deadline(
    temporal: Client,
) -> None:
    rig = Rig(temporal, Script(act(1), says("Done.")))
    id_ = await _ask_and_leave(rig)
    await rig.vote(id_, BOB, at=_at())
    await _time_is_up(rig, id_)

    async with at_work(rig):
        assert await rig.answered() == "Done."

    assert rig.cards.of(id_).outcome is Outcome.APPROVED
    assert len(rig.bench.ran) == 1


async def test_a_press_after_the_deadline_is_too_late_though_no_worker_was_there(
    temporal: Client,
) -> None:
    rig = Rig(temporal, Script(act(1), says("Nobody answered.")))
    id_ = await _ask_and_leave(rig)
    await _time_is_up(rig, id_)
    await rig.vote(id_, BOB, at=_at())

    async with at_work(rig):
        whisper = await rig.told()
        assert await rig.answered() == "Nobody answered."

    assert whisper.to == BOB
    assert "Too late" in whisper.text
    assert rig.cards.of(id_).outcome is Outcome.EXPIRED
    assert rig.bench.ran == []


async def test_never_mind_after_the_deadline_still_stops_a_yes_that_is_being_checked(
    temporal: Client,
) -> None:
    book = SlowBook()
    async with working(temporal, act(1), says("Off."), directory=book) as rig:
        rig.policy.rule = a_rule(expires_after=SOON)
        book.doors.close(BOB.user)
        id_ = await rig.ask()
        await rig.vote(id_, BOB, at=_at())
        await _time_is_up(rig, id_)

        await rig.vote(id_, ALICE, approve=False, verb=Verb.WITHDRAW, at=_at())

        await rig.cards.until(lambda: rig.cards.of(id_).outcome is Outcome.WITHDRAWN)
        book.doors.open(BOB.user)
        assert await rig.answered() == "Off."
        assert rig.bench.ran == []
