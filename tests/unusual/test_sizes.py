"""What tools come back with may be large, or nothing that can be written down."""

import pytest

from tests.slack.product import Product
from tests.slack.reading import full_text
from tests.slack.slack_thread import SlackThread
from tests.support.model_server import ModelServer, call, order, say
from tests.unusual.conftest import Tools

pytestmark = pytest.mark.system

LONG = "lorem ipsum dolor " * 650
"""11,700 characters, which the model is given; the memory of a thread is full after 17."""


@pytest.mark.parametrize(("size", "kind"), [(1, "latin-1"), (3_000_000, "large")])
async def test_what_was_approved_is_done_once_whatever_it_comes_back_with(
    product: Product, model: ModelServer, tools: Tools, size: int, kind: str
) -> None:
    asked = call("export_report", {"size": size, "kind": kind, "approval_reason": "x"})
    model.script([asked], [say("end")])
    thread = await product.mention("export the report")
    card = await thread.card()
    await thread.press(card, "Approve")
    await thread.hear("end")
    assert len(tools.ran("export_report", kind)) == 1
    assert "it did not answer" not in full_text(await thread.redrawn(card, "Approved"))


async def test_two_large_results_leave_the_thread_and_what_waits_in_it_alone(
    product: Product, model: ModelServer
) -> None:
    """Each is legal; both together are more than Temporal takes for one step."""
    thread, card = await _waiting(product, model)
    large = [call("read_log", {"size": 1_200_000, "kind": kind}) for kind in ("one", "two")]
    model.script(large, [say("read")])
    await thread.say("meanwhile, read both logs")
    await thread.hear("read")
    await thread.press(card, "Approve")
    await thread.redrawn(card, "Done:")


async def test_a_large_result_does_not_empty_the_memory(
    product: Product, model: ModelServer
) -> None:
    model.script([say("noted")])
    thread = await product.mention("our cost centre is 4711")
    await thread.hear("noted")
    model.script([call("read_log", {"size": 250_000, "kind": "x"})], [say("read")])
    await thread.say("read the log")
    await thread.hear("read")
    model.script([say("end")])
    await thread.say("which cost centre?")
    await thread.hear("end")
    assert any("4711" in said for said in model.heard)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_an_approval_outlives_whatever_is_said_meanwhile(
    product: Product, model: ModelServer
) -> None:
    """At 50 MB Temporal would end the conversation, and the approval with it."""
    thread, card = await _waiting(product, model)
    model.script([say("noted")])
    for number in range(260):
        await thread.say(f"{number}: {LONG}")
        await thread.hear("noted")
    model.script([say("end")])
    await thread.press(card, "Approve")
    await thread.redrawn(card, "Done:")
    await thread.hear("end")


async def _waiting(product: Product, model: ModelServer) -> tuple[SlackThread, dict[str, object]]:
    model.script([order("widget", 2)], [say("end")])
    thread = await product.mention("order 2 widgets")
    return thread, await thread.card()
