"""Words in a thread where something waits: they decide nothing, and nobody is left without one."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client

from tests.flows.flow import CAROL, DAVE, Flow, a_rule, act, working
from tests.support.builders import ALICE, BOB
from tests.support.scripted_model import says
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Escalation, People


def _said(flow: Flow) -> list[Any]:
    """What people said, as the model was last given it."""
    return [it["content"] for it in flow.script.given[-1] if it.get("role") == "user"]


@pytest.mark.parametrize(
    "words", ["approve", "LGTM 👍", "ok, approved!", "please reject it", "yes"]
)
async def test_who_may_decide_gets_the_button_for_typed_words(temporal: Client, words: str) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        approval_id = await flow.ask()

        await flow.say(words, who=BOB)

        ephemeral = await flow.told()
        shown = flow.cards.of(approval_id).shown
        assert ephemeral.to == BOB
        assert "Typing “approve” doesn't count" in ephemeral.text
        assert shown.summary in ephemeral.text
        (offer,) = ephemeral.offers
        assert (offer.id, offer.prepared.digest) == (approval_id, shown.digest)
        assert offer.in_full
        assert await flow.outcome(approval_id) is Outcome.PENDING
        await flow.vote(approval_id, BOB, digest=offer.prepared.digest)
        assert await flow.answered() == "Done."


async def test_who_asked_is_told_why_their_own_word_is_none(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        approval_id = await flow.ask()

        await flow.say("approve", who=ALICE)

        ephemeral = await flow.told()
        assert "You asked for this yourself" in ephemeral.text
        assert (ephemeral.offers, ephemeral.nudge) == ((), approval_id)
        assert flow.directory.asked == []
        assert await flow.outcome(approval_id) is Outcome.PENDING
        assert flow.threads.replies == []


async def test_an_outsiders_approve_is_explained(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.directory.panels = {DAVE.user: ()}
        approval_id = await flow.ask()

        await flow.say("approve", who=DAVE)

        ephemeral = await flow.told()
        assert "You can't decide this" in ephemeral.text
        assert (ephemeral.offers, ephemeral.nudge) == ((), approval_id)


async def test_who_could_not_be_looked_up_is_not_told_that_they_may_not(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.directory.down = True
        await flow.ask()

        await flow.say("approve", who=BOB)

        ephemeral = await flow.told()
        assert "couldn't check" in ephemeral.text
        assert ephemeral.nudge == ""


async def test_who_was_added_by_escalation_gets_the_button(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        to = People(users=(CAROL.user,))
        flow.policy.rule = a_rule(escalation=Escalation(after=timedelta(milliseconds=1), to=to))
        flow.directory.panels = {CAROL.user: ()}
        approval_id = await flow.ask()
        await flow.cards.until(lambda: flow.cards.of(approval_id).escalated)

        await flow.say("approve", who=CAROL)

        assert [it.id for it in (await flow.told()).offers] == [approval_id]


async def test_who_may_have_been_given_a_vote_gets_the_button(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(hand_over=People(users=(CAROL.user,)))
        flow.directory.panels = {CAROL.user: ()}
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, approve=False, verb=Verb.HAND_OVER, to=CAROL)

        await flow.say("approve", who=CAROL)

        assert [it.id for it in (await flow.told()).offers] == [approval_id]
        await flow.vote(approval_id, CAROL)
        assert await flow.answered() == "Done."


@pytest.mark.parametrize("who", [DAVE, ALICE], ids=["an outsider", "who asked"])
@pytest.mark.parametrize("words", ["yes", "go ahead"])
async def test_a_yes_of_somebody_who_may_not_decide_is_for_the_model(
    temporal: Client, words: str, who: Person
) -> None:
    async with working(temporal, act(1), says("Yes what?")) as flow:
        flow.directory.panels = {DAVE.user: ()}
        await flow.ask()

        await flow.say(words, who=who)

        assert await flow.answered() == "Yes what?"
        assert flow.threads.ephemerals == []


async def test_a_typed_approve_is_remembered_with_a_note_that_it_decided_nothing(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done."), says("Not by words.")) as flow:
        approval_id = await flow.ask()
        await flow.say("approve", who=BOB)
        await flow.told()
        await flow.vote(approval_id, BOB)
        await flow.answered(1)

        await flow.say("did that approve it?")

        await flow.answered(2)
        assert _said(flow) == ["please act", "approve", "did that approve it?"]
        notes = [it["content"] for it in flow.script.given[-1] if it.get("role") == "developer"]
        assert any("It decided nothing" in note for note in notes)


async def test_who_asked_withdraws_with_words(temporal: Client) -> None:
    async with working(temporal, act(1), says("It is off.")) as flow:
        approval_id = await flow.ask()

        await flow.say("cancel that, please", who=ALICE)

        assert await flow.answered() == "It is off."
        assert flow.cards.of(approval_id).outcome is Outcome.WITHDRAWN
        assert "WITHDRAWN by alice" in flow.outputs[-1]
        assert flow.directory.asked == []


async def test_others_cannot_withdraw_and_what_they_said_is_remembered(temporal: Client) -> None:
    async with working(temporal, act(1), says("It waits.")) as flow:
        approval_id = await flow.ask()
        await flow.say("cancel that", who=CAROL)
        assert "Only the person who asked for it can withdraw it" in (await flow.told()).text
        assert await flow.outcome(approval_id) is Outcome.PENDING

        await flow.say("what now?")

        await flow.answered()
        assert _said(flow) == ["please act", "cancel that", "what now?"]


async def test_with_two_waiting_it_is_asked_which_to_withdraw(temporal: Client) -> None:
    async with working(temporal, act(1, 2)) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)

        await flow.say("cancel that")

        words = (await flow.told()).text
        assert words.startswith("2 of your requests wait here")
        assert not any(id_ in words for id_ in ids)
        assert {await flow.outcome(id_) for id_ in ids} == {Outcome.PENDING}


@pytest.mark.parametrize("asked", [True, False], ids=["after a question", "at once"])
async def test_one_of_two_is_withdrawn_by_its_place(temporal: Client, asked: bool) -> None:
    async with working(temporal, act(1, 2), says("Off and done.")) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)  # in the order in which Slack took their cards
        first, second = sorted(ids, key=lambda id_: flow.cards.of(id_).shown.summary)
        if asked:
            await flow.say("cancel that")
            await flow.told()

        await flow.say("The second one, please 🙂" if asked else "cancel the second one")

        assert (await flow.settled(second)).outcome is Outcome.WITHDRAWN
        assert await flow.outcome(first) is Outcome.PENDING
        await flow.vote(first, BOB)
        assert await flow.answered() == "Off and done."


async def test_a_place_alone_takes_nothing_back_unless_it_was_asked(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("The second what?")) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)

        await flow.say("the second one")

        assert await flow.answered() == "The second what?"
        assert {await flow.outcome(id_) for id_ in ids} == {Outcome.PENDING}


async def test_everything_can_be_withdrawn_at_once(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("All off.")) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)

        await flow.say("cancel everything")

        assert await flow.answered() == "All off."
        assert {flow.cards.of(id_).outcome for id_ in ids} == {Outcome.WITHDRAWN}


async def test_everything_is_only_what_one_asked_for_oneself(temporal: Client) -> None:
    async with working(temporal, act(1), act(2), says("Carol's is off.")) as flow:
        alices = await flow.ask()
        carols = await flow.ask("act on 2", who=CAROL)

        await flow.say("cancel everything", who=CAROL)

        assert await flow.answered() == "Carol's is off."
        assert await flow.outcome(alices) is Outcome.PENDING
        assert flow.cards.of(carols).outcome is Outcome.WITHDRAWN


async def test_who_may_decide_several_is_offered_each_for_review(temporal: Client) -> None:
    async with working(temporal, act(1, 2)) as flow:
        await flow.say("please act")
        ids = await flow.asked(2)

        await flow.say("approve", who=BOB)

        ephemeral = await flow.told()
        assert sorted(it.id for it in ephemeral.offers) == sorted(ids)
        assert not any(it.in_full for it in ephemeral.offers)
        assert "2 requests wait here" in ephemeral.text


async def test_words_decide_nothing_where_slack_may_not_decide(temporal: Client) -> None:
    async with working(temporal, act(1)) as flow:
        flow.policy.rule = a_rule(from_slack=False)
        await flow.ask()

        await flow.say("approve", who=BOB)

        ephemeral = await flow.told()
        assert "can't be decided in Slack" in ephemeral.text
        assert ephemeral.offers == ()


async def test_where_nothing_waits_the_model_reads_it(temporal: Client) -> None:
    async with working(temporal, says("Approve what?"), says("Cancel what?")) as flow:
        await flow.say("approve", who=BOB)
        assert await flow.answered(1) == "Approve what?"
        await flow.say("cancel that")
        assert await flow.answered(2) == "Cancel what?"


async def test_an_unrelated_question_is_served_meanwhile(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine weather."), says("Done.")) as flow:
        approval_id = await flow.ask()

        await flow.say("how is the weather?", who=CAROL)

        assert await flow.answered(1) == "Fine weather."
        assert await flow.outcome(approval_id) is Outcome.PENDING
        await flow.vote(approval_id, BOB)
        assert await flow.answered(2) == "Done."
