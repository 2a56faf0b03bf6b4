"""What a provider answers instead of an answer is told in words that fit, and soon."""

import pytest

from countersign.messages.effects import NOTHING
from countersign.messages.faults import MODEL_CONFUSED, MODEL_REFUSED_KEY
from tests.slack.product import Product
from tests.slack.slack_thread import BOB
from tests.support.model_server import Answer, ModelServer, error, say

pytestmark = pytest.mark.system

A_DATE = {"Retry-After": "Fri, 27 Nov 2037 23:59:59 GMT"}
AN_HOUR = {"Retry-After": "3600"}
CUT = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": []}
ERRORS: dict[str, Answer] = {
    "wait for an hour": error(429, "rate_limit_exceeded", **AN_HOUR),
    "wait until a date": error(429, "rate_limit_exceeded", **A_DATE),
    "no such model": error(404, "model_not_found"),
    "too much context": error(400, "context_length_exceeded"),
    "filtered": CUT,
}


@pytest.mark.parametrize("what", ERRORS)
async def test_an_error_of_the_provider_is_not_the_persons_wording(
    product: Product, model: ModelServer, what: str
) -> None:
    model.script(ERRORS[what])
    thread = await product.mention("hello")
    assert (await thread.hear())["text"] != MODEL_CONFUSED


async def test_a_refused_api_key_is_told_in_plain_words_and_stands_in_no_log(
    product: Product, model: ModelServer
) -> None:
    model.script(error(401, "invalid_api_key"))
    thread = await product.mention("hello")
    assert (await thread.hear())["text"] == f"{MODEL_REFUSED_KEY} {NOTHING}"
    log = product.stack.log("worker")
    assert "AuthenticationError" in log
    assert product.stack.wiring.worker().env["OPENAI_API_KEY"] not in log
    assert product.stack.env["SLACK_BOT_TOKEN"] not in log + product.stack.log("bot")


async def test_others_in_the_thread_are_answered_while_a_provider_wants_an_hour(
    product: Product, model: ModelServer
) -> None:
    model.script(ERRORS["wait for an hour"], [say("here I am")])
    thread = await product.mention("hello")
    await thread.say("are you there?", BOB)
    await thread.hear("here I am")
