"""For tests and tutorials: what callers of an AgentEx agent do, and what can go wrong."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp

from sandbox.control_link import ControlLink
from sandbox.errors import ControlError
from sandbox.json_types import Json


class AgentexSandboxClient:
    """Acts as the callers of a backend's agent and waits for what the agent does.

    Every method raises `ControlError`: with the
    stand-in's code, `rpc_error` for a JSON-RPC error, `http_error` for another status than 200.
    """

    def __init__(self, control: ControlLink) -> None:
        self._control = control

    @classmethod
    def from_control_url(cls, control_url: str) -> Self:
        """Return a client for the `control_url` in the ready line."""
        return cls(ControlLink.from_page_url(control_url))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._control.close()

    async def agent(self, timeout: float = 30.0) -> Json:  # noqa: ASYNC109 - the server waits
        """Return the agent that registered first, waiting until there is one."""
        return (await self._control.get("wait", kind="agent", timeout=timeout))["agent"]

    async def create_task(
        self,
        name: str | None = None,
        params: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Create a task, or get the one of that name, and return it."""
        asked = {"name": name, "params": params}
        given = {key: value for key, value in asked.items() if value is not None}
        return await self.rpc("task/create", given, headers)

    async def send(
        self,
        task: str,
        text: str = "",
        *,
        content: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send an event with a text, or any other content, and return it as it was stored."""
        asked = {"task_id": task, "content": text_content(text) if content is None else content}
        return await self.rpc("event/send", asked, headers)

    async def send_without_content(self, task: str) -> Json:
        """Send an event that says nothing."""
        return await self.rpc("event/send", {"task_id": task})

    async def hold(self, task: str, text: str = "", *, content: Json | None = None) -> Json:
        """Store an event that `redeliver` hands over later, and return it."""
        sent = text_content(text) if content is None else content
        return (await self._control.send("hold", task=task, content=sent))["event"]

    async def redeliver(self, event: Json, headers: Mapping[str, str] | None = None) -> None:
        """Hand a stored event to the agent, for the first time or again."""
        await self._control.send("redeliver", event=event["id"], headers=dict(headers or {}))

    async def deliver_out_of_order(self, task: str, texts: Sequence[str]) -> list[Json]:
        """Store events in this order, hand them over in the opposite one, and return them."""
        events = [await self.hold(task, text) for text in texts]
        for event in reversed(events):
            await self.redeliver(event)
        return events

    async def cancel(self, task: str) -> Json:
        """Cancel a task and return it."""
        return await self.rpc("task/cancel", {"task_id": task})

    async def interrupt(self, task: str) -> Json:
        """Interrupt a task and return it."""
        return await self.rpc("task/interrupt", {"task_id": task})

    async def rpc(
        self,
        method: str,
        params: Json,
        headers: Mapping[str, str] | None = None,
        *,
        agent: str | None = None,
    ) -> Json:
        """Ask an agent something through the backend and return the result.

        `agent` is its name, that of the first if there is none. As on AgentEx, nobody minds whose
        the task is.
        """
        name = agent or (await self.agent())["name"]
        url = (await self._control.get("address"))["url"]
        body = {"jsonrpc": "2.0", "id": str(uuid4()), "method": method, "params": params}
        address = f"{url}/agents/name/{name}/rpc"
        try:
            answer = await _posted(address, body, headers or {})
        except aiohttp.ClientError as error:
            raise ControlError("unreachable", f"{type(error).__name__}: {error}") from error
        if answer["error"] is not None:
            raise ControlError("rpc_error", str(answer["error"]["message"]))
        return answer["result"]

    async def forward(
        self, payload: object, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Post anything to the agent itself, a string as it is; return status and text."""
        agent = await self.agent()
        answer = await self._control.send(
            "forward", agent=agent["name"], payload=payload, headers=dict(headers or {})
        )
        return answer["status"], answer["body"]

    async def task(self, task: str) -> Json:
        """Return a task as it is now."""
        return (await self._control.get("task", task=task))["task"]

    async def messages(self, task: str) -> list[Json]:
        """Return a task's messages, oldest first."""
        return (await self._control.get("messages", task=task))["messages"]

    async def wait_message(self, task: str, **what: Any) -> Json:
        """Wait for a message and return it.

        `what`: contains, type (of its content), author, after (a message's id), timeout.
        """
        return (await self._control.get("wait", kind="message", task=task, **what))["message"]

    async def wait_status(self, task: str, status: str, **how: Any) -> Json:
        """Wait until a task has a status and return it; `how`: timeout."""
        return (await self._control.get("wait", kind="status", task=task, status=status, **how))[
            "task"
        ]

    async def wait_calls(self, route: str, count: int = 1, **how: Any) -> list[Json]:
        """Wait until a route was called so often and return the calls; `how`: task, timeout."""
        return (await self._control.get("wait", kind="call", route=route, count=count, **how))[
            "calls"
        ]

    async def calls(self, route: str = "") -> list[Json]:
        """Return the latest calls, oldest first: route, status, task, fault."""
        return (await self._control.get("calls", route=route))["calls"]

    async def fail(self, route: str, kind: str, *, count: int = 1, **how: Any) -> None:
        """Make a route fail: `http_429`, `http_500`, `http_503`, `delay` or `drop`.

        `how`: when (`before` or `after` the work), seconds (of a delay), task.
        """
        await self._control.send("faults", route=route, kind=kind, count=count, **how)

    async def clear_faults(self) -> None:
        """Let everything work again."""
        await self._control.send("faults/clear")

    async def away(self) -> None:
        """Stop listening, so that nobody reaches the backend; the control API stays."""
        await self._control.send("away")

    async def back(self) -> None:
        """Listen on the same port again."""
        await self._control.send("back")

    async def violations(self) -> list[Json]:
        """Return every call that the real backend or the SDK's types would not have taken."""
        return (await self._control.get("violations"))["violations"]


def text_content(text: str, author: str = "user") -> Json:
    """Return a text as the content of a message or an event."""
    return {"type": "text", "author": author, "content": text}


async def _posted(url: str, body: Json, headers: Mapping[str, str]) -> Json:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as response,
    ):
        if response.status != 200:
            raise ControlError("http_error", f"{response.status}: {await response.text()}")
        return await response.json()
