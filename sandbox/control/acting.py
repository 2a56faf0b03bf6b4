"""Control requests in which a person acts."""

from sandbox import clicks, commands, events, messages, speaking, submissions
from sandbox.block_kit.answers import state_from
from sandbox.control.body import Ask
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.snapshot import page_snapshot


async def say(ask: Ask) -> Json:
    """Post as a person."""
    files = ask.objects("files")
    channel, user = ask.channel(), ask.person()
    thread_ts, text = ask.text("thread_ts"), ask.text("text")
    return {"ts": speaking.say(ask.core, channel, user, text, thread_ts, files).ts}


async def edit(ask: Ask) -> Json:
    """Edit a person's own message."""
    speaking.edit(ask.core, ask.message(), ask.person(), ask.text("text"))
    return {}


async def delete(ask: Ask) -> Json:
    """Delete a person's own message."""
    speaking.remove(ask.core, ask.message(), ask.person())
    return {}


async def react(ask: Ask) -> Json:
    """Toggle a reaction."""
    name = ask.text("name").strip(":")
    if not name:
        raise ControlError("invalid_request", "Which emoji? Give `name`.")
    message, user = ask.message(), ask.person()
    added = messages.react(ask.core, message, user, name, add=True)
    if not added:
        messages.react(ask.core, message, user, name, add=False)
    return {"added": added}


async def read(ask: Ask) -> Json:
    """Mark a channel as read, or one thread of it."""
    speaking.read(ask.core, ask.channel(), ask.person(), ask.text("thread_ts"))
    return {}


async def join(ask: Ask) -> Json:
    """Go into a public channel; pages of that person get what stands in it."""
    core, user = ask.core, ask.person()
    speaking.join(core, ask.text("channel"), user)
    core.hub.tell(user, {"type": "snapshot", **page_snapshot(core, user)})
    return {}


async def command(ask: Ask) -> Json:
    """Run a slash command; Slack takes none inside threads."""
    name = ask.text("command")
    if ask.core.strict and ask.text("thread_ts"):
        sentence = f"{name} is not supported in threads. Sorry!"
        raise ControlError("not_supported_in_threads", sentence)
    channel, user = ask.channel(), ask.person()
    answer = await commands.run_command(ask.core, user, channel, name, ask.text("text"))
    return answer.report()


async def click(ask: Ask) -> Json:
    """Press or choose something."""
    container = ask.object("container")
    where = container.get("type")
    if where not in ("message", "view", "home"):
        raise ControlError("invalid_request", "container.type is message, view or home.")
    answer = await clicks.press(
        ask.core,
        clicks.Click(
            by=ask.person(),
            where=where,
            block_id=ask.text("block_id"),
            action_id=ask.text("action_id"),
            channel=str(container.get("channel", "")),
            ts=str(container.get("ts", "")),
            view_id=str(container.get("view_id", "")),
            value=ask.body.get("value"),
            selected=ask.object("selected"),
            state={**ask.object("state"), **_answered(ask, str(container.get("view_id", "")))},
        ),
    )
    return answer.report()


async def submit(ask: Ask) -> Json:
    """Submit a modal; `answers` are by label, `state` is in Slack's own shape."""
    user, view_id = ask.person(), ask.text("view_id")
    view = submissions.opened(ask.core, user, view_id)
    state = {**ask.object("state"), **state_from(view["blocks"], ask.object("answers"))}
    return await submissions.submit(ask.core, user, view_id, state)


async def close(ask: Ask) -> Json:
    """Close a modal."""
    return await submissions.close(ask.core, ask.person(), ask.text("view_id"))


async def home(ask: Ask) -> Json:
    """Open the app's Home or its messages."""
    tab = ask.text("tab") or "home"
    if tab not in ("home", "messages"):
        raise ControlError("invalid_request", "tab is home or messages.")
    events.home_opened(ask.core, ask.person(), tab)
    return {}


async def stop(ask: Ask) -> Json:
    """Press Stop on an agent that works in a thread; Slack ends its streams."""
    channel, user, thread_ts = ask.channel(), ask.person(), ask.text("thread_ts")
    thread = ask.core.state.thread(channel.id, thread_ts)
    streaming = ask.core.streams.within(channel.id, [message.ts for message in thread])
    for message in thread:
        if message.ts in streaming:
            message.streaming = False
            ask.core.streams.end(channel.id, message.ts)
            messages.change(ask.core, message, {})
    events.session_stopped(ask.core, channel.id, thread_ts, user, streaming)
    return {"streaming_message_ts": streaming}


def _answered(ask: Ask, view_id: str) -> Json:
    """What was entered in the modal before something in it is pressed."""
    answers = ask.object("answers")
    if not answers:
        return {}
    view = submissions.opened(ask.core, ask.person(), view_id)
    return state_from(view["blocks"], answers)
