"""Who may not decide may remind those who may, once in a while."""

from temporalio.client import Client

from countersign.messages.notices import REMINDED_ENOUGH
from tests.flows.flow import DAVE, act, working
from workflows.approval.display import MOST_REMINDERS
from workflows.contracts.decisions import Verb


async def test_a_nudge_reminds_at_once_and_decides_nothing(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.directory.panels = {DAVE.user: ()}
        approval_id = await flow.ask()

        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        assert (await flow.told()).text.startswith("Reminded ")
        (reminder,) = flow.cards.reminders
        assert (reminder.kind, reminder.by) == ("nudge", DAVE)
        assert reminder.status.id == approval_id
        assert flow.directory.asked == []


async def test_a_second_nudge_is_too_soon_and_says_when_it_is_not(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()
        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        words = (await flow.told(2)).text
        assert "a moment ago" in words
        assert "<!date^" in words
        assert len(flow.cards.reminders) == 1


async def test_who_was_reminded_often_enough_is_not_said_to_be_reminded_again(
    temporal: Client,
) -> None:
    async with working(temporal, act(1)) as flow:
        flow.cards.reminded = MOST_REMINDERS
        approval_id = await flow.ask()
        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)
        await flow.told()

        await flow.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        assert (await flow.told(2)).text == REMINDED_ENOUGH
        assert len(flow.cards.reminders) == 1
