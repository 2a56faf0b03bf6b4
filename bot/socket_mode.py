"""The Socket Mode edge: deliveries over a web socket that the bot opens.

The SDK's own client retries a refused address for ever and never reports a wrong token. This one
asks for a new address before every connection, raises what an administrator has to mend, and
acknowledges what is under way before it closes.
"""

import asyncio
import json
import random
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.dispatch import dispatch
from bot.payloads.sanitizing import UNREADABLE
from countersign.slack.web_client import code_of

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
LARGEST_FRAME = 4 * 1024 * 1024
"""Bytes. A larger one closes the connection, and the next one takes what comes after it."""
LONGEST_PAUSE = 30.0
DRAIN_SECONDS = 5.0
WRONG_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed"}
    | {"token_revoked", "token_expired"}
)


class AppTokenError(Exception):
    """Slack refuses the app-level token. The text is Slack's code."""


class SocketMode:
    """Keeps one connection to Slack open and hands what comes to the app."""

    def __init__(
        self,
        app: AsyncApp,
        slack: AsyncWebClient,
        app_token: str,
        session: aiohttp.ClientSession,
    ) -> None:
        self._app = app
        self._slack = slack
        self._app_token = app_token
        self._session = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Connect, listen, and connect again, until cancelled; then acknowledge and close.

        Raises:
            AppTokenError: the token is refused, so that trying again cannot help.
        """
        failures = 0
        try:
            while True:
                try:
                    greeted = await self._listen(await self._open())
                    failures = 0 if greeted else failures + 1
                    await asyncio.sleep(_pause(failures))  # Slack may close each at once
                except AppTokenError:
                    raise
                except Exception as error:  # noqa: BLE001 - nothing that Slack sends ends the bot
                    failures += 1
                    log.warning("socket lost, connecting again", cause=_cause(error))
                    await asyncio.sleep(_pause(failures))
        finally:
            await self._drain()

    async def _open(self) -> str:
        try:
            opened = await self._slack.apps_connections_open(app_token=self._app_token)
        except SlackApiError as error:
            if code_of(error) in WRONG_TOKEN:
                raise AppTokenError(code_of(error)) from error
            raise
        return str(opened["url"])

    async def _listen(self, url: str) -> bool:
        """Listen until Slack closes; whether it ever said hello."""
        async with self._session.ws_connect(
            url, heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME
        ) as socket:
            self._socket = socket
            try:
                async for frame in socket:
                    if frame.type is aiohttp.WSMsgType.ERROR:
                        log.warning("frame refused", cause=type(frame.data).__name__)
                    if frame.type is aiohttp.WSMsgType.TEXT and self._take(frame.data):
                        break
            finally:
                greeted = self.connected.is_set()
                self.connected.clear()
                await self._finish_under_way()
        log.info("socket closed by Slack")
        return greeted

    def _take(self, data: str) -> bool:
        """Handle one frame; True if Slack wants this connection closed."""
        try:
            envelope = json.loads(data)
        except UNREADABLE as error:
            log.warning("frame is not JSON", bytes=len(data), cause=type(error).__name__)
            return False
        if not isinstance(envelope, dict):
            log.warning("frame is no envelope", bytes=len(data))
            return False
        match envelope.get("type"):
            case "hello":
                self.connected.set()
                log.info("connected to Slack", connections=envelope.get("num_connections"))
            case "disconnect":
                log.info("Slack asks to connect again", reason=envelope.get("reason"))
                return envelope.get("reason") != "warning"
            case _ if "envelope_id" in envelope:
                task = asyncio.create_task(self._deliver(envelope))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            case _:
                log.info("frame of no use", kind=str(envelope.get("type"))[:40])
        return False

    async def _deliver(self, envelope: Mapping[str, Any]) -> None:
        """Run the listener, then acknowledge. Without a 200 Slack delivers an event again."""
        socket = self._socket
        answer = await dispatch(
            self._app, envelope.get("payload") or {}, _retry_headers(envelope), "socket_mode"
        )
        if answer.status != 200 or socket is None or socket.closed:
            log.warning("delivery not acknowledged", status=answer.status)
            return
        ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        if answer.body:
            ack["payload"] = _payload(answer.body)
        try:
            await socket.send_json(ack)
        except ConnectionError as error:
            log.warning("delivery not acknowledged", cause=_cause(error))

    async def _finish_under_way(self) -> None:
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=DRAIN_SECONDS)

    async def _drain(self) -> None:
        await self._finish_under_way()
        if self._socket is not None:
            await self._socket.close()


def _retry_headers(envelope: Mapping[str, Any]) -> dict[str, str]:
    """Socket Mode says in the envelope what HTTP says in headers."""
    if "retry_attempt" not in envelope:
        return {}
    return {
        "x-slack-retry-num": str(envelope["retry_attempt"]),
        "x-slack-retry-reason": str(envelope.get("retry_reason", "")),
    }


def _payload(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"text": body}


def _pause(failures: int) -> float:
    """Seconds that double, with some randomness, so that replicas don't all return at once."""
    return min(0.25 * 2 ** min(failures, 10), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _cause(error: Exception) -> str:
    return (
        code_of(error) if isinstance(error, SlackApiError) else f"{type(error).__name__}: {error}"
    )
