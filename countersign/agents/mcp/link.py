"""One life of a connection to an MCP server: opened, used, closed, each in the same task.

That is what the libraries below ask for; who uses a connection may come and go.
"""

import asyncio

import structlog
from agents.mcp import MCPServer

CONNECT_SECONDS = 60.0
"""For the whole of it. Some servers are downloaded first, so who asks waits less than that."""
CLOSE_SECONDS = 10.0
"""The libraries end a process that does not end by itself well within that."""

log = structlog.get_logger(__name__)


class Link:
    """Connects at once; `open` waits until it stands."""

    def __init__(self, server: MCPServer, before: "Link | None" = None) -> None:
        """`before` is the server's last life, which has to be over first."""
        self._server = server
        self._before = before
        self._settled = asyncio.Event()
        self._closing = asyncio.Event()
        self._failure: Exception | None = None
        self._life = asyncio.create_task(self._live())

    @property
    def is_over(self) -> bool:
        """Whether it is of no use any more."""
        return self._closing.is_set() or self._life.done()

    async def open(self) -> None:
        """Wait until it stands. Who gives up waiting does not end it.

        Raises:
            Exception: whatever the connecting failed with.
        """
        await self._settled.wait()
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """Begin to end it."""
        self._closing.set()
        if not self._settled.is_set():
            self._life.cancel()

    async def close(self) -> None:
        """End it, and wait until nothing of it is left."""
        self.end()
        await asyncio.wait({self._life})

    async def _live(self) -> None:
        try:
            if self._before is not None:
                await self._before.close()
                self._before = None
            await self._connect()
            self._settled.set()
            await self._closing.wait()
        except Exception as error:  # noqa: BLE001 - a stranger's server may raise anything
            self._failure = error
        finally:
            self._failure = self._failure or ConnectionError("it was closed")
            self._closing.set()
            self._settled.set()
            await self._clean_up()

    async def _connect(self) -> None:
        if getattr(self._server, "session", None) is not None:
            return  # who made the agent has connected it, as the SDK's examples do
        async with asyncio.timeout(CONNECT_SECONDS):
            await self._server.connect()

    async def _clean_up(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._server.cleanup()
        except Exception as error:  # noqa: BLE001 - it is over in any case
            cause = f"{type(error).__name__}: {error}"
            log.warning(
                "an MCP server was not closed in order", server=self._server.name, why=cause
            )
