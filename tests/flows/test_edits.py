"""Edit & approve: what runs is what was written, under the rule for that."""

from temporalio import activity
from temporalio.client import Client

from tests.flows.flow import CAROL, a_rule, act, so_many, working
from tests.support.builders import BOB
from tests.support.fakes import FakeDirectory
from tests.support.scripted_model import says
from workflows.contracts.activity_inputs import EligibilityQuery
from workflows.contracts.decisions import Eligibility, Execution, Outcome, Refusal
from workflows.contracts.rules import Rule, Ruling, Verdict

EDITABLE = a_rule(edit=True)
TWO = a_rule(edit=True, panels=so_many(2))
BOARD = a_rule(name="board", edit=True)
FIVE = '{"n": 5}'


class BoardRoom(FakeDirectory):
    """A directory in which Bob is not on the board."""

    @activity.defn
    async def look_up(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        self.panels = {BOB.user: ()} if query.rule.name == "board" else {}
        return await super().look_up(query)


def _asks(*rules: Rule) -> list[Ruling]:
    return [Ruling(verdict=Verdict.ASK, rule=rule) for rule in rules]


async def test_an_edited_call_runs_exactly_as_it_was_written(temporal: Client) -> None:
    async with working(temporal, act(1), says("Five, then.")) as flow:
        flow.policy.rule = EDITABLE
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert await flow.answered() == "Five, then."
        assert [call.arguments for call in flow.agent.ran] == [FIVE]
        card = flow.cards.of(approval_id)
        assert card.execution is Execution.DONE
        assert card.request.call.arguments == '{"n": 1}'
        assert card.effective is not None
        assert card.effective.arguments == FIVE
        assert card.shown.summary == f"Act on {FIVE}"
        assert f"APPROVED by bob with changes: act ran with {FIVE}" in flow.outputs[-1]
        assert 'instead of {"n": 1}' in flow.outputs[-1]


async def test_nobody_edits_where_the_rule_does_not_let_them(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert "does not let anybody change this" in (await flow.told()).text
        assert await flow.refusals(approval_id) == [Refusal.NO_EDITS]
        assert flow.agent.ran == []


async def test_an_edit_that_makes_no_sense_changes_nothing(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = EDITABLE
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, arguments="five")
        words = (await flow.told()).text
        assert words.startswith("Your changes were not accepted. The arguments have to be a JSON")
        status = await flow.approvals.status(approval_id)
        assert (status.outcome, status.effective) == (Outcome.PENDING, None)
        assert [it.why for it in status.refused] == [Refusal.BAD_EDIT]

        await flow.vote(approval_id, BOB)

        assert await flow.answered() == "Done."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 1}']


async def test_nobody_edits_their_way_under_a_rule_by_which_they_cannot_approve(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), directory=BoardRoom()) as flow:
        flow.policy.rulings = _asks(EDITABLE, BOARD)
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert "You can't decide this" in (await flow.told()).text
        status = await flow.approvals.status(approval_id)
        assert (status.outcome, status.effective) == (Outcome.PENDING, None)
        assert status.in_force == EDITABLE
        assert flow.agent.ran == []


async def test_an_outsider_cannot_edit(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = EDITABLE
        flow.directory.panels = {BOB.user: ()}
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        await flow.told()
        assert await flow.refusals(approval_id) == [Refusal.NOT_AN_APPROVER]
        assert len(flow.policy.queries) == 1


async def test_an_edit_under_a_rule_for_two_is_the_first_of_two(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rulings = _asks(EDITABLE, TWO)
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        card = await flow.counted(approval_id, 1)
        assert card.outcome is Outcome.PENDING
        assert card.in_force == TWO
        assert flow.agent.ran == []
        await flow.vote(approval_id, CAROL)
        assert await flow.answered() == "Done."
        assert [call.arguments for call in flow.agent.ran] == [FIVE]


async def test_an_edit_sets_aside_what_was_approved_before_it(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = TWO
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB)
        old = (await flow.counted(approval_id, 1)).shown.digest

        await flow.vote(approval_id, CAROL, arguments=FIVE)

        await flow.cards.until(lambda: flow.cards.of(approval_id).effective is not None)
        card = flow.cards.of(approval_id)
        assert [vote.decision.by for vote in card.votes] == [CAROL]
        assert [it.why for it in card.refused] == [Refusal.OUTDATED]
        await flow.vote(approval_id, BOB, digest=old[:16])
        assert "has changed since you saw it" in (await flow.told()).text
        await flow.vote(approval_id, BOB, digest=card.shown.digest[:16])
        assert await flow.answered() == "Done."
        assert [call.arguments for call in flow.agent.ran] == [FIVE]


async def test_an_edit_that_the_policy_denies_is_refused_with_its_words(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        denied = Ruling(verdict=Verdict.DENY, because="Five is too many.")
        flow.policy.rulings = [*_asks(EDITABLE), denied]
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert "Five is too many." in (await flow.told()).text
        assert await flow.refusals(approval_id) == [Refusal.BAD_EDIT]
        assert flow.agent.ran == []


async def test_an_edit_that_needs_nobody_is_approved_by_who_made_it(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rulings = [*_asks(EDITABLE), Ruling(verdict=Verdict.ALLOW)]
        approval_id = await flow.ask()

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert await flow.answered() == "Done."
        assert "APPROVED by bob with changes" in flow.outputs[-1]


async def test_an_edit_that_cannot_be_judged_changes_nothing(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = EDITABLE
        approval_id = await flow.ask()
        flow.policy.down = True

        await flow.vote(approval_id, BOB, arguments=FIVE)

        assert "couldn't check" in (await flow.told()).text
        assert await flow.outcome(approval_id) is Outcome.PENDING
