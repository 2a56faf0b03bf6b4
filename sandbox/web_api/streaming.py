"""`chat.startStream` and its two companions: a message that grows."""

from collections.abc import Sequence

from sandbox import frames, messages
from sandbox.block_kit.blocks import MARKDOWN_LIMIT
from sandbox.block_kit.check import with_block_ids
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.state import Channel, Message
from sandbox.streams import Stream
from sandbox.web_api.agents import SESSION_STATES
from sandbox.web_api.call import Call, Method, Methods, invalid
from sandbox.web_api.chat import target
from sandbox.web_api.content import checked_blocks, checked_metadata

CHUNK_TEXT = 256
CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


def start(call: Call) -> Json:
    """Begin a streamed reply in a thread; outside direct messages it needs a recipient."""
    channel = target(call)
    thread_ts = call.need("thread_ts")
    if call.core.strict and channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not call.text(name):
                raise SlackError(f"missing_{name}")
    stream = Stream(call.core.now(), call.text("task_display_mode") or "timeline")
    for chunk in _chunks(call):
        stream.add(chunk)
    content = {"thread_ts": thread_ts, **_content(stream)}
    body = messages.bot_body(call.core, content)
    message = messages.post(call.core, channel.id, body, streaming=True)
    call.core.streams.begin(channel.id, message.ts, stream)
    return {"channel": channel.id, "ts": message.ts}


def append(call: Call) -> Json:
    """Add to a stream."""
    channel, message, stream = _open(call)
    chunks = _chunks(call)
    if not chunks:
        raise SlackError("no_text")
    for chunk in chunks:
        stream.add(chunk)
    messages.change(call.core, message, _content(stream), announce=False)
    return {"channel": channel.id, "ts": message.ts}


def stop(call: Call) -> Json:
    """End a stream; blocks given here come after what was streamed."""
    channel, message, stream = _open(call)
    for chunk in _chunks(call):
        stream.add(chunk)
    fields = _content(stream)
    if (blocks := call.json("blocks", "invalid_blocks_format")) is not None:
        fields["blocks"] = [*fields["blocks"], *checked_blocks(call, blocks)]
    if (metadata := call.json("metadata", "invalid_metadata_format")) is not None:
        fields["metadata"] = checked_metadata(metadata)
    message.streaming = False
    call.core.streams.end(channel.id, message.ts)
    messages.change(call.core, message, fields)
    if (session := call.text("session_status")) in SESSION_STATES:
        frames.set_status(call.core, channel.id, str(message.thread), session=session)
    return {"channel": channel.id, "ts": message.ts, "message": message.body}


def _content(stream: Stream) -> Json:
    return {"text": stream.text, "blocks": with_block_ids(stream.blocks())}


def _open(call: Call) -> tuple[Channel, Message, Stream]:
    channel = call.joined()
    message = call.message(channel)
    stream = call.core.streams.find(channel.id, message.ts, call.core.now())
    if stream is None:
        if message.streaming:
            message.streaming = False
            messages.change(call.core, message, {}, announce=False)
        raise SlackError("message_not_in_streaming_state")
    return channel, message, stream


def _chunks(call: Call) -> Sequence[Json]:
    markdown, chunks = call.text("markdown_text"), call.objects("chunks")
    if markdown and chunks:
        raise invalid("markdown_text and chunks cannot be combined")
    if markdown:
        chunks = [{"type": "markdown_text", "text": markdown}]
    if call.core.strict:
        for index, chunk in enumerate(chunks):
            _check(call, chunk, f"/chunks/{index}")
    return chunks


def _check(call: Call, chunk: Json, pointer: str) -> None:
    kind = chunk.get("type")
    if kind not in CHUNKS:
        raise invalid(f"unsupported type: {kind}", f"{pointer}/type")
    if kind == "markdown_text" and len(str(chunk.get("text", ""))) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    if kind == "task_update" and not (chunk.get("id") and chunk.get("title")):
        raise invalid("missing required field: id, title", pointer)
    for name in ("title", "details", "output"):
        value = chunk.get(name)
        if isinstance(value, str) and len(value) > CHUNK_TEXT:
            raise invalid(f"must be less than {CHUNK_TEXT + 1} characters", f"{pointer}/{name}")
    if kind == "blocks":
        checked_blocks(call, chunk.get("blocks"))


METHODS: Methods = {
    "chat.startStream": Method(start, "chat:write"),
    "chat.appendStream": Method(append, "chat:write"),
    "chat.stopStream": Method(stop, "chat:write"),
}
