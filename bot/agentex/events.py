"""Reading an event of AgentEx: what somebody says in a task."""

from datetime import UTC, datetime

from agentex.types.event import Event
from agentex.types.text_content import TextContent

from bot.payloads.spoken import MOST_FILES, NAME_LIMIT, with_files
from workflows.contracts.core import MESSAGE_LIMIT, Message, Person

ONLY_TEXT = (
    "I can only read text, and what you sent is something else. "
    "Write in words what you need, and I'll get to it."
)


def moment_of(event: Event) -> datetime:
    """When it was sent; one that does not say so is sent now."""
    at = event.created_at or datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def text_of(event: Event) -> str | None:
    """What it says, or None if it has no content or one that is not text."""
    return event.content.content if isinstance(event.content, TextContent) else None


def message_of(event: Event, at: datetime, author: Person) -> Message:
    """The message of a conversation, bounded: of one that is too long only the beginning.

    A conversation takes two messages of one moment for one, so the event's number is in it too.
    """
    text, files = text_of(event) or "", _files(event)
    is_whole = len(text) <= MESSAGE_LIMIT
    says = with_files(text, files)[:MESSAGE_LIMIT] if is_whole else text[: MESSAGE_LIMIT + 1]
    return Message(
        id=event.id,
        ts=f"{at.timestamp():.6f}{event.sequence_id:04d}",
        author=author,
        text=says,
        files=files,
        length=len(text),
    )


def _files(event: Event) -> tuple[str, ...]:
    """What the files that came with it are called."""
    content = event.content
    attached = content.attachments if isinstance(content, TextContent) else None
    names = (" ".join(it.name.split()) for it in (attached or ())[:MOST_FILES])
    return tuple(name[:NAME_LIMIT] or "file" for name in names)
