"""A call two agents deep waits for people while workers are killed, and is done once."""

import signal
from dataclasses import replace

import pytest

from dev.wiring import WORKER
from tests.slack.product import Product
from tests.slack.reading import Json, full_text
from tests.slack.slack_thread import SlackThread
from tests.support.model_server import ModelServer, call, say
from tests.unusual.conftest import Tools

pytestmark = pytest.mark.system

after_a_handoff = pytest.mark.parametrize("handed_over", [False, True])


async def _ask(
    product: Product, model: ModelServer, service: str, *, handed_over: bool
) -> tuple[SlackThread, Json]:
    model.script(
        *([[call("transfer_to_desk", {})]] if handed_over else []),
        [call("ask_office", {"input": f"deploy {service}"})],
        [call("ask_clerk", {"input": f"deploy {service}"})],
        [call("deploy", {"service": service, "approval_reason": "x"})],
        [say("The clerk has done it.")],
        [say("The office has done it.")],
        [say("It is deployed.")],
    )
    thread = await product.mention(f"deploy {service}")
    card = await thread.card()
    assert "Clerk" in full_text(card)
    return thread, card


@after_a_handoff
async def test_it_runs_once_if_the_worker_is_killed_while_it_waits(
    product: Product, model: ModelServer, tools: Tools, *, handed_over: bool
) -> None:
    service = f"deep-{handed_over}"
    thread, card = await _ask(product, model, service, handed_over=handed_over)
    assert await product.stack.kill("worker") == -signal.SIGKILL
    await thread.press(card, "Approve")
    assert tools.ran("deploy", service) == []

    await _comes_to_its_end(product, model, thread, card)
    assert len(tools.ran("deploy", service)) == 1


@after_a_handoff
async def test_it_runs_once_if_the_worker_is_killed_between_approval_and_effect(
    product: Product, model: ModelServer, tools: Tools, *, handed_over: bool
) -> None:
    service = f"crash-{handed_over}"
    thread, card = await _ask(product, model, service, handed_over=handed_over)
    await product.stack.stop_one("worker")
    product.stack.wiring = replace(product.stack.wiring, worker_module="dev.crash_worker")
    await product.stack.launch("worker")
    await thread.press(card, "Approve")
    name, child = await product.stack.ended()
    assert (name, child.code) == ("worker", -signal.SIGKILL)
    assert "approved and not yet carried out: killed" in product.stack.log("worker")
    assert tools.ran("deploy", service) == []

    await _comes_to_its_end(product, model, thread, card)
    assert len(tools.ran("deploy", service)) == 1


async def _comes_to_its_end(
    product: Product, model: ModelServer, thread: SlackThread, card: Json
) -> None:
    product.stack.wiring = replace(product.stack.wiring, worker_module=WORKER)
    await product.stack.launch("worker")
    await thread.hear("It is deployed.")
    await thread.redrawn(card, "Done:")
    assert model.outputs[-1] == "The office has done it."
