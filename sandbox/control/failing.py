"""Control requests that break something, or change how the app is reached."""

import json
from typing import Any

from sandbox.changes import EVERYTHING
from sandbox.control.body import Ask
from sandbox.core import Core
from sandbox.delivery import Answer, Outgoing
from sandbox.errors import ControlError
from sandbox.faults import parse_fault
from sandbox.json_types import Json
from sandbox.seed import seed
from sandbox.signed_http import FORM_TYPE, JSON_TYPE, SignedHttp, encode
from sandbox.snapshot import app_summary, page_snapshot
from sandbox.streams import Streams

BAD_SIGNATURE = "v0=" + "0" * 64
DELIVERY_TYPES = ("events_api", "interactive", "slash_commands")


async def arm(ask: Ask) -> Json:
    """Make calls or deliveries fail."""
    ask.core.faults.arm(parse_fault(ask.body))
    return {"faults": ask.core.faults.listed()}


async def clear(ask: Ask) -> Json:
    """Let everything work again."""
    ask.core.faults.clear()
    return {"faults": []}


async def socket(ask: Ask) -> Json:
    """Disturb the app's websockets."""
    match ask.text("action"):
        case "drop":
            ask.core.socket.drop()
        case "disconnect":
            await ask.core.socket.disconnect(ask.text("reason") or "refresh_requested")
        case "refuse_next":
            ask.core.socket.refuse_next()
        case "silence":
            ask.core.socket.silence()
        case _:
            known = "drop, disconnect, refuse_next, silence"
            raise ControlError("invalid_request", f"action is one of {known}.")
    return {"connections": ask.core.socket.connections}


async def delivery(ask: Ask) -> Json:
    """Deliver to a request URL, or by Socket Mode again.

    Raises:
        ControlError: the URL did not answer the challenge.
    """
    url = ask.text("events_url")
    if not url:
        await use_socket(ask.core)
        return {"app": app_summary(ask.core)}
    http = ask.core.signed_http(url)
    if not await http.verify():
        await http.close()
        sentence = "The URL did not return the challenge; nothing was changed."
        raise ControlError("url_verification_failed", sentence)
    await use_http(ask.core, http)
    return {"app": app_summary(ask.core)}


async def deliver(ask: Ask) -> Json:
    """Deliver a hand-made payload, forged or broken if need be.

    Raises:
        ControlError: nobody is connected.
    """
    type_: Any = ask.text("type") or "events_api"
    if type_ not in DELIVERY_TYPES:
        raise ControlError("invalid_request", f"type is one of {', '.join(DELIVERY_TYPES)}.")
    outgoing = Outgoing(type_, ask.object("payload"))
    if ask.core.http is not None:
        answer = await _post(ask, ask.core.http, outgoing)
    else:
        answer = await ask.core.socket.send(outgoing)
    if answer.status is None and not ask.core.socket.connected and ask.core.http is None:
        raise ControlError("app_not_connected", "The app is not connected.")
    return {"status": answer.status, "body": answer.body, "error": answer.error}


async def reset(ask: Ask) -> Json:
    """Start the story anew; the app stays connected."""
    core = ask.core
    core.state = seed(core.manifest, core.config.clock)
    core.streams = Streams()
    core.faults.clear()
    show_everything(core)
    return {}


async def use_http(core: Core, http: SignedHttp) -> None:
    """Deliver by signed HTTP from now on."""
    if core.http is not None and core.http is not http:
        await core.http.close()
    core.http = http
    core.delivery.use(http)
    show_app(core)


async def use_socket(core: Core) -> None:
    """Deliver by Socket Mode from now on."""
    if core.http is not None:
        await core.http.close()
    core.http = None
    core.delivery.use(core.socket)
    show_app(core)


def show_everything(core: Core) -> None:
    """Tell every page the whole workspace anew."""
    core.changed()
    core.hub.publish(lambda viewer: {"type": "snapshot", **page_snapshot(core, viewer)})
    core.hub.changes.tell(EVERYTHING)


def show_app(core: Core) -> None:
    """Tell every page how the app is reached now."""
    frame = {"type": "app", "app": app_summary(core)}
    core.hub.publish(lambda _viewer: frame)


async def _post(ask: Ask, http: SignedHttp, outgoing: Outgoing) -> Answer:
    content_type, body = encode(outgoing)
    if "raw_body" in ask.body:
        body = ask.text("raw_body").encode()
        content_type = JSON_TYPE if _is_json(body) else FORM_TYPE
    headers = http.signed(body, offset=ask.number("timestamp_offset", 0))
    match ask.text("signature") or "good":
        case "none":
            headers = {}
        case "bad":
            headers["X-Slack-Signature"] = BAD_SIGNATURE
        case _:
            pass
    return await http.post(
        body, {**headers, "Content-Type": ask.text("content_type") or content_type}
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
