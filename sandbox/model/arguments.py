"""Reads a tool's arguments out of what somebody said, by the tool's own JSON schema.

The surest is taken first: JSON, `name=value`, a choice by its word, numbers with their unit, then
what they count, then whatever words are left.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

from sandbox.model.tools import REASONS, Json, Parameter, Tool
from sandbox.model.words import NUMBER, number, singular

_I = re.IGNORECASE
_MARKS = " ,.;:!?()\"'"
_HERE = "\0"
"""Where a number stood that has been taken: what it counts stands beside it."""
_STOPS = (
    r"(?:for|to|because|by|before|until|in|from|with|at|on|that|which|so|as|since|please|asap|today|"
    r"now|tomorrow|thanks|would|will|should|if|when|where|we|i|and|but|or|instead|again|is|are|into|"
    r"via|per|each|too|pls|thx)\b"
)
_COUNTED = re.compile(
    rf"{_HERE}\s*(?:(?:x|×|of|more|new|other|extra|the|pieces?|pcs|units?)\s+)*"
    rf"(?!{_STOPS})([^\W\d_][\w-]*(?:\s+(?!{_STOPS})[^\W\d_][\w-]*){{0,2}})|"
    rf"\b(?!{_STOPS})([^\W\d_][\w-]*)\s*[:x×]?\s*{_HERE}",
    _I,
)
_NOTHING = r"(?!)"
_ONE = re.compile(rf"\W*(?:for |of )?(?!{NUMBER})\b(?:an?|another)(?=\s+[a-z])", _I)
_VAGUE = re.compile(
    r"(?:it|this|that|them|these|those|ones?|some|any|more|few|several|many|lots?|a|an|the|of|all|"
    r"something|anything|everything|stuff|things?|as|you|can|to|do|again|me|us|please|make|change|"
    r"set|reduce|increase|lower|only|just|actually|also|no|\W)+",
    _I,
)
_START = re.compile(
    r"(?:\W|\b(?:that|whether|if|me|us|some|any|please)\b)*"
    r"(?:(?:in|at|on|from|of|for|to|with|about)\b\s*(?:(?:the|an?|our|my|your)\b\s*)?)?",
    _I,
)
_AFTER = frozenset(
    {"", "please", "thanks", "here", "now", "with", "for", "in", "of", "to", "on", "version"}
)
"""Words that are dropped at the end of what is left."""
_PURPOSE = re.compile(r"\b(?:for|to|so|by|until|before)\b .*", _I | re.DOTALL)


@dataclass
class Reading:
    """What was found for a tool; `wrong` are values that its schema does not allow."""

    tool: Tool
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    wrong: dict[str, Any] = field(default_factory=dict[str, Any])
    purpose: str = ""
    """Words after what is counted that say what for or by when."""

    @property
    def missing(self) -> list[Parameter]:
        """What a person has to say yet, or to say better."""
        fields = self.tool.parameters
        return [it for it in fields if it.name in self.wrong or self.lacks(it)]

    def lacks(self, it: Parameter) -> bool:
        """Whether nothing was said of something that is needed."""
        return it.is_needed and it.name not in self.values and it.name not in self.wrong

    def arguments(self, reason: str) -> Json:
        """The arguments of a call, in the schema's order, with its defaults."""
        given = {**dict.fromkeys(REASONS, reason), **self.values}
        return {
            it.name: given.get(it.name, it.default)
            for it in self.tool.parameters
            if it.name in given or it.has_default
        }


def read_arguments(tool: Tool, text: str, *, is_change: bool = False) -> Reading:
    """What `text` says of the arguments of a tool.

    Args:
        tool: whose arguments.
        text: what was said, without the words that mean the tool.
        is_change: whether it only says what is to be different; loose words are no value then.
    """
    reader = _Reader(tool, text.strip())
    if not reader.take_json():
        reader.take_named()
        reader.take_choices()
        reader.take_patterns()
        reader.take_flags()
        reader.take_numbers()
        reader.take_counted()
        if not is_change:
            reader.take_rest()
    return reader.reading


