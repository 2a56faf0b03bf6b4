"""Who may not decide may remind those who may, once in a while."""

from temporalio.client import Client

from tests.flows.rig import DAVE, act, working
from workflows.contracts.decisions import Verb


async def test_a_nudge_reminds_at_once_and_decides_nothing(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        rig.directory.panels = {DAVE.user: ()}
        approval_id = await rig.ask()

        await rig.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        assert (await rig.told()).text == "I have reminded them."
        (reminder,) = rig.cards.reminders
        assert (reminder.kind, reminder.by) == ("nudge", DAVE)
        assert reminder.status.id == approval_id
        assert rig.directory.asked == []


async def test_a_second_nudge_is_too_soon_and_says_when_it_is_not(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        approval_id = await rig.ask()
        await rig.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        await rig.vote(approval_id, DAVE, approve=False, verb=Verb.NUDGE)

        words = (await rig.told(2)).text
        assert "only a moment ago" in words
        assert "<!date^" in words
        assert len(rig.cards.reminders) == 1
