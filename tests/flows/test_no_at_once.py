"""No and never mind count at once; a yes counts only if nothing was said against it by then."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from tests.flows.flow import CAROL, DAVE, Flow, a_rule, act, so_many, working
from tests.flows.slow_fakes import SlowAgent, SlowDirectory
from tests.support.builders import ALICE, BOB
from tests.support.scripted_model import says
from workflows.contracts.decisions import Outcome, Refusal, Verb
from workflows.contracts.rules import Panel, People

BY_NAME = Panel(who=People(users=(CAROL.user,), channels=("C0OPS",)))

Objection = Callable[[Flow, str], Awaitable[object]]


async def _rejects(flow: Flow, id_: str) -> object:
    return await flow.vote(id_, CAROL, approve=False)


async def _sends_back(flow: Flow, id_: str) -> object:
    changes = Verb.REQUEST_CHANGES
    return await flow.vote(id_, CAROL, approve=False, verb=changes, reason="make it 2")


async def _withdraws(flow: Flow, id_: str) -> object:
    return await flow.vote(id_, ALICE, approve=False, verb=Verb.WITHDRAW)


async def _looked_ahead(flow: Flow, approval_id: str) -> None:
    """Follow the history until the last check of a yes has come back and was taken in."""
    handle = flow.temporal.get_workflow_handle(approval_id)
    missing, kinds = {"check_vote"}, dict[int, str]()
    async for event in handle.fetch_history_events(wait_new_event=True):
        begun = event.activity_task_scheduled_event_attributes
        kinds[event.event_id] = begun.activity_type.name
        done = event.activity_task_completed_event_attributes.scheduled_event_id
        missing.discard(kinds.get(done, ""))
        if not missing and event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return


OBJECTIONS: dict[Outcome, Objection] = {
    Outcome.REJECTED: _rejects,
    Outcome.CHANGES_REQUESTED: _sends_back,
    Outcome.WITHDRAWN: _withdraws,
}


@pytest.mark.parametrize("outcome", OBJECTIONS, ids=str)
@pytest.mark.parametrize("slow", ["look-up", "preview"])
async def test_a_no_does_not_wait_for_a_yes_that_is_being_checked_and_the_yes_loses(
    temporal: Client, outcome: Outcome, slow: str
) -> None:
    directory, agent = SlowDirectory(), SlowAgent()
    async with working(temporal, act(1), says("Off."), directory=directory, agent=agent) as flow:
        id_ = await flow.ask()
        known = agent.previewed
        if slow == "preview":
            agent.doors.close("preview")
        else:
            directory.doors.close(BOB.user)
        await flow.vote(id_, BOB)
        await directory.until(lambda: bool(directory.asked))
        if slow == "preview":
            await agent.until(lambda: agent.previewed > known)

        await OBJECTIONS[outcome](flow, id_)

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is outcome)
        agent.doors.open("preview")
        directory.doors.open(BOB.user)
        ephemeral = await flow.told()
        assert ephemeral.to == BOB
        assert "Your press changed nothing." in ephemeral.text
        assert await flow.answered() == "Off."
        assert flow.agent.ran == []


async def test_who_the_rule_names_says_no_though_slack_says_nothing(temporal: Client) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Off."), directory=directory) as flow:
        flow.policy.rule = a_rule(panels=(BY_NAME,))
        directory.doors.close(CAROL.user)
        id_ = await flow.ask()

        await flow.vote(id_, CAROL, approve=False)

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.REJECTED)
        assert directory.asked == []
        assert await flow.answered() == "Off."


async def test_a_yes_waits_for_a_no_that_is_looked_up_and_loses_if_that_counts(
    temporal: Client,
) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Off."), directory=directory) as flow:
        id_ = await flow.ask()
        directory.doors.close(CAROL.user)
        await flow.vote(id_, CAROL, approve=False)
        await flow.vote(id_, BOB)
        await _looked_ahead(flow, id_)
        assert await flow.outcome(id_) is Outcome.PENDING

        directory.doors.open(CAROL.user)

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.REJECTED)
        assert (await flow.told()).to == BOB
        assert await flow.answered() == "Off."
        assert flow.agent.ran == []


async def test_a_no_by_somebody_who_may_not_decide_only_delays_a_yes(temporal: Client) -> None:
    directory = SlowDirectory()
    directory.panels = {DAVE.user: ()}
    async with working(temporal, act(1), says("Done."), directory=directory) as flow:
        id_ = await flow.ask()
        directory.doors.close(DAVE.user)
        await flow.vote(id_, DAVE, approve=False)
        await flow.vote(id_, BOB)
        await directory.until(lambda: len(directory.asked) == 2)

        directory.doors.open(DAVE.user)

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1
        assert await flow.refusals(id_) == [Refusal.NOT_AN_APPROVER]


async def test_a_yes_does_not_count_beside_a_no_that_cannot_be_checked(temporal: Client) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Done."), directory=directory) as flow:
        id_ = await flow.ask()
        directory.doors.close(BOB.user, CAROL.user)
        directory.unknown = {CAROL.user}
        await flow.vote(id_, CAROL, approve=False)
        await flow.vote(id_, BOB)
        await directory.until(lambda: len(directory.asked) == 2)
        directory.doors.open(CAROL.user)
        await flow.told(2)
        assert {it.to for it in flow.threads.ephemerals} == {BOB, CAROL}
        assert all("Please press again" in it.text for it in flow.threads.ephemerals)

        directory.doors.open(BOB.user)

        assert await flow.refusals(id_) == [Refusal.UNVERIFIED] * 2
        assert await flow.outcome(id_) is Outcome.PENDING
        await flow.vote(id_, BOB)
        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1


async def test_a_preview_that_does_not_come_is_told_within_seconds_and_decides_nothing_later(
    temporal: Client,
) -> None:
    agent = SlowAgent()
    async with working(temporal, act(1), says("Off."), agent=agent) as flow:
        id_ = await flow.ask()
        agent.doors.close("preview")
        began = asyncio.get_running_loop().time()
        await flow.vote(id_, BOB)

        ephemeral = await flow.told()

        assert asyncio.get_running_loop().time() - began < 14
        assert ephemeral.to == BOB
        assert (
            "couldn't check what this would do just now, so nothing was changed" in ephemeral.text
        )
        agent.doors.open("preview")
        assert await flow.refusals(id_) == [Refusal.UNVERIFIED]
        await flow.vote(id_, CAROL, approve=False)
        assert await flow.answered() == "Off."
        assert flow.cards.of(id_).outcome is Outcome.REJECTED
        assert flow.agent.ran == []


async def test_of_two_approvals_the_one_that_came_first_counts_though_it_is_checked_longer(
    temporal: Client,
) -> None:
    directory = SlowDirectory()
    async with working(temporal, act(1), says("Done."), directory=directory) as flow:
        id_ = await flow.ask()
        directory.doors.close(BOB.user)
        await flow.vote(id_, BOB)
        await flow.vote(id_, CAROL)
        await directory.until(lambda: len(directory.asked) == 2)

        directory.doors.open(BOB.user)

        assert await flow.answered() == "Done."
        card = flow.cards.of(id_)
        assert card.decision is not None
        assert card.decision.by == BOB
        assert (await flow.told()).to == CAROL
        assert len(flow.agent.ran) == 1


async def test_the_second_of_two_that_are_needed_is_previewed_when_its_turn_comes(
    temporal: Client,
) -> None:
    directory, agent = SlowDirectory(), SlowAgent()
    async with working(temporal, act(1), says("Done."), directory=directory, agent=agent) as flow:
        flow.policy.rule = a_rule(panels=so_many(2))
        id_ = await flow.ask()
        known = agent.previewed
        directory.doors.close(BOB.user)
        await flow.vote(id_, BOB)
        await flow.vote(id_, CAROL)
        await directory.until(lambda: len(directory.asked) == 2)
        assert agent.previewed == known

        directory.doors.open(BOB.user)

        assert await flow.answered() == "Done."
        assert agent.previewed == known + 1
        assert [it.decision.by for it in flow.cards.of(id_).votes] == [BOB, CAROL]
