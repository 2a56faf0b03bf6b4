"""What was pressed before the deadline counts, what was pressed after it does not."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from tests.flows.flow import CAROL, Flow, a_rule, act, at_work, so_many, working
from tests.flows.slow_fakes import SlowAgent, SlowDirectory
from tests.support.builders import ALICE, BOB
from tests.support.scripted_model import Script, says
from workflows.contracts.decisions import Outcome, Refusal, Verb

SOON = timedelta(seconds=2)


def _at(seconds: float = 0) -> datetime:
    """So long from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def _time_is_up(flow: Flow, approval_id: str) -> None:
    """Follow the history until the clock of an approval has rung in it, worker or no worker."""
    handle = flow.temporal.get_workflow_handle(approval_id)
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            return


async def _ask_and_leave(flow: Flow) -> str:
    """Something is asked that expires soon, and then no worker is there."""
    flow.policy.rule = a_rule(expires_after=SOON)
    async with at_work(flow):
        return await flow.ask()


async def test_a_vote_that_is_still_looked_up_at_the_deadline_counts(temporal: Client) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Done."), directory=directory) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        directory.doors.close(BOB.user)
        id_ = await flow.ask()
        await flow.vote(id_, BOB, at=_at())
        await _time_is_up(flow, id_)
        assert await flow.outcome(id_) is Outcome.PENDING

        directory.doors.open(BOB.user)

        assert await flow.answered() == "Done."
        assert flow.cards.of(id_).outcome is Outcome.APPROVED
        assert len(flow.agent.ran) == 1


async def test_a_press_in_time_counts_although_it_takes_a_moment_to_arrive(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        id_ = await flow.ask()
        pressed, deadline = _at(), (await flow.approvals.status(id_)).deadline
        assert deadline is not None
        while _at(-1) < deadline:
            assert await flow.outcome(id_) is Outcome.PENDING
        await flow.vote(id_, BOB, at=pressed)

        assert await flow.answered() == "Done."
        assert flow.cards.of(id_).outcome is Outcome.APPROVED


async def test_a_vote_that_cannot_be_checked_at_the_deadline_is_not_told_to_press_again(
    temporal: Client,
) -> None:
    agent = SlowAgent()
    async with working(temporal, act(1), says("Nobody answered."), agent=agent) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        id_ = await flow.ask()
        agent.doors.close("preview")
        await flow.vote(id_, BOB, at=_at())

        ephemeral = await flow.told()

        assert "The time to decide is up now." in ephemeral.text
        assert await flow.answered() == "Nobody answered."
        assert flow.cards.of(id_).outcome is Outcome.EXPIRED
        agent.doors.open("preview")


async def test_one_of_two_in_time_is_not_enough(temporal: Client) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Nobody answered."), directory=directory) as flow:
        flow.policy.rule = a_rule(expires_after=SOON, panels=so_many(2))
        directory.doors.close(BOB.user)
        id_ = await flow.ask()
        await flow.vote(id_, BOB, at=_at())
        await _time_is_up(flow, id_)
        await flow.vote(id_, CAROL, at=_at())

        assert "the time to decide this was up" in (await flow.told()).text
        directory.doors.open(BOB.user)

        assert await flow.answered() == "Nobody answered."
        card = flow.cards.of(id_)
        assert (card.outcome, card.counted) == (Outcome.EXPIRED, 1)
        assert await flow.refusals(id_) == [Refusal.TOO_LATE]
        assert flow.agent.ran == []


async def test_a_press_in_time_counts_though_no_worker_was_there_until_after_the_deadline(
    temporal: Client,
) -> None:
    flow = Flow(temporal, Script(act(1), says("Done.")))
    id_ = await _ask_and_leave(flow)
    await flow.vote(id_, BOB, at=_at())
    await _time_is_up(flow, id_)

    async with at_work(flow):
        assert await flow.answered() == "Done."

    assert flow.cards.of(id_).outcome is Outcome.APPROVED
    assert len(flow.agent.ran) == 1


async def test_a_press_after_the_deadline_is_too_late_though_no_worker_was_there(
    temporal: Client,
) -> None:
    flow = Flow(temporal, Script(act(1), says("Nobody answered.")))
    id_ = await _ask_and_leave(flow)
    await _time_is_up(flow, id_)
    await flow.vote(id_, BOB, at=_at())

    async with at_work(flow):
        ephemeral = await flow.told()
        assert await flow.answered() == "Nobody answered."

    assert ephemeral.to == BOB
    assert "changed nothing" in ephemeral.text
    assert flow.cards.of(id_).outcome is Outcome.EXPIRED
    assert flow.agent.ran == []


async def test_never_mind_after_the_deadline_still_stops_a_yes_that_is_being_checked(
    temporal: Client,
) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Off."), directory=directory) as flow:
        flow.policy.rule = a_rule(expires_after=SOON)
        directory.doors.close(BOB.user)
        id_ = await flow.ask()
        await flow.vote(id_, BOB, at=_at())
        await _time_is_up(flow, id_)

        await flow.vote(id_, ALICE, approve=False, verb=Verb.WITHDRAW, at=_at())

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.WITHDRAWN)
        directory.doors.open(BOB.user)
        assert await flow.answered() == "Off."
        assert flow.agent.ran == []
