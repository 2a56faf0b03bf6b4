"""The model that tests play: an answer belongs to the test that wrote it."""

import aiohttp
import pytest

from tests.support.model_server import Json, ModelServer, order, say

pytestmark = pytest.mark.system


async def _ask(model: ModelServer, *items: Json) -> list[Json]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{model.url}/responses", json={"input": items}) as response,
    ):
        output: list[Json] = (await response.json())["output"]
        return output


async def test_a_thread_of_an_earlier_test_takes_no_answer() -> None:
    async with ModelServer().serving() as model:
        model.script([order("widget", 2)], [say("end")])
        (asked_for,) = await _ask(model, {"role": "user", "content": "order"})

        model.begin_test()
        model.script([order("cable", 1)])
        (late,) = await _ask(model, {"role": "user", "content": "order"}, asked_for)
        (own,) = await _ask(model, {"role": "user", "content": "order"})
        assert late["type"] == "message"
        assert own["type"] == "function_call"
        assert len(model.asked) == 1


async def test_a_test_goes_on_with_its_own_threads() -> None:
    async with ModelServer().serving() as model:
        model.script([order("widget", 2)])
        (asked_for,) = await _ask(model, {"role": "user", "content": "order"})
        model.script([say("end")])
        (end,) = await _ask(model, {"role": "user", "content": "order"}, asked_for)
        assert end["content"][0]["text"] == "end"
