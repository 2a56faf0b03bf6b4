"""Real OpenAI clients take the scripted model for the real thing, and it fails on demand."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from agents import ModelSettings, ModelTracing
from agents.models.openai_responses import OpenAIResponsesModel
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from openai import (
    APIError,
    APITimeoutError,
    AsyncOpenAI,
    AuthenticationError,
    BadRequestError,
    DefaultAsyncHttpxClient,
    InternalServerError,
    RateLimitError,
)

from sandbox.model import add_model_routes
from sandbox.model.answers import answer
from tests.unit.sandbox.model_thread import TOOLS, Json


@pytest.mark.parametrize(
    "items",
    ["order 2 desks", [], [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]],
)
def test_every_form_of_input_is_read(items: Any) -> None:
    assert answer({"input": items})["output"]


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    add_model_routes(app)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def client(server: TestServer) -> AsyncIterator[AsyncOpenAI]:
    http = DefaultAsyncHttpxClient(trust_env=False)
    async with AsyncOpenAI(
        base_url=str(server.make_url("/v1")), api_key="sk-any", max_retries=0, http_client=http
    ) as client:
        yield client


async def script(server: TestServer, mode: str, count: int = 0) -> int:
    url = server.make_url("/v1/_script")
    async with ClientSession() as http, http.post(url, json={"mode": mode, "count": count}) as got:
        return got.status


async def test_the_openai_client_gets_an_answer(client: AsyncOpenAI) -> None:
    response = await client.responses.create(model="any", input="hello")

    assert response.output_text.startswith("Hello!")
    assert response.model == "any"
    assert response.usage
    assert response.usage.total_tokens > 0
    assert [model.id async for model in client.models.list()] != []


@pytest.mark.parametrize("said", ["hello", "order 20 chairs and 5 desks", "what can you do?"])
async def test_a_stream_says_the_same_as_the_whole(client: AsyncOpenAI, said: str) -> None:
    tools: Any = TOOLS
    whole = await client.responses.create(model="any", input=said, tools=tools)
    async with client.responses.stream(model="any", input=said, tools=tools) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    assert final.output_text == whole.output_text
    assert [getattr(item, "arguments", "") for item in final.output] == [
        getattr(item, "arguments", "") for item in whole.output
    ]
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    numbers = [int(getattr(event, "sequence_number", -1)) for event in events]
    assert numbers == sorted(numbers)
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == whole.output_text


async def test_the_agents_sdk_takes_it_for_openai(client: AsyncOpenAI) -> None:
    model = OpenAIResponsesModel("any", client)
    asked: Json = {
        "system_instructions": "Buy things.",
        "input": [{"role": "user", "content": "order 100 widgets"}],
        "model_settings": ModelSettings(),
        "tools": [],
        "output_schema": None,
        "handoffs": [],
        "tracing": ModelTracing.DISABLED,
        "previous_response_id": None,
        "conversation_id": None,
        "prompt": None,
    }
    whole = await model.get_response(**asked)
    events = [event async for event in model.stream_response(**asked)]

    assert whole.usage.total_tokens > 0
    assert events[-1].type == "response.completed"
    assert events[-1].response.output == whole.output


@pytest.mark.parametrize("key", ["sk-expired", "sk-INVALID-1"])
async def test_bad_keys_are_refused_as_openai_does(client: AsyncOpenAI, key: str) -> None:
    with pytest.raises(AuthenticationError) as refused:
        await client.with_options(api_key=key).responses.create(model="any", input="hi")

    assert refused.value.code == "invalid_api_key"


async def test_a_missing_key_is_refused(server: TestServer) -> None:
    async with ClientSession() as http, http.post(server.make_url("/v1/responses")) as got:
        assert got.status == 401
        assert "API key" in (await got.json())["error"]["message"]


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("fail_500", InternalServerError),
        ("rate_limit", RateLimitError),
        ("context_length", BadRequestError),
        ("bad_json", (APIError, ValueError)),
    ],
)
async def test_failures_on_demand_hold_for_so_many_answers(
    server: TestServer, client: AsyncOpenAI, mode: str, error: type[Exception]
) -> None:
    await script(server, mode, count=2)

    for _ in range(2):
        with pytest.raises(error):
            await client.responses.create(model="any", input="hi")
    assert (await client.responses.create(model="any", input="hi")).output_text


async def test_nonsense_and_unknown_tools_on_demand(
    server: TestServer, client: AsyncOpenAI
) -> None:
    tools: Any = TOOLS
    await script(server, "nonsense_arguments", count=1)
    nonsense = await client.responses.create(model="any", input="hi", tools=tools)
    await script(server, "unknown_tool")
    unknown = await client.responses.create(model="any", input="hi", tools=tools)

    assert [getattr(item, "name", "") for item in nonsense.output] == ["place_order"]
    assert [getattr(item, "name", "") for item in unknown.output] == ["launch_rocket"]
    assert await script(server, "normal") == 200
    assert await script(server, "no such mode") == 400


async def test_a_hanging_answer_ends_with_the_server(
    server: TestServer, client: AsyncOpenAI
) -> None:
    await script(server, "hang", count=1)
    with pytest.raises(APITimeoutError):
        await client.with_options(timeout=0.1).responses.create(model="any", input="hi")

    async with asyncio.timeout(5):
        await server.close()
