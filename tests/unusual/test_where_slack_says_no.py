"""Where Slack lets no app post, the next target of a rule gets the card, within seconds."""

import asyncio
import json

import pytest

from tests.played_model import PlayedModel, order, say
from tests.slack.scene import Scene
from tests.slack.talk import ALICE, ALICES_DM, BOT, OPS, PATIENCE, Talk
from workflows.contracts.decisions import Outcome

TARGETS = ("C0OPS", "C0FINANCE", "D0")
"""Of the rule for large orders: the thread, finance's channel, and direct messages."""


@pytest.mark.parametrize(
    "code", ["restricted_action_read_only_channel", "a_code_that_slack_has_yet_to_invent"]
)
async def test_the_next_target_is_tried(scene: Scene, model: PlayedModel, code: str) -> None:
    model.script([order("widget", 150)], [say("end")])
    talk = Talk(scene.sandbox, OPS, await scene.sandbox.say(ALICE, OPS, "hello"))
    since = (await scene.sandbox.inspect())[-1]["n"]
    await scene.sandbox.fail("chat.postMessage", "error", error=code, count=6)
    await talk.say("<@U0SIGN> order 150 widgets")
    async with asyncio.timeout(PATIENCE):
        while len(await _refused(scene, since, code)) < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.2)
    await scene.sandbox.clear_faults()
    await talk.say("cancel that")
    await talk.hear("end")


@pytest.mark.parametrize("kind", ["http_429", "http_500", "drop"])
async def test_who_asks_is_looked_up_until_slack_says(
    scene: Scene, model: PlayedModel, kind: str
) -> None:
    model.script([order("widget", 100)], [say("end")])
    await scene.sandbox.fail("users.info", kind, count=2)
    talk = await scene.mention("order 100 widgets")
    card = await talk.card()
    assert (await scene.status(card)).outcome is Outcome.PENDING
    await talk.say("cancel that")
    await talk.hear("end")


async def test_an_answer_that_the_thread_does_not_take_comes_as_a_direct_message(
    scene: Scene, model: PlayedModel
) -> None:
    model.script([say("Seven desks are in stock.")])
    code = "restricted_action_read_only_channel"
    await scene.sandbox.fail("chat.postMessage", "error", error=code, channel=OPS, count=0)
    await scene.mention("how many desks?")
    wanted = {"from_": BOT, "timeout": PATIENCE}
    why = await scene.sandbox.wait_message(ALICES_DM, contains="I can't post in", **wanted)
    assert code in why["text"]
    await scene.sandbox.wait_message(ALICES_DM, contains="Seven desks", **wanted)


async def _refused(scene: Scene, since: int, code: str) -> set[str]:
    """Targets at which a card was refused."""
    entries = map(json.dumps, await scene.sandbox.inspect(since))
    refused = [it for it in entries if "chat.postMessage" in it and code in it]
    return {place for place in TARGETS if any(place in entry for entry in refused)}
