"""Socket Mode: the app's websockets, their envelopes and acknowledgements."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from uuid import uuid4

from aiohttp import WSMessage, WSMsgType, web

from sandbox.delivery import LOST, NOT_CONNECTED, TIMED_OUT, Answer, Outgoing
from sandbox.inspector import Inspector
from sandbox.json_types import Json
from sandbox.state import APP_ID

DISCONNECT_GRACE_SECONDS = 10.0
MAX_ACK = 1024 * 1024


class Connection:
    """One websocket of the app."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self._request = request
        self.pending: dict[str, asyncio.Future[Json]] = {}
        self.silent = False
        self.draining = False

    def abort(self) -> None:
        """Cut the TCP connection, as a broken network does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class SocketMode:
    """Hands each envelope to exactly one of the app's connections."""

    def __init__(self, inspector: Inspector, ack_seconds: float) -> None:
        self._inspector = inspector
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._refusals = 0
        self._turn = 0
        self.on_change: Callable[[], None] = lambda: None

    @property
    def connected(self) -> bool:
        """Whether a connection takes envelopes."""
        return any(not connection.draining for connection in self._connections)

    @property
    def connections(self) -> int:
        """How many websockets are open."""
        return len(self._connections)

    def ticket(self) -> str:
        """Return a ticket that opens one websocket, once."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Take one websocket of the app until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="This ticket is unknown or was used.")
        self._tickets.discard(ticket)
        if self._refusals:
            self._refusals -= 1
            return web.Response(status=503, text="Refused on request.")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=MAX_ACK)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.append(connection)
        try:
            await self._converse(connection)
        finally:
            self._forget(connection)
        return socket

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send an envelope and wait for its acknowledgement."""
        connection = self._next()
        if connection is None:
            return NOT_CONNECTED
        envelope = _envelope(outgoing)
        envelope_id = str(envelope["envelope_id"])
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.pending[envelope_id] = future
        self._inspector.note("envelope", outgoing.title, envelope)
        started = time.perf_counter()
        try:
            await self._write(connection, envelope)
            body = await asyncio.wait_for(future, self._ack_seconds)
        except TimeoutError:
            answer = TIMED_OUT
        except ConnectionError:
            answer = LOST
        else:
            ms = (time.perf_counter() - started) * 1000
            answer = Answer(delivered=True, ack_ms=ms, status=200, body=body)
        finally:
            connection.pending.pop(envelope_id, None)
        self._note_answer(outgoing, envelope_id, answer)
        return answer

    async def disconnect(self, reason: str) -> None:
        """Ask the app to reconnect, as Slack does about once an hour."""
        for connection in list(self._connections):
            connection.draining = reason != "warning"
            await connection.socket.send_json({"type": "disconnect", "reason": reason})
            if connection.draining:
                asyncio.get_running_loop().call_later(DISCONNECT_GRACE_SECONDS, connection.abort)
        self.on_change()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in self._connections:
            connection.abort()

    def refuse_next(self) -> None:
        """Answer the next handshake with an error; its ticket is spent."""
        self._refusals += 1

    def silence(self) -> None:
        """Keep connections open but say nothing on them any more, not even pong."""
        for connection in self._connections:
            connection.silent = True

    async def close(self) -> None:
        """Close every connection politely."""
        for connection in list(self._connections):
            await connection.socket.close()

    def _next(self) -> Connection | None:
        ready = [connection for connection in self._connections if not connection.draining]
        self._turn += 1
        return ready[self._turn % len(ready)] if ready else None

    async def _write(self, connection: Connection, envelope: Json) -> None:
        if not connection.silent:
            await connection.socket.send_json(envelope)

    async def _converse(self, connection: Connection) -> None:
        await connection.socket.send_json(_hello(len(self._connections)))
        self.on_change()
        async for message in connection.socket:
            await self._hear(connection, message)

    async def _hear(self, connection: Connection, message: WSMessage) -> None:
        if message.type is WSMsgType.PING and not connection.silent:
            await connection.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._acknowledge(str(message.data))

    def _acknowledge(self, text: str) -> None:
        try:
            ack = json.loads(text)
            envelope_id, body = str(ack["envelope_id"]), ack.get("payload") or {}
        except (ValueError, KeyError, TypeError, AttributeError):
            self._inspector.note("error", "unreadable acknowledgement", {"text": text}, ok=False)
            return
        for connection in self._connections:
            future = connection.pending.get(envelope_id)
            if future is not None and not future.done():
                future.set_result(body if isinstance(body, dict) else {"text": str(body)})

    def _forget(self, connection: Connection) -> None:
        self._connections.remove(connection)
        for future in connection.pending.values():
            if not future.done():
                future.set_exception(ConnectionResetError())
        self.on_change()

    def _note_answer(self, outgoing: Outgoing, envelope_id: str, answer: Answer) -> None:
        detail: Json = {"envelope_id": envelope_id, "payload": answer.body, "error": answer.error}
        title = f"ack {outgoing.title}" if answer.delivered else f"no ack for {outgoing.title}"
        self._inspector.note("ack", title, detail, ms=answer.ack_ms, ok=answer.delivered)


def _hello(connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": APP_ID},
        "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
    }


def _envelope(outgoing: Outgoing) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid4()),
        "type": outgoing.type,
        "payload": outgoing.payload,
        "accepts_response_payload": outgoing.type != "events_api",
    }
    if outgoing.type == "events_api":
        envelope["retry_attempt"] = outgoing.attempt
        envelope["retry_reason"] = "timeout" if outgoing.attempt else ""
    return envelope
