"""What a thread's root knows of its replies."""

from sandbox.core import Core
from sandbox.frames import show_message
from sandbox.json_types import Json
from sandbox.state import Message


def count_reply(core: Core, reply: Message) -> None:
    """Add a new reply to its root's count."""
    root = core.state.messages[reply.channel].get(str(reply.thread))
    if root is None:
        return
    users: list[str] = list(root.body.get("reply_users", []))
    if reply.author not in users:
        users.append(reply.author)
    _set_replies(core, root, int(root.body.get("reply_count", 0)) + 1, users, reply.ts)
    reply.body["parent_user_id"] = root.author


def uncount_reply(core: Core, reply: Message) -> None:
    """Take a deleted reply off its root's count."""
    root = core.state.messages[reply.channel].get(str(reply.thread))
    if root is None:
        return
    left = [m for m in core.state.thread(reply.channel, root.ts) if m is not root]
    users = list(dict.fromkeys(message.author for message in left))
    _set_replies(core, root, len(left), users, left[-1].ts if left else None)


def _set_replies(
    core: Core, root: Message, count: int, users: list[str], latest: str | None
) -> None:
    fields: Json = {
        "thread_ts": root.ts if count else None,
        "reply_count": count or None,
        "reply_users": users or None,
        "reply_users_count": len(users) or None,
        "latest_reply": latest,
        "is_locked": False if count else None,
    }
    merged = {**root.body, **fields}
    root.body = {key: value for key, value in merged.items() if value is not None}
    show_message(core, root)
