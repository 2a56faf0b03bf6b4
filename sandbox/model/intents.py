"""Which tools a message asks for, and with which arguments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.model.arguments import Reading, read_arguments
from sandbox.model.conversation import Conversation
from sandbox.model.purchasing import GONE, NOT_MEANT, PHRASES
from sandbox.model.tools import Json, Parameter, Tool
from sandbox.model.words import NUMBER, sentence, singular

MOST_CALLS = 10

_CLAUSE = re.compile(
    r"[,\s]*\b(?:because|since|so that|as (?:we|i|our|the)\b|before (?:you|we|i)\b).*?"
    r"(?=[.!?;](?:\s|$)|\n|$)",
    re.IGNORECASE | re.DOTALL,
)
NEGATED = re.compile(
    r"\b(?:do not|don't|never|no need to|won't)\b.*?(?=[.!?;]|,? but\b|$)",
    re.IGNORECASE | re.DOTALL,
)
_AND = re.compile(r"\s*(?:,(?!\d)|[;&]|\n\s*[-*•]?|\b(?:and|plus|as well as)\b)\s*", re.IGNORECASE)
_COUNTS = re.compile(rf"\W*(?:\S+\s)?\W*(?:{NUMBER}|(?:an?|another)\s)", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:them|those|these|it|that|more|same)\b", re.IGNORECASE)
_SMALL = r"(?:\W+(?:the|an?|my|our|your|some|to|of|for|all|up)){0,3}\W+"
_LETTERS = r"[^\W\d_]"
_POLITELY = r"(?:\W|\b(?:please|can you|could you|would you|let us|let's|i want to)\b)*"
_LITTLE = frozenset({"the", "a", "an", "of", "for", "to", "in"})


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to be called."""

    tool: str
    arguments: Json


@dataclass(frozen=True, slots=True)
class Intents:
    """What a message asks for: complete calls, and those that something is missing for."""

    calls: tuple[Call, ...]
    incomplete: tuple[Reading, ...]


def read_intents(conversation: Conversation, text: str) -> Intents:
    """Every call that a text asks for."""
    clause = _CLAUSE.search(text)
    because = clause[0] if clause else ""
    left = NEGATED.sub(" ", _CLAUSE.sub(" ", text))
    readings = [it for found in _named(conversation.tools, left) for it in _readings(*found)]
    for reading in readings:
        _remember(conversation, reading)
    complete = [it for it in readings if not it.missing]
    called = {it.tool.name for it in complete}
    calls = (Call(it.tool.name, it.arguments(reason(it.purpose, because))) for it in complete)
    incomplete = (it for it in readings if it.missing and it.tool.name not in called)
    return Intents(tuple(calls)[:MOST_CALLS], tuple(incomplete))


def read_begun(conversation: Conversation) -> Intents:
    """`book the library, 2 hours`: what a message begins with, if one tool alone does that."""
    text = conversation.text
    does = re.match(rf"{_POLITELY}({_LETTERS}+)\b", text, re.IGNORECASE)
    meant = [it for it in conversation.tools if does and _does(it, does[1])]
    if not does or len(meant) != 1 or meant[0].hands_over:
        return Intents((), ())
    reading = read_arguments(meant[0], text[does.end() :])
    if reading.missing:
        return Intents((), (reading,) if reading.values else ())
    return Intents((Call(meant[0].name, reading.arguments(reason(reading.purpose))),), ())


def _does(tool: Tool, word: str) -> bool:
    """Whether a word is what a tool does: the first of its name or of its description."""
    firsts = {words[0].lower() for it in (tool.own_name, tool.about) if (words := _words(it))}
    return word.lower() in firsts


def reason(*own: str) -> str:
    """Why a call is made, in the person's own words; empty if they gave no reason."""
    return sentence(", ".join(part.strip(" ,.!?") for part in own if part.strip(" ,.!?")))


def _named(tools: Sequence[Tool], text: str) -> Iterator[tuple[Tool, str, str]]:
    """Tools that a text means, each with what follows; one alone also with what is before it."""
    cues = _cues(tools, text)
    for number, (start, end, tool) in enumerate(cues):
        following = [it[0] for it in cues[number + 1 :]]
        yield tool, text[end : min(following, default=len(text))], text[: start * (len(cues) == 1)]


