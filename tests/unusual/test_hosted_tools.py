"""Tools that the model's provider runs: asked for in Slack, answered over HTTP, kept to nobody."""

from typing import Any

import pytest

from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, full_text
from tests.slack.slack_thread import SlackThread
from tests.support.histories import written_of
from tests.support.model_server import ModelServer, asks_to_run, call, say, was_run
from workflows.contracts.decisions import Execution, Outcome

pytestmark = pytest.mark.system

TOKEN = "the-token-of-a-hosted-server"
URL = "https://mcp.example.com/a-path-that-is-a-key/mcp"
SHOP = {"service": "shop"}


def _answers(model: ModelServer) -> dict[str, bool]:
    """What the provider was last answered, by its requests' ids."""
    given = model.asked[-1]["input"]
    replies = (it for it in given if it.get("type") == "mcp_approval_response")
    return {it["approval_request_id"]: it["approve"] for it in replies}


async def _ask(product: Product, model: ModelServer, *after: Any) -> tuple[SlackThread, Json, Json]:
    """Somebody asks for what the provider would run; the thread, its card and the request."""
    request = asks_to_run("roll_back", SHOP)
    model.script([request], *(after or ([was_run(request, "rolled back"), say("It is back.")],)))
    thread = await product.mention("roll the shop back")
    return thread, await thread.card(), request


async def test_what_is_approved_is_left_to_the_provider_and_no_secret_is_written_down(
    product: Product, model: ModelServer
) -> None:
    thread, card, request = await _ask(product, model)
    told = full_text(card)
    assert "Roll back (deploys)" in told
    assert "not this app" in told
    assert "cannot be promised" in told
    await thread.press(card, "Approve")
    await thread.hear("It is back.")

    decided = full_text(await thread.redrawn(card, "cannot tell whether it ran"))
    assert "Done" not in decided
    status = await product.status(card)
    assert (status.outcome, status.execution) == (Outcome.APPROVED, Execution.PASSED_ON)
    assert _answers(model) == {request["id"]: True}
    (sent,) = (it for it in model.asked[-1]["tools"] if it["type"] == "mcp")
    assert (sent["server_url"], sent["require_approval"]) == (URL, "always")
    assert (sent["authorization"], sent["headers"]) == (TOKEN, {"X-Key": TOKEN})
    kept = product.stack.log("worker") + product.stack.log("bot")
    conversation = f"conversation-T0ACME-{thread.channel}-{thread.ts}"
    kept += await written_of(product.temporal, conversation, approval_id(card))
    assert "roll_back" in kept
    assert TOKEN not in kept
    assert "a-path-that-is-a-key" not in kept


async def test_a_no_goes_to_the_provider_with_its_reason(
    product: Product, model: ModelServer
) -> None:
    thread, card, request = await _ask(product, model, [say("Bob said no.")])
    await thread.reject(card, "not on a Friday")
    await thread.hear("Bob said no.")
    assert _answers(model) == {request["id"]: False}
    (reply,) = (it for it in model.asked[-1]["input"] if it.get("type") == "mcp_approval_response")
    assert "not on a Friday" in reply["reason"]


async def test_two_at_once_and_a_call_of_our_own_are_each_decided(
    product: Product, model: ModelServer
) -> None:
    first, second = asks_to_run("roll_back", SHOP), asks_to_run("scale", SHOP)
    model.script(
        [first, call("deploy", {"service": "beside", "reason": "x"}), second],
        [was_run(first, "rolled back"), say("One is back.")],
    )
    thread = await product.mention("roll back, deploy, scale")
    back = await thread.card()
    deploy, scale = await thread.card(), await thread.card()
    assert "Roll back" in full_text(back)
    await thread.reject(scale)
    await thread.press(deploy, "Approve")
    await thread.press(back, "Approve")
    await thread.hear("One is back.")
    assert _answers(model) == {first["id"]: True, second["id"]: False}
    assert "beside is deployed" in model.outputs[-1]


async def test_the_worker_is_stopped_and_started_while_the_card_waits(
    product: Product, model: ModelServer
) -> None:
    thread, card, request = await _ask(product, model)
    await product.stack.kill("worker")
    await product.stack.launch("worker")
    await thread.press(card, "Approve")
    await thread.hear("It is back.")
    assert _answers(model) == {request["id"]: True}


async def test_an_id_that_comes_again_is_asked_about_again(
    product: Product, model: ModelServer
) -> None:
    again = asks_to_run("drop_database", {}, id="mcpr_1")
    first = asks_to_run("roll_back", SHOP, id="mcpr_1")
    model.script([first], [was_run(first, "rolled back"), again], [say("Not dropped.")])
    thread = await product.mention("roll back, then drop it")
    await thread.press(await thread.card(), "Approve")
    second = await thread.card()
    assert "Drop database" in full_text(second)
    await thread.reject(second)
    await thread.hear("Not dropped.")
    assert _answers(model) == {"mcpr_1": False}


async def test_what_the_provider_runs_without_asking_is_said_in_the_thread(
    product: Product, model: ModelServer
) -> None:
    model.script([was_run(asks_to_run("drop_database", {}), "dropped"), say("I dropped it.")])
    thread = await product.mention("drop it")
    await thread.hear("This was not approved")
    await thread.hear("I dropped it.")
