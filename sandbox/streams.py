"""Messages that are still being written: their chunks, and the blocks these make."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.json_types import Json

STREAM_SECONDS = 5 * 60.0
"""After about this long Slack ends a stream by itself."""


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


@dataclass(slots=True)
class Stream:
    """One open stream; a task that comes again replaces its earlier state."""

    started: float
    mode: str = "timeline"
    plan_title: str = ""
    parts: list[Json] = field(default_factory=list[Json])
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])

    def add(self, chunk: Json) -> None:
        """Take in one chunk."""
        match chunk.get("type"):
            case "markdown_text":
                self._add_text(str(chunk.get("text", "")))
            case "task_update":
                self._add_task(chunk)
            case "plan_update":
                self.plan_title = str(chunk.get("title", ""))
            case _:
                self.parts.extend(chunk.get("blocks", ()))

    @property
    def text(self) -> str:
        """All words so far."""
        return "".join(part["text"] for part in self.parts if part["type"] == "markdown")

    def blocks(self) -> list[Json]:
        """The message as blocks; in plan mode all tasks stand in one plan, at the top."""
        if self.mode != "plan" or not (self.tasks or self.plan_title):
            return [dict(part) for part in self.parts]
        rest = [dict(part) for part in self.parts if part["type"] != "task_card"]
        tasks = [dict(task) for task in self.tasks.values()]
        return [{"type": "plan", "title": self.plan_title or "Plan", "tasks": tasks}, *rest]

    def _add_text(self, text: str) -> None:
        if self.parts and self.parts[-1]["type"] == "markdown":
            self.parts[-1] = {"type": "markdown", "text": self.parts[-1]["text"] + text}
        elif text:
            self.parts.append({"type": "markdown", "text": text})

    def _add_task(self, chunk: Json) -> None:
        task_id = str(chunk.get("id", ""))
        task = self.tasks.get(task_id)
        if task is None:
            task = self.tasks[task_id] = {"type": "task_card", "task_id": task_id}
            self.parts.append(task)
        for key in ("title", "status", "sources"):
            if key in chunk:
                task[key] = chunk[key]
        for key in ("details", "output"):
            if chunk.get(key):
                task[key] = _appended(task.get(key), chunk[key])


def _appended(before: Json | None, text: object) -> Json:
    """Slack appends `details` of the same task instead of replacing them."""
    if isinstance(text, dict):
        return text
    if before is None:
        return _rich(str(text))
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(text)}]}
    return {**before, "elements": [*before["elements"], section]}


class Streams:
    """Open streams by channel and `ts`."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Stream] = {}

    def begin(self, channel: str, ts: str, stream: Stream) -> None:
        """Remember a stream."""
        self._open[channel, ts] = stream

    def find(self, channel: str, ts: str, now: float) -> Stream | None:
        """Return the stream if it is still open."""
        stream = self._open.get((channel, ts))
        if stream is not None and now - stream.started > STREAM_SECONDS:
            self.end(channel, ts)
            return None
        return stream

    def end(self, channel: str, ts: str) -> None:
        """Forget a stream."""
        self._open.pop((channel, ts), None)

    def within(self, channel: str, stamps: Sequence[str]) -> list[str]:
        """Which of these messages are still being written."""
        return [ts for ts in stamps if (channel, ts) in self._open]
