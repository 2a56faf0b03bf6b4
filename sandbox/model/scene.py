"""A conversation as it stands: the newest message, and what is remembered of the rest."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from sandbox.model.consents import read_consent
from sandbox.model.steps import Used
from sandbox.model.toolbox import Toolbox

READ_LIMIT = 4_000
"""Characters of a message that are read; nobody orders chairs in more."""

PERSON, NOTE, ANSWER = "user", "note", "assistant"

_MENTION = re.compile(r"<[@#!][^<>]*>")
_LINK = re.compile(r"<(?:https?|mailto):[^<>|]*(?:\|([^<>]*))?>|https?://\S+")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TYPED = str.maketrans("’‘“”–—\xa0", "''\"\"-- ")
_SPEAKER = re.compile(r"([A-Z][a-z]+)(?: [A-Z][a-z]+)?: (?=\S)")
_NO_NAMES = frozenset({"Please", "Note", "Hi", "Hello", "Order", "Orders", "Shopping", "Reason"})
_NAMED = re.compile(r"(?:speaking with|talking to|message is from|requester is) ([A-Z][a-z]+)")
_WAITING = re.compile(r"^\W*waiting for approval\W*:\s*(.*)$", re.IGNORECASE | re.DOTALL)
_DONE_NOTE = re.compile(r"(\w+) (\{.*\}) \([\w-]+\): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything an answer may depend on."""

    text: str
    is_silent: bool
    earlier: tuple[str, ...]
    last_answer: str
    used: tuple[Used, ...]
    history: tuple[Used, ...]
    waiting: tuple[str, ...]
    speaker: str
    toolbox: Toolbox

    @property
    def low(self) -> str:
        """The newest message in small letters."""
        return self.text.lower()


def read_scene(items: str | Sequence[Mapping[str, Any]], instructions: str, box: Toolbox) -> Scene:
    """Read the `input` of a request to the Responses API."""
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    said = [(_role(item), content(item)) for item in items]
    last = max((i for i, (role, _) in enumerate(said) if role == PERSON), default=len(said))
    people = [text for role, text in said if role == PERSON]
    answers = [text for role, text in said[:last] if role == ANSWER]
    notes = [text for role, text in said if role == NOTE]
    newest = people[-1] if people else ""
    return Scene(
        text=plain_words(newest),
        is_silent=not _MENTION.sub("", newest).strip(),
        earlier=tuple(map(plain_words, people[:-1])),
        last_answer=answers[-1] if answers else "",
        used=tuple(_used(items[last + 1 :], box)),
        history=(*_from_notes(notes, box), *_used(items[:last], box)),
        waiting=tuple(line for note in notes for line in _waiting(note)),
        speaker=_speaker(newest, [instructions, *notes]),
        toolbox=box,
    )


def content(item: Mapping[str, Any]) -> str:
    """The text of a message, in any of the forms that the API takes."""
    parts = item.get("content", "")
    if isinstance(parts, str):
        return parts
    return "\n".join(str(part.get("text", "")) for part in parts or () if isinstance(part, Mapping))


def plain_words(text: str) -> str:
    """What a person said, without code, links, mentions and their own name in front."""
    text = _FENCE.sub(" ", text[:READ_LIMIT])
    text = _LINK.sub(lambda link: link.group(1) or " ", _MENTION.sub(" ", text))
    text = unescape(text).translate(_TYPED).replace("`", "").replace("*", "").strip()
    named = _SPEAKER.match(text)
    return text[named.end() :] if named and named.group(1) not in _NO_NAMES else text


def _role(item: Mapping[str, Any]) -> str:
    role = str(item.get("role", ""))
    return NOTE if role in {"developer", "system"} else role


def _speaker(newest: str, notes: Iterable[str]) -> str:
    named = _SPEAKER.match(_MENTION.sub("", newest).lstrip())
    if named and named.group(1) not in _NO_NAMES:
        return named.group(1)
    found = [match.group(1) for note in notes for match in _NAMED.finditer(note)]
    return found[-1] if found else ""


def _used(items: Sequence[Mapping[str, Any]], box: Toolbox) -> Iterable[Used]:
    outputs = {
        item.get("call_id"): _output(item.get("output"))
        for item in items
        if item.get("type") == "function_call_output"
    }
    for item in items:
        if item.get("type") == "function_call" and item.get("call_id") in outputs:
            name, arguments = str(item.get("name", "")), str(item.get("arguments", ""))
            yield _called(name, arguments, outputs[item.get("call_id")], box)


def _called(name: str, arguments: str, output: str, box: Toolbox) -> Used:
    """A call as it ran in the end: an approver may have changed its arguments."""
    proposed = box.read(name, arguments)
    consent = read_consent(output)
    ran = box.read(name, json.dumps(consent.ran)) if consent and consent.ran else proposed
    return Used(box.ability(name), name, ran, output, proposed)


def _output(output: Any) -> str:
    if isinstance(output, str):
        return output
    if isinstance(output, list):
        return content({"content": output})
    return json.dumps(output, ensure_ascii=False)


def _from_notes(notes: Iterable[str], box: Toolbox) -> Iterable[Used]:
    """Calls that a note tells of: `place_order {…} (approval-…): APPROVED …`."""
    for note in notes:
        if told := _DONE_NOTE.fullmatch(note.strip()):
            name, arguments, output = told.groups()
            yield _called(name, arguments, output, box)


def _waiting(note: str) -> list[str]:
    """The lines under `Waiting for approval:`; prose that follows them is left out."""
    told = _WAITING.match(note.strip())
    if not told:
        return []
    lines = [line.strip() for line in told.group(1).splitlines() if line.strip()]
    listed = [line.lstrip("-*• ").strip() for line in lines if line[0] in "-*•"]
    return listed or lines[:1]
