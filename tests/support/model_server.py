"""A model server that says what a test tells it to, as it travels: `POST /v1/responses`.

What the sandbox's scripted model never says, other servers do. Here a test writes the answer
itself, in whatever shape, and looks at what was asked.
"""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import web

from dev.ports import LOOPBACK, free_port

Json = dict[str, Any]
Answer = list[Any] | Json | Callable[[], web.Response]
"""Items of output, a whole response, or what makes an HTTP answer."""

LARGEST = 2**26
"""Bytes of a request that are read; a thread's memory is far below."""


def say(text: str, **more: Any) -> Json:
    """Words of the model; `more` takes the place of what is usual."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    whole = {"id": f"msg_{uuid4().hex}", "type": "message", "role": "assistant"}
    return {**whole, "status": "completed", "content": [part], **more}


def refuse(text: str) -> Json:
    """What the model does not want to do, in its own words."""
    return say("", content=[{"type": "refusal", "refusal": text}])


def call(tool: str, arguments: Any, **more: Any) -> Json:
    """A call of a tool; arguments that are text already are sent as they are."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    whole = {"id": f"fc_{uuid4().hex}", "type": "function_call", "status": "completed"}
    named = {"call_id": f"call_{uuid4().hex}", "name": tool, "arguments": text}
    return {**whole, **named, **more}


def asks_to_run(tool: str, arguments: Any, server: str = "deploys", **more: Any) -> Json:
    """The provider asks whether it may run a tool of a hosted MCP server."""
    whole = {"id": f"mcpr_{uuid4().hex}", "type": "mcp_approval_request", "server_label": server}
    return {**whole, "name": tool, "arguments": json.dumps(arguments), **more}


def was_run(request: Json, output: str, **more: Any) -> Json:
    """The provider says that it ran what it had asked for."""
    same = {name: request[name] for name in ("server_label", "name", "arguments")}
    whole = {"id": f"mcp_{uuid4().hex}", "type": "mcp_call", "status": "completed", "error": None}
    return {**whole, **same, "approval_request_id": request["id"], "output": output, **more}


def order(sku: str, quantity: int, **more: Any) -> Json:
    """A call of the sandbox's guarded tool."""
    return call(
        "place_order", {"sku": sku, "quantity": quantity, "approval_reason": "low stock"}, **more
    )


def error(status: int, code: str, **headers: str) -> Callable[[], web.Response]:
    """What providers answer when they do not want to, or cannot."""
    body = {"error": {"message": code, "type": code, "code": code}}
    return lambda: web.json_response(body, status=status, headers=headers)


class ModelServer:
    """Answers in order, the last answer for ever; keeps what it was asked.

    A thread of an earlier test may ask once more after that test's end. It is known by what it
    quotes, and takes nothing from the script of the test that runs now.
    """

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self.keys: list[str] = []
        """How those who asked have said who they are."""
        self.port = free_port()
        self._left: list[Answer] = [[say("hello")]]
        self._given: set[str] = set()
        self._given_before: set[str] = set()

    @property
    def url(self) -> str:
        """Where an OpenAI client finds it."""
        return f"http://{LOOPBACK}:{self.port}/v1"

    def begin_test(self) -> None:
        """What was answered until now belongs to tests that have ended."""
        self._given_before |= self._given
        self._given.clear()

    def script(self, *answers: Answer) -> None:
        """Answer like this from now on."""
        self._left = list(answers)
        self.asked.clear()

    @property
    def outputs(self) -> Sequence[str]:
        """What tools had answered, as the last request told the model."""
        given = self.asked[-1]["input"]
        return [it["output"] for it in given if it.get("type") == "function_call_output"]

    @property
    def heard(self) -> Sequence[str]:
        """What people said, as all requests told the model."""
        given = [item for request in self.asked for item in request["input"]]
        return [str(it["content"]) for it in given if it.get("role") == "user"]

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["ModelServer"]:
        """Answer for as long as this lasts."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/v1/responses", self._respond)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, self.port).start()
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _respond(self, request: web.Request) -> web.Response:
        asked: Json = await request.json()
        if not self._given_before.isdisjoint(_ids(asked["input"])):
            return _sent({"output": [say("that test is over")]})
        self.asked.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        answer = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        if callable(answer):
            return answer()
        whole = answer if isinstance(answer, dict) else {"output": answer}
        self._given |= _ids(whole.get("output"))
        return _sent(whole)


def _ids(items: Any) -> set[str]:
    """The ids of items, in whatever shape they are sent."""
    known = items if isinstance(items, list) else []
    return {item["id"] for item in known if isinstance(item, dict) and "id" in item}


def _sent(response: Json) -> web.Response:
    return web.json_response({**_usual(), **response})


def _usual() -> Json:
    """What a response of OpenAI has besides its output."""
    spent = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    spent |= {"input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}}
    spent |= {"output_tokens_details": {"reasoning_tokens": 0}}
    named = {"id": f"resp_{uuid4().hex}", "object": "response", "created_at": 1767225600}
    known = {"status": "completed", "error": None, "incomplete_details": None, "model": "m"}
    known |= {"instructions": None, "metadata": {}, "parallel_tool_calls": True, "tools": []}
    return {
        **named,
        **known,
        "temperature": 1.0,
        "tool_choice": "auto",
        "top_p": 1.0,
        "usage": spent,
    }
