"""Ask a local HTTP server whether it is ready."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_SECONDS = 3.0
REASON_LENGTH = 200
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What it said; status 0 means that nobody answered, and the body says why."""

    status: int
    body: str

    @property
    def ready(self) -> bool:
        """Whether it says that it can serve."""
        return self.status == 200


async def ask(url: str) -> Answer:
    """One GET; never through a proxy, and nothing to import, unlike the clients that we have."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return _parsed(await _get(url))
    except TimeoutError:
        return Answer(0, "accepts connections but does not answer")
    except OSError:
        return Answer(0, "nothing listens yet")


async def _get(url: str) -> bytes:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        writer.write(f"GET {target} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode("ascii"))
        return await reader.read()
    finally:
        writer.close()


def _parsed(raw: bytes) -> Answer:
    head, _, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
    words = head.split(maxsplit=2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return Answer(status, body.strip()[:REASON_LENGTH])


async def until_ready(url: str, seconds: float) -> None:
    """Ask until it can serve.

    Raises:
        TimeoutError: it could not in this time.
    """
    async with asyncio.timeout(seconds):
        while True:
            if (await ask(url)).ready:
                return
            await asyncio.sleep(POLL_SECONDS)
