"""Words in a thread where something waits: they decide nothing, and nobody is left without one."""

from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client

from tests.builders import ALICE, BOB
from tests.flows.rig import CAROL, DAVE, Rig, a_rule, act, working
from tests.model import says
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Escalation, People


def _said(rig: Rig) -> list[Any]:
    """What people said, as the model was last given it."""
    return [it["content"] for it in rig.script.given[-1] if it.get("role") == "user"]


@pytest.mark.parametrize(
    "words", ["approve", "LGTM 👍", "ok, approved!", "please reject it", "yes"]
)
async def test_who_may_decide_gets_the_button_for_typed_words(temporal: Client, words: str) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        approval_id = await rig.ask()

        await rig.say(words, who=BOB)

        whisper = await rig.told()
        shown = rig.cards.of(approval_id).shown
        assert whisper.to == BOB
        assert "Typing decides nothing" in whisper.text
        assert shown.summary in whisper.text
        assert (whisper.press, whisper.digests) == ((approval_id,), (shown.digest,))
        assert whisper.review == (False,)
        assert await rig.outcome(approval_id) is Outcome.PENDING
        await rig.vote(approval_id, BOB, digest=whisper.digests[0])
        assert await rig.answered() == "Done."


async def test_who_asked_is_told_why_their_own_word_is_none(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        approval_id = await rig.ask()

        await rig.say("approve", who=ALICE)

        whisper = await rig.told()
        assert "You asked for this yourself" in whisper.text
        assert (whisper.press, whisper.nudge) == ((), approval_id)
        assert rig.directory.asked == []
        assert await rig.outcome(approval_id) is Outcome.PENDING
        assert rig.log.replies == []


async def test_an_outsiders_approve_is_explained(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        rig.directory.panels = {DAVE.user: ()}
        approval_id = await rig.ask()

        await rig.say("approve", who=DAVE)

        whisper = await rig.told()
        assert "You can't decide this" in whisper.text
        assert (whisper.press, whisper.nudge) == ((), approval_id)


async def test_who_could_not_be_looked_up_is_not_told_that_they_may_not(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        rig.directory.down = True
        await rig.ask()

        await rig.say("approve", who=BOB)

        whisper = await rig.told()
        assert "couldn't check" in whisper.text
        assert whisper.nudge == ""


async def test_who_was_added_by_escalation_gets_the_button(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        to = People(users=(CAROL.user,))
        rig.policy.rule = a_rule(escalation=Escalation(after=timedelta(milliseconds=1), to=to))
        rig.directory.panels = {CAROL.user: ()}
        approval_id = await rig.ask()
        await rig.cards.until(lambda: rig.cards.of(approval_id).escalated)

        await rig.say("approve", who=CAROL)

        assert (await rig.told()).press == (approval_id,)


async def test_who_may_have_been_given_a_vote_gets_the_button(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as rig:
        rig.policy.rule = a_rule(hand_over=People(users=(CAROL.user,)))
        rig.directory.panels = {CAROL.user: ()}
        approval_id = await rig.ask()
        await rig.vote(approval_id, BOB, approve=False, verb=Verb.HAND_OVER, to=CAROL)

        await rig.say("approve", who=CAROL)

        assert (await rig.told()).press == (approval_id,)
        await rig.vote(approval_id, CAROL)
        assert await rig.answered() == "Done."


@pytest.mark.parametrize("who", [DAVE, ALICE], ids=["an outsider", "who asked"])
@pytest.mark.parametrize("words", ["yes", "go ahead"])
async def test_a_yes_of_somebody_who_may_not_decide_is_for_the_model(
    temporal: Client, words: str, who: Person
) -> None:
    async with working(temporal, act(1), says("Yes what?")) as rig:
        rig.directory.panels = {DAVE.user: ()}
        await rig.ask()

        await rig.say(words, who=who)

        assert await rig.answered() == "Yes what?"
        assert rig.log.whispers == []


async def test_a_typed_approve_is_remembered_with_a_note_that_it_decided_nothing(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done."), says("Not by words.")) as rig:
        approval_id = await rig.ask()
        await rig.say("approve", who=BOB)
        await rig.told()
        await rig.vote(approval_id, BOB)
        await rig.answered(1)

        await rig.say("did that approve it?")

        await rig.answered(2)
        assert _said(rig) == ["please act", "approve", "did that approve it?"]
        notes = [it["content"] for it in rig.script.given[-1] if it.get("role") == "developer"]
        assert any("It decided nothing" in note for note in notes)


async def test_who_asked_withdraws_with_words(temporal: Client) -> None:
    async with working(temporal, act(1), says("It is off.")) as rig:
        approval_id = await rig.ask()

        await rig.say("cancel that, please", who=ALICE)

        assert await rig.answered() == "It is off."
        assert rig.cards.of(approval_id).outcome is Outcome.WITHDRAWN
        assert "WITHDRAWN by alice" in rig.outputs[-1]
        assert rig.directory.asked == []


async def test_others_cannot_withdraw_and_what_they_said_is_remembered(temporal: Client) -> None:
    async with working(temporal, act(1), says("It waits.")) as rig:
        approval_id = await rig.ask()
        await rig.say("cancel that", who=CAROL)
        assert "Only who asked for it can withdraw it" in (await rig.told()).text
        assert await rig.outcome(approval_id) is Outcome.PENDING

        await rig.say("what now?")

        await rig.answered()
        assert _said(rig) == ["please act", "cancel that", "what now?"]


async def test_with_two_waiting_it_is_asked_which_to_withdraw(temporal: Client) -> None:
    async with working(temporal, act(1, 2)) as rig:
        await rig.say("please act")
        ids = await rig.asked(2)

        await rig.say("cancel that")

        words = (await rig.told()).text
        assert words.startswith("Several of your requests wait here")
        assert all(f"`{id_}`" in words for id_ in ids)
        assert {await rig.outcome(id_) for id_ in ids} == {Outcome.PENDING}


async def test_everything_can_be_withdrawn_at_once(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("All off.")) as rig:
        await rig.say("please act")
        ids = await rig.asked(2)

        await rig.say("cancel everything")

        assert await rig.answered() == "All off."
        assert {rig.cards.of(id_).outcome for id_ in ids} == {Outcome.WITHDRAWN}


async def test_everything_is_only_what_one_asked_for_oneself(temporal: Client) -> None:
    async with working(temporal, act(1), act(2), says("Carol's is off.")) as rig:
        alices = await rig.ask()
        carols = await rig.ask("act on 2", who=CAROL)

        await rig.say("cancel everything", who=CAROL)

        assert await rig.answered() == "Carol's is off."
        assert await rig.outcome(alices) is Outcome.PENDING
        assert rig.cards.of(carols).outcome is Outcome.WITHDRAWN


async def test_who_may_decide_several_is_offered_each_for_review(temporal: Client) -> None:
    async with working(temporal, act(1, 2)) as rig:
        await rig.say("please act")
        ids = await rig.asked(2)

        await rig.say("approve", who=BOB)

        whisper = await rig.told()
        assert sorted(whisper.press) == sorted(ids)
        assert whisper.review == (True, True)
        assert "2 approvals wait here" in whisper.text


async def test_words_decide_nothing_where_slack_may_not_decide(temporal: Client) -> None:
    async with working(temporal, act(1)) as rig:
        rig.policy.rule = a_rule(from_slack=False)
        await rig.ask()

        await rig.say("approve", who=BOB)

        whisper = await rig.told()
        assert "can't be decided in Slack" in whisper.text
        assert whisper.press == ()


async def test_where_nothing_waits_the_model_reads_it(temporal: Client) -> None:
    async with working(temporal, says("Approve what?"), says("Cancel what?")) as rig:
        await rig.say("approve", who=BOB)
        assert await rig.answered(1) == "Approve what?"
        await rig.say("cancel that")
        assert await rig.answered(2) == "Cancel what?"


async def test_an_unrelated_question_is_served_meanwhile(temporal: Client) -> None:
    async with working(temporal, act(1), says("Fine weather."), says("Done.")) as rig:
        approval_id = await rig.ask()

        await rig.say("how is the weather?", who=CAROL)

        assert await rig.answered(1) == "Fine weather."
        assert await rig.outcome(approval_id) is Outcome.PENDING
        await rig.vote(approval_id, BOB)
        assert await rig.answered(2) == "Done."
