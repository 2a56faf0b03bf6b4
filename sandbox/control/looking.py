"""Control requests that only look."""

import json

from sandbox.control.body import Ask
from sandbox.errors import ControlError
from sandbox.json_types import Json
from sandbox.rendering import page_message
from sandbox.search import search as find
from sandbox.snapshot import snapshot, visible
from sandbox.state import Message
from sandbox.store import dump


async def state(ask: Ask) -> Json:
    """Everything a person sees."""
    return snapshot(ask.core, ask.person())


async def messages(ask: Ask) -> Json:
    """A channel's messages, or a thread's, oldest first."""
    channel, user, thread = ask.channel(), ask.person(), ask.text("thread_ts")

    def wanted(message: Message) -> bool:
        return thread in (message.ts, message.thread) if thread else message.is_top_level

    found = [message for message in visible(ask.core, channel.id, user) if wanted(message)]
    return {"messages": [page_message(message) for message in found]}


async def search(ask: Ask) -> Json:
    """The newest messages in which every word of `query` stands, bounded."""
    return {"messages": find(ask.core, ask.person(), ask.text("query"))}


async def inspector(ask: Ask) -> Json:
    """The traffic since entry `since`."""
    return {"entries": ask.core.inspector.since(int(ask.number("since", 0)))}


async def faults(ask: Ask) -> Json:
    """What is armed to fail."""
    return {"faults": ask.core.faults.listed()}


async def export(ask: Ask) -> Json:
    """The whole workspace and its traffic, for a bug report."""
    workspace = json.loads(dump(ask.core.state))
    if not isinstance(workspace, dict):
        raise ControlError("internal", "The workspace could not be written.")
    return {"workspace": workspace, "entries": ask.core.inspector.since(0)}
