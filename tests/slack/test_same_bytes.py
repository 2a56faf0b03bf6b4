"""A press that comes too late leaves every message as the worker drew it."""

import pytest

from countersign.slack.actions import APPROVE
from tests.slack.reading import Json, approval_id
from tests.slack.scene import Scene
from tests.slack.talk import BOB, BOBS_DM, CAROL, CAROLS_DM, Talk

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way
ORDER = "order 100 widgets"


async def as_before(scene: Scene, talk: Talk, before: Json, id_: str, who: str = BOB) -> bool:
    """Whether a press on a message that has no buttons any more changes nothing of it."""
    await scene.stale_press(before, APPROVE, who, value=id_)
    await scene.sandbox.wait_quiet()
    after = await talk.redrawn(before, id_)
    return (after["text"], _blocks(after)) == (before["text"], _blocks(before))


def _blocks(message: Json) -> list[Json]:
    """Without the ids that Slack gives to blocks that have none."""
    return [{**it, "block_id": ""} for it in message["blocks"]]


async def test_a_card_and_its_copy_in_direct_messages(scene: Scene) -> None:
    talk = await scene.begin(ORDER)
    line = await talk.line()
    id_ = line["metadata"]["event_payload"]["key"].split("/")[0]
    mine, others = [await talk.copy_for(it, id_) for it in (BOBS_DM, CAROLS_DM)]
    await talk.reject(mine, "too dear")
    mine, others = [await talk.redrawn(it, "Rejected") for it in (mine, others)]
    await scene.temporal.get_workflow_handle(id_).result()

    assert await as_before(scene, talk, mine, id_)
    assert await as_before(scene, talk, others, id_, CAROL)


async def test_a_card_that_names_what_took_its_place(scene: Scene) -> None:
    talk = await scene.mention(ORDER)
    card = await talk.card()
    await talk.press(card, "Request changes…")
    await talk.fill_in({"reason": "50 instead of 100"})
    before = await talk.redrawn(card, "Replaced by")
    newer = await talk.card()
    await scene.over(card)

    assert await as_before(scene, talk, before, approval_id(card))
    assert (await scene.status(newer)).votes == ()
    await talk.drop(newer)
