"""A connection to the control API."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp

from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.security import HEADER

TIMEOUT_SECONDS = 150.0


class ControlLink:
    """Sends control requests; raises `ControlError` with the sandbox's code when it refuses."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base = base_url.rstrip("/")
        self._headers = {HEADER: token}
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_page_url(cls, page_url: str) -> Self:
        """Return a client for the address in the sandbox's ready line."""
        parts = urlsplit(page_url)
        return cls(f"{parts.scheme}://{parts.netloc}", parse_qs(parts.query)["token"][0])

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
        """Let go of the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, name: str, /, **query: Any) -> Json:
        """Ask `/control/<name>`; arguments that are None are left out."""
        return await self._call("GET", name, params=_texts(query))

    async def send(self, name: str, /, **body: Any) -> Json:
        """Post to `/control/<name>`; arguments that are None are left out."""
        sent = {key: value for key, value in body.items() if value is not None}
        return await self._call("POST", name, json=sent)

    async def _call(self, method: str, name: str, **arguments: Any) -> Json:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        url = f"{self._base}/control/{name}"
        async with self._session.request(method, url, **arguments) as response:
            if response.status != 200:
                raise ControlError("http_error", f"{response.status}: {await response.text()}")
            answer: Json = await response.json()
        if not answer.get("ok"):
            raise ControlError(str(answer.get("error")), str(answer.get("message")))
        return answer


def _texts(query: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in query.items() if value is not None}
