"""`/approvals` in a workspace: what people type, see and press. Nobody works on these approvals."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from tests.slack.product import Product
from tests.slack.reading import Json, buttons, full_text
from tests.slack.slack_thread import ALICE as ALICES
from tests.slack.slack_thread import ALICES_DM, BOB, OPS
from tests.support.builders import ALICE
from tests.support.listed_approvals import a_rule, an_approval, start

pytestmark = pytest.mark.delivery("http")  # Slack delivers the same either way

FINANCE = "S0FINANCE"


async def asked(product: Product, *approvers: str, count: int = 1, tool: str = "") -> Sequence[str]:
    """So many approvals of a tool that no other test has, once visibility has them."""
    tool = tool or f"tool_{uuid4().hex[:12]}"
    ids = [
        await start(product.temporal, an_approval(a_rule(*approvers), tool=tool))
        for _ in range(count)
    ]
    query = f"CountersignTool = '{tool}'"
    for _ in range(1_000):
        if (await product.temporal.count_workflows(query)).count == count:
            return [tool, *ids[::-1]]
    pytest.fail("visibility does not follow")


async def listed(product: Product, who: str, text: str, channel: str = OPS) -> Json:
    """What the command answers."""
    report = await product.sandbox.command(who, channel, "/approvals", text)
    assert report["delivered"], report
    return (await product.sandbox.ephemerals(who, channel))[-1]


async def test_the_list_has_what_waits_for_me_through_my_group_and_buttons_to_decide_it(
    product: Product,
) -> None:
    tool, *ids = await asked(product, FINANCE, count=2)
    mine = await listed(product, BOB, f"tool:{tool}")

    assert all(id_ in full_text(mine) for id_ in ids)
    assert buttons(mine)[:3] == ["Approve", "Reject…", "Open"]
    assert "Nothing is waiting" in full_text(await listed(product, ALICES, f"tool:{tool}"))


async def test_pages_are_turned_in_place(product: Product) -> None:
    tool, *ids = await asked(product, BOB, count=7)
    first = await listed(product, BOB, f"mine tool:{tool}")
    await product.sandbox.click_button(BOB, first, "Next")
    second = await _again(product, first)
    await product.sandbox.click_button(BOB, second, "Previous")
    back = await _again(product, second)

    assert [id_ for id_ in ids if id_ in full_text(first)] == ids[:5]
    assert [id_ for id_ in ids if id_ in full_text(second)] == ids[5:]
    assert [id_ for id_ in ids if id_ in full_text(back)] == ids[:5]
    assert first["ts"] == second["ts"] == back["ts"]


async def test_a_tool_is_chosen_from_the_list(product: Product) -> None:
    tool, *ids = await asked(product, BOB)
    first = await listed(product, BOB, f"tool:{tool}")
    await product.sandbox.choose(BOB, first, "Everything")
    every = await _again(product, first)

    assert ids[0] in full_text(first)
    assert "Only “" in full_text(first)
    assert "Only “" not in full_text(every)


async def test_people_are_found_by_their_names_and_requests_by_who_made_them(
    product: Product,
) -> None:
    tool, *ids = await asked(product, BOB)

    assert ids[0] in full_text(await listed(product, BOB, f"from:@alice tool:{tool}"))
    assert ids[0] not in full_text(await listed(product, BOB, f"from:@carol tool:{tool}"))
    own = await listed(product, ALICES, f"requested tool:{tool}", ALICES_DM)
    assert ids[0] in full_text(own)
    assert buttons(own)[:2] == ["Withdraw", "Open"]
    assert ALICE.user == ALICES


async def _again(product: Product, message: Json) -> Json:
    """The same private message, rewritten."""
    (found,) = (
        it for it in await product.sandbox.ephemerals(BOB, OPS) if it["ts"] == message["ts"]
    )
    assert found["client_n"] > message["client_n"]
    return found
