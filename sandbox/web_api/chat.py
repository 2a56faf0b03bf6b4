"""`chat.*`: posting, changing and deleting messages."""

from sandbox import messages
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.rendering import permalink
from sandbox.state import BOT_ID, BOT_USER, Channel, Message
from sandbox.web_api.call import Call, Method, Methods
from sandbox.web_api.content import message_content, require_words


def post_message(call: Call) -> Json:
    """Post to a channel, a thread, or a person's direct message."""
    channel = target(call)
    content = message_content(call)
    require_words(content)
    body = {**messages.bot_body(call.core, content), **_thread(call, channel)}
    message = messages.post(call.core, channel.id, body)
    return {"channel": channel.id, "ts": message.ts, "message": message.body}


def post_ephemeral(call: Call) -> Json:
    """Show something to one member of a channel."""
    channel = target(call)
    user = call.need("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = message_content(call)
    require_words(content)
    body = messages.bot_body(call.core, content)
    if thread_ts := call.text("thread_ts"):
        body["thread_ts"] = thread_ts
    return {"message_ts": messages.whisper(call.core, channel.id, user, body).ts}


def update(call: Call) -> Json:
    """Change a message of the bot's own.

    Text without blocks removes the blocks, and only then the message is marked as edited.
    """
    channel = call.joined()
    message = _own(call, channel, "cant_update_message")
    content = message_content(call)
    if not content or ("text" in content and not content["text"]):
        raise SlackError("no_text")
    fields: Json = dict(content)
    if "text" in content and "blocks" not in content:
        fields["blocks"] = None
        fields["edited"] = {"user": BOT_ID, "ts": call.core.next_ts()}
    if content.get("metadata") == {}:
        fields["metadata"] = None
    require_words({**message.body, **fields})
    call.core.streams.end(channel.id, message.ts)
    message.streaming = False
    messages.change(call.core, message, fields)
    text = str(message.body.get("text", ""))
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.body}


def delete(call: Call) -> Json:
    """Delete a message of the bot's own."""
    channel = call.joined()
    message = _own(call, channel, "cant_delete_message")
    messages.delete(call.core, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """Return the address of a message."""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call.core, message)}


def target(call: Call) -> Channel:
    """Return where to post; a user's id opens the direct message, as Slack does.

    Raises:
        SlackError: `channel_not_found`, `not_in_channel`, `is_archived`, `messages_tab_disabled`.
    """
    person = call.core.state.people.get(call.need("channel"))
    if person is not None:
        channel = call.core.state.direct(person.id)
        if channel is None or person.id == BOT_USER:
            raise SlackError("channel_not_found")
    else:
        channel = call.channel()
    if not call.core.strict:
        return channel
    public = channel.kind == "channel" and "chat:write.public" in call.core.manifest.scopes
    if BOT_USER not in channel.members and not public:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind == "im" and not call.core.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    return channel


def _thread(call: Call, channel: Channel) -> Json:
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return {}
    root = call.core.state.messages[channel.id].get(thread_ts)
    if root is not None and root.thread is not None:
        thread_ts = root.thread
    if call.flag("reply_broadcast"):
        body = root.body if root else {}
        return {"thread_ts": thread_ts, "subtype": "thread_broadcast", "root": body}
    return {"thread_ts": thread_ts}


def _own(call: Call, channel: Channel, refusal: str) -> Message:
    message = call.message(channel)
    if message.author != BOT_USER:
        raise SlackError(refusal)
    return message


METHODS: Methods = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.getPermalink": Method(get_permalink),
}