def _cues(tools: Sequence[Tool], text: str) -> list[tuple[int, int, Tool]]:
    """Where a text means which tools, in its order; of those that overlap the longest counts."""
    found = [
        (*place.span(), tool)
        for tool, pattern in _patterns(tools)
        for place in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
    ]
    chosen: list[tuple[int, int, Tool | None]] = []
    for start, end, tool in sorted(found, key=lambda cue: cue[0] - cue[1]):
        if all(end <= it[0] or it[1] <= start for it in chosen):
            chosen.append((start, end, tool))
    meant = [(start, end, tool) for start, end, tool in chosen if tool is not None]
    return sorted(meant, key=lambda cue: cue[0]) or _scattered(tools, text)


def _patterns(tools: Sequence[Tool]) -> Iterator[tuple[Tool | None, str]]:
    """Words that mean a tool: its name, written or spoken, how its description begins, phrases."""
    for tool in tools:
        yield tool, re.escape(tool.name)
        for words in (_words(tool.own_name), _words(tool.about)[:2]):
            if words:
                yield tool, _SMALL.join(map(_stem, words))
        yield from ((tool, phrase) for name, phrase in PHRASES if name == tool.name)
    yield None, NOT_MEANT


def _scattered(tools: Sequence[Tool], text: str) -> list[tuple[int, int, Tool]]:
    """A tool whose name's words are all there, in any order; its arguments are anywhere."""
    for tool in tools:
        words = [rf"\b{_stem(word)}\b" for word in _words(tool.own_name)]
        if words and all(re.search(word, text, re.IGNORECASE) for word in words):
            return [(len(text), len(text), tool)]
    return []


def _words(name: str) -> list[str]:
    """The words of a name or a sentence that count: `water_plants`, `Water the plants`."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name))
    return [it for it in words if it.lower() not in _LITTLE]


def _stem(word: str) -> str:
    return rf"{re.escape(singular(word))}(?:s|es|ing)?"


def _readings(tool: Tool, segment: str, before: str) -> list[Reading]:
    """The arguments of each call: `20 chairs and 5 desks` are two.

    What a segment lacks may stand before the words that mean the tool, if it is sure.
    """
    several = [read_arguments(tool, group) for group in _groups(tool, segment)]
    if len(several) > 1 and not any(it.missing for it in several):
        return several
    reading = read_arguments(tool, segment)
    if reading.missing and before:
        reading.values = {**read_arguments(tool, before, is_change=True).values, **reading.values}
    return [reading]


def _groups(tool: Tool, segment: str) -> list[str]:
    """Parts with a number of their own, or that are one word each; the rest belongs to them."""
    parts = [part for part in _AND.split(segment) if part.strip(" .!?")]
    if all(re.fullmatch(r"\W*\w+\W*", part) for part in parts):
        return parts if not any(it.kind == "array" for it in tool.parameters) else []
    groups: list[str] = []
    for part in parts if any(it.is_number for it in tool.parameters) else ():
        if groups and not (_COUNTS.match(part) or _chooses(tool, part)):
            groups[-1] += f" and {part}"
        else:
            groups.append(part)
    return groups


def _chooses(tool: Tool, part: str) -> bool:
    chosen = read_arguments(tool, part, is_change=True).values
    return any(it.choices and it.name in chosen for it in tool.parameters)


def _remember(conversation: Conversation, reading: Reading) -> None:
    """Fill in what `it` and `them` mean: an id that an output named, or a value used before."""
    for it in filter(reading.lacks, reading.tool.parameters):
        known: list[Any] = []
        if it.name.endswith("_id"):
            known = _ids(conversation, reading.tool, it)
        elif _POINTS.search(conversation.text):
            known = [used.ran[it.name] for used in conversation.history if it.name in used.ran]
        if known:
            reading.values[it.name] = known[0]


def _ids(conversation: Conversation, tool: Tool, it: Parameter) -> list[int]:
    """`Order #8123` is an `order_id`, newest first; what the tool was done with is out."""
    noun = re.escape(it.name.removesuffix("_id"))
    number = re.compile(rf"\b{noun} #?(\d{{1,12}})\b", re.IGNORECASE)
    history = [*conversation.turns[-1].used, *conversation.history]
    done = [used.ran.get(it.name) for used in history if used.is_done and used.tool == tool.name]
    lines = (line for used in history for line in used.output.splitlines())
    named = (int(it) for line in lines if not re.search(GONE, line) for it in number.findall(line))
    return [found for found in named if found not in done]
