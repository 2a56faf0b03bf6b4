"""Open pages: who is looking, as whom, and what each of them may be told."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMsgType, web

from sandbox.changes import Changes
from sandbox.json_types import Json

MAX_FRAME = 64 * 1024


class Page:
    """One browser tab, acting as one person."""

    def __init__(self, user: str, socket: web.WebSocketResponse) -> None:
        self.user = user
        self.socket = socket
        self.inspects = False
        self.frames: asyncio.Queue[Json] = asyncio.Queue()


class Hub:
    """Sends each page the frames that its person may see, in order."""

    def __init__(self) -> None:
        self.changes = Changes()
        self.seq = 0
        self._pages: set[Page] = set()

    def publish(self, frame_for: Callable[[str], Json | None]) -> None:
        """Ask `frame_for` once per open page what its person gets to see, and send that."""
        self.seq += 1
        for page in self._pages:
            frame = frame_for(page.user)
            if frame is not None:
                page.frames.put_nowait({**frame, "seq": self.seq})
        self.changes.note()

    def is_open_for(self, user: str) -> bool:
        """Whether a page is open that acts as `user`."""
        return any(page.user == user for page in self._pages)

    def tell(self, user: str, frame: Json) -> None:
        """Send a frame to one person's pages."""
        self.publish(lambda viewer: frame if viewer == user else None)

    def inspect(self, entry: Json) -> None:
        """Send an inspector entry to the pages that asked for them."""
        self.seq += 1
        for page in self._pages:
            if page.inspects:
                page.frames.put_nowait({"type": "inspector", "entry": entry, "seq": self.seq})
        self.changes.note()

    async def serve(self, socket: web.WebSocketResponse, user: str, first: Json) -> None:
        """Keep one page up to date until it goes away."""
        page = Page(user, socket)
        page.frames.put_nowait({"type": "snapshot", **first})
        self._pages.add(page)
        writer = asyncio.create_task(self._write(page))
        try:
            await self._read(page)
        finally:
            self._pages.discard(page)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer

    async def close(self) -> None:
        """Close every page's connection; pages come back by themselves."""
        await asyncio.gather(*(page.socket.close() for page in list(self._pages)))

    async def _write(self, page: Page) -> None:
        with suppress(ConnectionError):
            while True:
                await page.socket.send_json(await page.frames.get())

    async def _read(self, page: Page) -> None:
        async for message in page.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with suppress(ValueError, AttributeError):
                frame = message.json()
                if frame.get("type") == "inspector":
                    page.inspects = bool(frame.get("on"))
