"""A model behind the real OpenAI client, whose server answers what a test has set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from agents import Model, ModelProvider, ModelResponse, ModelSettings, ModelTracing, Tool
from openai import AsyncOpenAI

from worker.model.hosted import NO_SERVERS, Servers
from worker.model.provider import ResponsesProvider

KEY = "sk-test-0123456789"


@dataclass
class Server:
    """One OpenAI-compatible server."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    fails: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """What the test has set, as bytes over HTTP."""
        self.asked.append(json.loads(request.content))
        if self.fails is not None:
            raise self.fails
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"content-type": "application/json", **self.headers}
        return httpx2.Response(self.status, content=content, headers=headers)

    def model(self, seconds: float = 5, servers: Servers = NO_SERVERS) -> Model:
        """The model of this server, as the worker builds it."""
        return self.provider(seconds, servers).get_model("m")

    def provider(self, seconds: float = 5, servers: Servers = NO_SERVERS) -> ModelProvider:
        """All models of this server, as the worker builds them for one agent."""
        transport = httpx2.MockTransport(self.answer)
        client = AsyncOpenAI(
            api_key=KEY,
            base_url="http://model.test/v1",
            max_retries=0,
            http_client=httpx2.AsyncClient(transport=transport),
        )
        return ResponsesProvider(client, timedelta(seconds=seconds), servers)


async def ask(model: Model, given: Any = "hello", tools: Sequence[Tool] = ()) -> ModelResponse:
    """Ask once, as Temporal's plugin does."""
    return await model.get_response(
        system_instructions="Be brief.",
        input=given,
        model_settings=ModelSettings(),
        tools=list(tools),
        output_schema=None,
        handoffs=[],
        tracing=ModelTracing.DISABLED,
        previous_response_id=None,
        conversation_id=None,
        prompt=None,
    )


async def answered(*items: Any, **more: Any) -> ModelResponse:
    """What becomes of an answer with these items."""
    return await ask(Server({"status": "completed", "output": list(items), **more}).model())


def a_call(name: str = "act", arguments: Any = "{}", **more: Any) -> dict[str, Any]:
    """A call as a server sends it."""
    return {"type": "function_call", "call_id": "c", "name": name, "arguments": arguments, **more}


def said(content: Any, **more: Any) -> dict[str, Any]:
    """A message as a server sends it."""
    return {"type": "message", "role": "assistant", "content": content, **more}
