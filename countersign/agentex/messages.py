"""Messages in a task of AgentEx, each of which is created once, however often it is tried.

The backend knows no idempotency key. A message is known again by the moment at which it was
created, which the caller gives and has to give again in each try; the backend keeps milliseconds.
"""

import json
from datetime import UTC, datetime
from typing import Literal

from agentex import AsyncAgentex
from agentex.types.task_message import TaskMessage
from agentex.types.text_content_param import TextContentParam
from agentex.types.tool_request_content_param import ToolRequestContentParam
from agentex.types.tool_response_content_param import ToolResponseContentParam

from countersign.agentex.errors import asking, checked

Author = Literal["agent", "user"]
Content = TextContentParam | ToolRequestContentParam | ToolResponseContentParam
PAGE = 50
PAGES = 40
"""How far back an earlier try is looked for; between two tries a task does not get more."""


class TaskMessages:
    """Writes into tasks.

    Every method returns the message's id, and raises `AgentexAwayError` where trying again may
    help and `AgentexRefusedError` where it does not. With `again` it is first looked whether an
    earlier try got through. `at` has a time zone.
    """

    def __init__(self, client: AsyncAgentex) -> None:
        self._client = client

    async def say(
        self,
        task_id: str,
        text: str,
        at: datetime,
        author: Author = "agent",
        *,
        again: bool = False,
        mark: str = "",
    ) -> str:
        """Say something, in Markdown; `author` is `user` for what a person said.

        What is rewritten later is known again by a `mark` that stays in it.
        """
        return await self._once(task_id, _text(text, author), at, again, mark)

    async def request(
        self,
        task_id: str,
        call_id: str,
        name: str,
        arguments: dict[str, object],
        at: datetime,
        *,
        again: bool = False,
    ) -> str:
        """Show that the agent calls a tool."""
        content: ToolRequestContentParam = {
            "type": "tool_request",
            "author": "agent",
            "tool_call_id": call_id,
            "name": name,
            "arguments": arguments,
        }
        return await self._once(task_id, content, at, again)

    async def respond(  # noqa: PLR0913 - all that a response is made of
        self,
        task_id: str,
        call_id: str,
        name: str,
        content: str,
        is_error: bool,
        at: datetime,
        *,
        again: bool = False,
    ) -> str:
        """Show what a tool answered."""
        response: ToolResponseContentParam = {
            "type": "tool_response",
            "author": "agent",
            "tool_call_id": call_id,
            "name": name,
            "content": content,
            "is_error": is_error,
        }
        return await self._once(task_id, response, at, again)

    async def rewrite(self, task_id: str, message_id: str, text: str) -> str:
        """Say something else in a message of the agent's. Doing it twice does no harm."""
        with asking():
            message = await self._client.messages.update(
                message_id, task_id=task_id, content=_text(text, "agent")
            )
        return _id_of(message)

    async def _once(
        self, task_id: str, content: Content, at: datetime, again: bool, mark: str = ""
    ) -> str:
        if again and (found := await self._find(task_id, content, at, mark)):
            return found
        with asking():
            message = await self._client.messages.create(
                task_id=task_id, content=content, created_at=at
            )
        return _id_of(message)

    async def _find(self, task_id: str, content: Content, at: datetime, mark: str) -> str | None:
        """The message that an earlier try created, newest first until they are older than it."""
        for number in range(1, PAGES + 1):
            page = await self._page(task_id, number, content)
            found = next((it for it in page if _is_it(it, content, at, mark)), None)
            if found is not None:
                return _id_of(found)
            if len(page) < PAGE or _millis(page[-1].created_at) < _millis(at):
                return None
        return None

    async def _page(self, task_id: str, number: int, content: Content) -> list[TaskMessage]:
        with asking():
            page = await self._client.messages.list(
                task_id=task_id,
                limit=PAGE,
                page_number=number,
                order_by="created_at",
                order_direction="desc",
                filters=json.dumps([{"content": _filter(content)}]),
            )
        return checked(page, list)


def _text(text: str, author: Author) -> TextContentParam:
    return {"type": "text", "author": author, "content": text, "format": "markdown"}


def _filter(content: Content) -> dict[str, object]:
    """What the backend is to look for; a whole text would not fit into an address."""
    known_by = "tool_call_id" if "tool_call_id" in content else "author"
    return {"type": content.get("type"), known_by: content.get(known_by)}


def _is_it(message: TaskMessage, content: Content, at: datetime, mark: str) -> bool:
    """Whether a message is this one. A call's id may come again in a later turn, a moment not."""
    if mark and mark not in str(getattr(message.content, "content", "")):
        return False
    said = ("author",) if mark else ("author", "content")
    names = ("tool_call_id",) if "tool_call_id" in content else said
    same = (getattr(message.content, name, None) == content.get(name) for name in ("type", *names))
    return _millis(message.created_at) == _millis(at) and all(same)


def _millis(moment: datetime | None) -> int:
    """Whole milliseconds, as the backend keeps them; it tells them in UTC without saying so."""
    if moment is None:
        return 0
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(zoned.timestamp()) * 1000 + zoned.microsecond // 1000


def _id_of(message: TaskMessage) -> str:
    return checked(checked(message, TaskMessage).id, str)
