"""`/approvals` in a workspace: what people type, see and press. Nobody works on these approvals."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from tests.builders import ALICE
from tests.listing import a_rule, an_approval, start
from tests.slack.reading import Json, words
from tests.slack.scene import Scene
from tests.slack.talk import ALICE as ALICES
from tests.slack.talk import ALICES_DM, BOB, OPS

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

FINANCE = "S0FINANCE"


async def asked(scene: Scene, *approvers: str, count: int = 1, tool: str = "") -> Sequence[str]:
    """So many approvals of a tool that no other test has, once visibility has them."""
    tool = tool or f"tool_{uuid4().hex[:12]}"
    ids = [
        await start(scene.temporal, an_approval(a_rule(*approvers), tool=tool))
        for _ in range(count)
    ]
    query = f"CountersignTool = '{tool}'"
    for _ in range(1_000):
        if (await scene.temporal.count_workflows(query)).count == count:
            return [tool, *ids[::-1]]
    pytest.fail("visibility does not follow")


async def listed(scene: Scene, who: str, text: str, channel: str = OPS) -> Json:
    """What the command answers."""
    report = await scene.sandbox.command(who, channel, "/approvals", text)
    assert report["delivered"], report
    return (await scene.sandbox.ephemerals(who, channel))[-1]


def labels(message: Json) -> Sequence[str]:
    """The labels of a message's buttons."""
    blocks = [block for block in message["blocks"] if block["type"] == "actions"]
    found = [element for block in blocks for element in block["elements"]]
    return [element["text"]["text"] for element in found if element["type"] == "button"]


async def test_the_list_has_what_waits_for_me_through_my_group_and_buttons_to_decide_it(
    scene: Scene,
) -> None:
    tool, *ids = await asked(scene, FINANCE, count=2)
    mine = await listed(scene, BOB, f"tool:{tool}")

    assert all(id_ in words(mine) for id_ in ids)
    assert labels(mine)[:3] == ["Approve", "Reject…", "Open"]
    assert "Nothing is waiting" in words(await listed(scene, ALICES, f"tool:{tool}"))


async def test_pages_are_turned_in_place(scene: Scene) -> None:
    tool, *ids = await asked(scene, BOB, count=7)
    first = await listed(scene, BOB, f"mine tool:{tool}")
    await scene.sandbox.click_button(BOB, first, "Next")
    second = await _again(scene, first)
    await scene.sandbox.click_button(BOB, second, "Previous")
    back = await _again(scene, second)

    assert [id_ for id_ in ids if id_ in words(first)] == ids[:5]
    assert [id_ for id_ in ids if id_ in words(second)] == ids[5:]
    assert [id_ for id_ in ids if id_ in words(back)] == ids[:5]
    assert first["ts"] == second["ts"] == back["ts"]


async def test_a_tool_is_chosen_from_the_list(scene: Scene) -> None:
    tool, *ids = await asked(scene, BOB)
    first = await listed(scene, BOB, f"tool:{tool}")
    await scene.sandbox.choose(BOB, first, "Every tool")
    every = await _again(scene, first)

    assert ids[0] in words(first)
    assert "Only those of" in words(first)
    assert "Only those of" not in words(every)


async def test_people_are_found_by_their_names_and_requests_by_who_made_them(
    scene: Scene,
) -> None:
    tool, *ids = await asked(scene, BOB)

    assert ids[0] in words(await listed(scene, BOB, f"from:@alice tool:{tool}"))
    assert ids[0] not in words(await listed(scene, BOB, f"from:@carol tool:{tool}"))
    own = await listed(scene, ALICES, f"requested tool:{tool}", ALICES_DM)
    assert ids[0] in words(own)
    assert labels(own)[:2] == ["Withdraw", "Open"]
    assert ALICE.user == ALICES


async def test_a_wrong_word_gets_help_that_names_it(scene: Scene) -> None:
    told = await listed(scene, BOB, "mien")

    assert "`mien`" in told["text"]
    assert "/approvals requested" in told["text"]


async def _again(scene: Scene, message: Json) -> Json:
    """The same private message, rewritten."""
    (found,) = (it for it in await scene.sandbox.ephemerals(BOB, OPS) if it["ts"] == message["ts"])
    assert found["client_n"] > message["client_n"]
    return found
