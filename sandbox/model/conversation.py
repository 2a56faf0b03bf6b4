"""A request, read: what people said, which tools were called and what came of it, what waits."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from sandbox.model.tools import HANDOFF, REASONS, Json, Tool, read_tools
from sandbox.model.words import plain

_WAITING = re.compile(r"\W*waiting for approval\W*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_LISTED = re.compile(r"^\s*[-*•] *(.+)((?:\n {2,}\w.*)*)", re.MULTILINE)
_NAMED = re.compile(r"^ +([a-z ]+): (.*)$", re.MULTILINE)
_EDIT = re.compile(r"with changes:\s*\w+ ran with\s*(?=\{)")
_HEAD = re.compile(r"[A-Z][A-Z ]{2,}[A-Z]\b")
_UNSURE = re.compile(r", but (?:it|nobody)\b|has not ended yet")


@dataclass(frozen=True, slots=True)
class Used:
    """A tool that was called, and what it answered."""

    tool: str
    proposed: Json
    output: str

    @property
    def head(self) -> str:
        """How a decision begins, such as `REJECTED`; nothing if people had no part in it."""
        found = _HEAD.match(self.output)
        return found[0] if found else ""

    @property
    def is_guarded(self) -> bool:
        """Whether it is a call that people decide about."""
        return bool(self.head) or not self.proposed.keys().isdisjoint(REASONS)

    @property
    def is_done(self) -> bool:
        """Whether the output says that it was allowed, and says nothing against it."""
        return self.head == "APPROVED" and not _UNSURE.search(self.output)

    @property
    def edit(self) -> tuple[str, Json, Json, str] | None:
        """What an approver changed: `… with changes: tool ran with {…} instead of {…} …`.

        Returns:
            What is before it, what ran, what had been proposed, and what follows.
        """
        if not (found := _EDIT.search(self.output)):
            return None
        ran, rest = _object(self.output[found.end() :])
        proposed, after = _object(re.sub(r"^\s*instead of\s*", "", rest))
        return self.output[: found.start()], ran, proposed, after

    @property
    def ran(self) -> Json:
        """What it ran with in the end."""
        return self.edit[1] if self.edit else self.proposed


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits for people, as a note describes it: a line, and below it `name: value`."""

    line: str
    told: Mapping[str, str]

    @property
    def id(self) -> str:
        """By which a call replaces it."""
        return self.told.get("id", "")

    @property
    def tool(self) -> str:
        """Name of its tool; empty if the note does not say."""
        return self.told.get("call", "").partition(" ")[0]

    @property
    def arguments(self) -> Json:
        """What it was called with."""
        return _object(self.told.get("call", "").partition(" ")[2])[0]

    @property
    def is_own(self) -> bool:
        """Whether whoever speaks now asked for it."""
        return self.told.get("asked by", "").startswith("the person whose message")

    @property
    def whole(self) -> str:
        """What it is, who asked and who has to approve, for people."""
        by = "you" if self.is_own else self.told.get("asked by")
        parts = (self.line, by and f"asked by {by}", self.needs and f"needs {self.needs}")
        return "; ".join(part for part in parts if part)

    @property
    def until_when(self) -> str:
        """What it is, whose approval it needs and until when it is asked for."""
        parts = (
            self.line,
            self.needs and f"needs {self.needs}",
            (until := self.told.get("until")) and f"open until {until}",
        )
        return "; ".join(part for part in parts if part)

    @property
    def needs(self) -> str:
        """Whose approval it needs."""
        return self.told.get("needs", "")


@dataclass(slots=True)
class Turn:
    """Something that was said, the calls that it led to, and the answer."""

    said: str = ""
    used: list[Used] = field(default_factory=list[Used])
    """What was called, but for handing over to another agent."""
    is_handed_over: bool = False
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that a reply may depend on; the last of its turns is to be answered."""

    turns: Sequence[Turn]
    tools: tuple[Tool, ...]
    waiting: tuple[Waiting, ...] = ()
    """The calls that wait for people."""

    @property
    def text(self) -> str:
        """What was said last."""
        return self.turns[-1].said

    @property
    def last_answer(self) -> str:
        """What the model said last."""
        return self.turns[-2].answer if len(self.turns) > 1 else ""

    @property
    def history(self) -> list[Used]:
        """Calls of earlier turns, newest first."""
        return [used for turn in reversed(self.turns[:-1]) for used in reversed(turn.used)]

    @property
    def last_guarded(self) -> Used | None:
        """The newest call of an earlier turn that people decided about."""
        return next((it for it in self.history if it.is_guarded), None)

    def tool(self, name: str) -> Tool | None:
        """The tool of this name, if it is offered."""
        return next((it for it in self.tools if it.name == name), None)


def read_conversation(request: Json) -> Conversation:
    """Read a request to the Responses API."""
    given = request.get("input") or ""
    items: Sequence[Json] = (
        given if isinstance(given, list) else [{"role": "user", "content": given}]
    )
    turns, waiting = [Turn()], list[Waiting]()
    for item in items:
        text = _content(item)
        match item.get("role"):
            case "user":
                turns.append(Turn(plain(text)))
            case "assistant":
                turns[-1].answer = text.strip()
            case "developer" | "system":
                waiting += _waiting(text)
            case _:
                _take_call(turns[-1], item, items)
    return Conversation(turns, read_tools(request.get("tools") or ()), tuple(waiting))


def _content(item: Json) -> str:
    """The text of a message, in any of the forms that the API takes."""
    parts = item.get("content") or ""
    if isinstance(parts, str):
        return parts
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))


def _take_call(turn: Turn, item: Json, items: Iterable[Json]) -> None:
    if str(item.get("name", "")).startswith(HANDOFF):
        turn.is_handed_over = True
    else:
        turn.used.extend(_used(item, items))


def _used(item: Json, items: Iterable[Json]) -> Iterator[Used]:
    if item.get("type") != "function_call":
        return
    for it in items:
        if it.get("type") == "function_call_output" and it.get("call_id") == item.get("call_id"):
            output = it.get("output")
            text = output if isinstance(output, str) else _content({"content": output})
            arguments, _ = _object(str(item.get("arguments", "")))
            yield Used(str(item.get("name", "")), arguments, text.strip())


def _object(text: str) -> tuple[Json, str]:
    """The JSON object at the start of a text, and what follows it."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return {}, text
    return (cast("Json", value) if isinstance(value, dict) else {}), text[end:]


def _waiting(note: str) -> list[Waiting]:
    """The list under `Waiting for approval:`; prose that follows it is left out."""
    told = _WAITING.match(note)
    listed = _LISTED.findall(told[1]) if told else []
    return [Waiting(line.strip(), dict(_NAMED.findall(rest))) for line, rest in listed]
