"""Time: reminders when they are due, as timers that an operator can read."""

import json
from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from tests.flows.flow import Flow, a_rule, act, working
from tests.support.builders import BOB
from tests.support.scripted_model import says
from workflows.approval.remains import read_remains
from workflows.approval.timers import LOOK
from workflows.client import Approvals
from workflows.contracts.approvals import MessageKind
from workflows.contracts.decisions import Outcome

SOON, SOONER = timedelta(milliseconds=600), timedelta(milliseconds=300)
LATER = timedelta(hours=6)


async def _timers(flow: Flow, approval_id: str) -> list[str]:
    """The summaries of an approval's own timers, as Temporal's Web UI shows them."""
    history = await flow.temporal.get_workflow_handle(approval_id).fetch_history()
    summaries = [
        json.loads(event.user_metadata.summary.data)
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        and event.user_metadata.summary.data
    ]
    return [it for it in summaries if it != LOOK]


async def test_reminders_go_out_when_they_are_due(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER, SOON))
        approval_id = await flow.ask()

        await flow.cards.until(lambda: len(flow.cards.reminders) == 2)

        assert [(it.kind, it.number) for it in flow.cards.reminders] == [
            ("reminder", 1),
            ("reminder", 2),
        ]
        assert {it.status.id for it in flow.cards.reminders} == {approval_id}


async def test_timers_say_what_they_are_for(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER, LATER / 2), expires_after=LATER)
        approval_id = await flow.ask()
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)

        first, second = await _timers(flow, approval_id)

        asked_at = flow.cards.of(approval_id).request.asked_at
        assert first == f"reminder 1 of 2 at {asked_at + SOONER:%Y-%m-%d %H:%M} UTC"
        assert second == f"reminder 2 of 2 at {asked_at + LATER / 2:%Y-%m-%d %H:%M} UTC"


async def test_an_expiry_is_a_timer_with_its_moment(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(expires_after=LATER)
        approval_id = await flow.ask()

        deadline = flow.cards.of(approval_id).deadline

        assert await _timers(flow, approval_id) == [f"expiry at {deadline:%Y-%m-%d %H:%M} UTC"]


async def test_after_the_decision_nobody_is_reminded(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER, LATER), expires_after=LATER * 2)
        approval_id = await flow.ask()
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."
        await flow.settled(approval_id)
        assert len(flow.cards.reminders) == 1
        assert not any("expiry" in timer for timer in await _timers(flow, approval_id))


async def test_a_reminder_that_is_due_during_the_action_is_not_sent(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(reminders=(LATER,), expires_after=LATER * 2)
        flow.agent.gate.clear()
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)
        history = await temporal.get_workflow_handle(approval_id).fetch_history()
        kinds = [event.event_type for event in history.events]
        assert EventType.EVENT_TYPE_TIMER_CANCELED in kinds

        flow.agent.gate.set()

        assert await flow.answered() == "Done."
        assert flow.cards.reminders == []


async def test_the_last_drawing_knows_every_reminder(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER, SOON), expires_after=LATER)
        approval_id = await flow.ask()
        await flow.cards.until(lambda: len(flow.cards.reminders) == 2)
        await flow.vote(approval_id, BOB)
        assert await flow.answered() == "Done."
        await flow.settled(approval_id)

        last = flow.cards.of(approval_id)
        assert last.outcome is Outcome.APPROVED
        assert [it.number for it in last.reminders] == [1, 2]


async def test_a_reminder_that_comes_while_the_end_is_shown_is_redrawn_too(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER,), expires_after=LATER)
        flow.cards.remind_gate.clear()
        approval_id = await flow.ask()
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)
        await flow.vote(approval_id, BOB)
        assert await flow.answered() == "Done."
        assert flow.cards.of(approval_id).reminders == ()
        flow.cards.remind_gate.set()
        await flow.settled(approval_id)

        last = flow.cards.of(approval_id)
        assert (last.outcome, len(last.reminders)) == (Outcome.APPROVED, 1)


async def test_what_was_posted_is_known_of_one_that_was_ended_by_force(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(reminders=(SOONER, SOON), expires_after=LATER)
        approval_id = await flow.ask()
        await flow.cards.until(lambda: len(flow.cards.reminders) == 2)
        handle = temporal.get_workflow_handle(approval_id)
        while (
            len((await Approvals(temporal).status(approval_id)).reminders) < 2
        ):  # until it has both answers
            pass
        await handle.terminate()

        remains = await read_remains(temporal, await handle.describe())
        assert [it.kind for it in remains.reminders] == [MessageKind.REMINDER] * 2
