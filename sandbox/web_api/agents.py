"""`assistant.threads.*` and `agents.sessions.*`: what an agent says about its work."""

from sandbox import frames
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.snapshot import sees
from sandbox.web_api.call import Call, Method, Methods, invalid

SESSION_STATES = ("active", "processing", "suspended", "closed")
PROMPTS = 4
LOADING_MESSAGES = 10
TITLE_LIMIT = 200


def set_status(call: Call) -> Json:
    """Show words such as "is thinking…" under a thread; empty words clear it."""
    if call.core.strict and not {"assistant:write", "chat:write"} & set(call.core.manifest.scopes):
        call.require_scope("assistant:write")
    channel = call.joined("channel_id")
    loading = call.items("loading_messages")
    if len(loading) > LOADING_MESSAGES:
        raise invalid(f"no more than {LOADING_MESSAGES} items allowed", "/loading_messages")
    text = call.text("status")
    thread_ts = call.need("thread_ts")
    frames.set_status(call.core, channel.id, thread_ts, text=text, loading_messages=loading)
    return {}


def set_title(call: Call) -> Json:
    """Name a thread."""
    channel = call.joined("channel_id")
    _prompts(call, channel.id, call.need("thread_ts"), {"title": call.need("title")})
    return {}


def set_suggested_prompts(call: Call) -> Json:
    """Offer up to four things to say."""
    channel = call.joined("channel_id")
    prompts = call.objects("prompts")
    if not 1 <= len(prompts) <= PROMPTS:
        raise invalid(f"must provide 1 to {PROMPTS} items", "/prompts")
    for index, prompt in enumerate(prompts):
        if not (prompt.get("title") and prompt.get("message")):
            raise invalid("missing required field: title, message", f"/prompts/{index}")
    offer = {"prompts": prompts, "title": call.text("title")}
    _prompts(call, channel.id, call.text("thread_ts"), offer)
    return {}


def set_session_status(call: Call) -> Json:
    """Say whether an agent works, waits or is done."""
    if call.core.strict and not call.core.manifest.is_agent:
        raise SlackError("not_authorized")
    channel = call.joined("channel_id")
    status = call.need("status")
    if status not in SESSION_STATES:
        raise invalid(f"must be one of: {', '.join(SESSION_STATES)}", "/status")
    title = call.text("title")
    if len(title) > TITLE_LIMIT:
        raise invalid(f"must be less than {TITLE_LIMIT + 1} characters", "/title")
    thread_ts = call.text("thread_ts")
    frames.set_status(call.core, channel.id, thread_ts, session=status)
    if title:
        _prompts(call, channel.id, thread_ts, {"title": title})
    answer: Json = {"channel_id": channel.id, "thread_ts": thread_ts, "status": status}
    if status == "processing" and not call.core.manifest.hears("agent_session_stopped"):
        warning = "missing_agent_session_stopped_event_subscription"
        answer |= {"warning": warning, "response_metadata": {"warnings": [warning]}}
    return answer


def rename_session(call: Call) -> Json:
    """Name an agent session."""
    channel = call.joined("channel_id")
    title = call.need("title")
    if len(title) > TITLE_LIMIT:
        raise invalid(f"must be less than {TITLE_LIMIT + 1} characters", "/title")
    _prompts(call, channel.id, call.text("thread_ts"), {"title": title})
    return {}


def _prompts(call: Call, channel: str, thread_ts: str, changes: Json) -> None:
    state = call.core.state
    key = f"{channel}:{thread_ts}"
    place = {"channel": channel, "thread_ts": thread_ts, "prompts": [], "title": ""}
    state.prompts[key] = {**place, **state.prompts.get(key, {}), **changes}
    call.core.changed()
    frame = {"type": "prompts", **state.prompts[key]}
    call.core.hub.publish(lambda viewer: frame if sees(call.core, viewer, channel) else None)


METHODS: Methods = {
    "assistant.threads.setStatus": Method(set_status),
    "assistant.threads.setTitle": Method(set_title, "assistant:write"),
    "assistant.threads.setSuggestedPrompts": Method(set_suggested_prompts, "assistant:write"),
    "agents.sessions.setStatus": Method(set_session_status, "chat:write"),
    "agents.sessions.rename": Method(rename_session, "chat:write"),
}