class _Reader:
    def __init__(self, tool: Tool, left: str) -> None:
        self.reading = Reading(tool)
        self.left = left
        self.names = "|".join(re.escape(it.name) for it in tool.parameters)

    def take_json(self) -> bool:
        """`water_plants {"room": "lab"}`."""
        found = re.match(r"\(?\s*(\{.*\})", self.left, re.DOTALL)
        given = _json(found[1]) if found else None
        for it in self._open():
            if given and it.name in given:
                self._take(it, (0, 0), given[it.name])
        return given is not None

    def take_named(self) -> None:
        """`room=lab litres=3 note="for two weeks"`."""
        for it in self._open():
            ends = ";)\n" if it.kind == "array" else ",;)\n"
            value = rf"\"([^\"]*)\"|'([^']*)'|(.+?)(?=[\s,;)]+(?:{self.names})\s*[=:]|[{ends}]|$)"
            found = re.search(rf"\(?\b{re.escape(it.name)}\s*[=:]\s*(?:{value})", self.left, _I)
            if found:
                self._take(it, found.span(), _typed(it, found[found.lastindex or 0].strip()))

    def take_choices(self) -> None:
        """The first of the words that an argument may be; all of them for a list."""
        for it in self._open():
            longest = sorted(filter(None, map(str, it.choices)), key=len, reverse=True)
            words = "|".join(map(_written_somehow, longest)) or _NOTHING
            found = re.search(rf"(?<!\w)({words})(?:s|es)?(?!\w)", self.left, _I)
            while found:
                chosen = _choice(it, found[1])
                is_list = it.kind == "array"
                value = [*self.reading.values.get(it.name, ()), chosen] if is_list else chosen
                self._take(it, found.span(), value)
                found = found.re.search(self.left) if is_list else None

    def take_patterns(self) -> None:
        """The first word that looks as an argument has to: `2.4.0`, `version 2.4.0 of`."""
        for it in self._open():
            words = re.finditer(r"[^\s,;()]+(?<![.!?])", self.left) if it.pattern else ()
            found = next((word for word in words if it.allows(word[0])), None)
            if found:
                around = rf"(?:\b{re.escape(it.name)}\s+)?{re.escape(found[0])}(?:\s+of\b)?"
                place = re.search(around, self.left, _I) or found
                self._take(it, place.span(), found[0])

    def take_flags(self) -> None:
        """`urgent`, `not urgent`."""
        for it in self._open():
            words = re.escape(it.name).replace("_", r"[\s_-]")
            found = re.search(rf"\b(?:(not|no|without)\s+(?:\w+\s+)?)?{words}\b", self.left, _I)
            if it.kind == "boolean" and found:
                self._take(it, found.span(), found[1] is None)

    def take_numbers(self) -> None:
        """`3 litres`, `order #7`, then numbers in their order; `a desk` is one."""
        numbers = [it for it in self._open() if it.is_number]
        for it in numbers:
            noun, unit = re.escape(it.name.split("_")[0]), re.escape(singular(it.name))
            own = rf"({NUMBER})\s*{unit}s?\b|\b{noun}s?\s*#?({NUMBER})"
            if found := re.search(own, self.left, _I):
                self._take(it, found.span(), number(found[1] or found[2]))
        for it in numbers:
            is_meant = it.name not in self.reading.values and (it.is_needed or len(numbers) == 1)
            one = _ONE.match(self.left)
            found = one or re.search(NUMBER, self.left, _I)
            if is_meant and found:
                self._take(it, found.span(), 1 if one else number(found[0]), leave=_HERE)

    def take_counted(self) -> None:
        """What a number counts: `100 widgets` are of one `widget`."""
        wanted = next((it for it in self._open() if it.is_text and it.is_needed), None)
        found = _COUNTED.search(self.left)
        if wanted and found and not _VAGUE.fullmatch(found[1] or found[2]):
            place = found.span(1 if found[1] else 2)
            self._take(wanted, place, singular(found[1] or found[2]))
            purpose = _PURPOSE.search(self.left[place[0] :])
            self.reading.purpose = purpose[0] if purpose else ""

    def take_rest(self) -> None:
        """Texts by their names (`to Bob about lunch`), in quotes, and then all that is left."""
        wanted = [it for it in self._open() if it.is_text and it.is_needed]
        for it in wanted if len(wanted) > 1 else ():
            pattern = rf"\b{re.escape(it.name)}\s+(.+?)(?=\s+(?:{self.names})\b|$)"
            if found := re.search(pattern, self.left, _I | re.DOTALL):
                self._take(it, found.span(), found[1].strip(' "'))
        for it in [it for it in wanted if it.name not in self.reading.values]:
            quoted = re.search(r"\"([^\"]+)\"", self.left)
            said = quoted[1] if quoted else _loose(self.left)
            if said or "empty" in self.reading.tool.description:  # "an empty query lists all"
                self._take(it, quoted.span() if quoted else (0, len(self.left)), _worded(it, said))

    def _open(self) -> list[Parameter]:
        known = {**self.reading.values, **self.reading.wrong}
        return [it for it in self.reading.tool.parameters if it.name not in known]

    def _take(self, it: Parameter, span: tuple[int, int], value: Any, leave: str = " ") -> None:
        kept = self.reading.values if it.allows(value) else self.reading.wrong
        kept[it.name] = value
        self.left = self.left[: span[0]] + leave + self.left[span[1] :]


def _json(text: str) -> Json | None:
    try:
        return cast("Json", json.loads(text))
    except ValueError:
        return None


def _typed(it: Parameter, said: str) -> Any:
    """A value in the type that the schema asks for, or the words themselves if they are none."""
    if it.is_number:
        found = re.match(NUMBER, said, _I)
        return number(found[0]) if found else said
    if it.kind == "boolean":
        return said.lower() in {"true", "yes", "1", "on"}
    if it.kind in {"array", "object"}:
        return _json(said) or _worded(it, said)
    return _choice(it, said)


def _written_somehow(choice: str) -> str:
    """A pattern for `meeting_room` that takes `meeting room` and `meeting-room` too."""
    is_word = re.search(r"\w", choice.replace("_", ""))
    return re.sub(r"[\W_]+", r"[\\W_]*", choice) if is_word else re.escape(choice)


def _choice(it: Parameter, said: str) -> Any:
    """The choice that is written like this, however its words are joined."""
    written = (one for one in it.choices if re.fullmatch(_written_somehow(str(one)), said, _I))
    return next(written, said)


def _worded(it: Parameter, text: str) -> Any:
    """Words as what an argument wants to be: a list, a question, or just words."""
    if it.kind == "array":
        return [part for part in re.split(r"\s*(?:,|\band\b)\s*", text) if part]
    return f"{text[0].upper()}{text[1:]}?" if text and it.name == "question" else text


def _loose(text: str) -> str:
    """Words that nothing else was made of, without small words around them."""
    words = _START.sub("", text.replace(_HERE, " "), count=1).split()
    while words and words[-1].strip(_MARKS).lower() in _AFTER:
        words.pop()
    text = " ".join(words).strip(_MARKS)
    if len(words) <= 3:
        text = re.sub(r"^(?:the|an?)\s+", "", text, flags=_I)
    return "" if _VAGUE.fullmatch(text) else text
