"""The connection to one MCP server: opened when it is first needed, and again when it has died."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from agents import Agent, RunContextWrapper
from agents.mcp import MCPServer
from mcp import MCPError
from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT, CallToolResult
from mcp.types import Tool as ListedTool

from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.link import Link
from countersign.tools.text import cut, text_of
from countersign.tools.toolkit import ToolError, UnansweredError

LIST_SECONDS = 10.0
MUTE_SECONDS = 4.0
"""A server that has not listed its tools for so long, and runs none, is ended and started again: it
hangs, or lists page after page, or writes one line without an end."""
CALL_SHARE = 0.8
"""Of the time that a tool has in all, so that it can still be said what is known."""
CAUSE_LIMIT = 300
UNANSWERED = frozenset({CONNECTION_CLOSED, REQUEST_TIMEOUT})
"""Errors that our side notes itself; with any other, the server has answered."""

log = structlog.get_logger(__name__)


class Connection:
    """Many may use it at a time. Servers that answer one at a time are waited for by the SDK."""

    def __init__(self, server: MCPServer) -> None:
        self.server = server
        self._link: Link | None = None
        self._calls = 0
        self._asked_at = 0.0
        """Since when it is asked for its tools and has not listed them; 0 if it has."""

    @property
    def name(self) -> str:
        """What the server is called."""
        return self.server.name

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way, which may keep it from listing its tools."""
        return self._calls > 0

    async def list_tools(
        self, agent: Agent[Any], context: RunContextWrapper[Any]
    ) -> Sequence[ListedTool]:
        """Every tool that it has now. If the connection turns out to be dead, another is made.

        Raises:
            ServerAwayError: it cannot be had.
        """
        for is_last in (False, True):
            link = await self._opened()
            try:
                async with self._not_mute(link), asyncio.timeout(LIST_SECONDS):
                    return await self._list(agent, context)
            except Exception as error:
                if is_last or self.is_busy:
                    raise ServerAwayError(self.name, _cause(error)) from error
                log.info("an MCP server is connected anew", server=self.name, why=_cause(error))
                await link.close()
        raise AssertionError

    async def call(
        self, tool: str, arguments: Mapping[str, Any], meta: Mapping[str, Any], seconds: float
    ) -> CallToolResult:
        """Call a tool, once: a server has no means to know a call again.

        It is waited for a little less than so many seconds.

        Raises:
            ToolError: the server refuses it.
            UnansweredError: it was sent, and nobody knows what came of it.
            ServerAwayError: it could not be sent.
        """
        await self._opened()
        self._calls += 1
        try:
            async with asyncio.timeout(seconds * CALL_SHARE):
                return _result(await self.server.call_tool(tool, dict(arguments), dict(meta)))
        except Exception as error:
            if isinstance(error, MCPError) and error.code not in UNANSWERED:
                raise ToolError(text_of(error.message)) from error
            raise UnansweredError(f"{self.name}.{tool} did not answer: {_cause(error)}") from error
        finally:
            self._calls -= 1

    async def close(self) -> None:
        """Leave nothing of it behind."""
        if self._link is not None:
            await self._link.close()

    async def _opened(self) -> Link:
        if self._link is None or self._link.is_over:
            self._link = Link(self.server, self._link)
        link = self._link
        try:
            await link.open()
        except Exception as error:
            raise ServerAwayError(self.name, _cause(error)) from error
        return link

    @asynccontextmanager
    async def _not_mute(self, link: Link) -> AsyncGenerator[None]:
        """Who lists gives up in here when they like; the server is ended if it is mute then."""
        now = asyncio.get_running_loop().time
        self._asked_at = self._asked_at or now()
        try:
            yield
        except asyncio.CancelledError:
            if not self.is_busy and now() - self._asked_at > MUTE_SECONDS:
                log.warning("an MCP server does not list its tools and is ended", server=self.name)
                self._asked_at = 0.0
                link.end()
            raise
        self._asked_at = 0.0

    async def _list(
        self, agent: Agent[Any], context: RunContextWrapper[Any]
    ) -> Sequence[ListedTool]:
        forget: Any = getattr(self.server, "invalidate_tools_cache", None)
        if forget is not None:  # what is approved is compared with what the server has now
            forget()
        return await self.server.list_tools(context, agent)


def _result(answer: object) -> CallToolResult:
    """The answer, if it is one: newer servers may ask a question back, for which nobody is here."""
    if isinstance(answer, CallToolResult):
        return answer
    raise TypeError(f"it answers with a {type(answer).__name__}, which is not supported")


def _cause(error: BaseException) -> str:
    """One line about an error, or about the first of several."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case OSError(strerror=str(why), filename=str(file)):
            return cut(f"{why}: {file}", CAUSE_LIMIT)
        case TimeoutError() if not error.args:
            return "it took too long"
        case _:
            pass
    told = " ".join(text_of(error).split())
    return cut(told, CAUSE_LIMIT) if told else type(error).__name__
