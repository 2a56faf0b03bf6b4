"""What somebody wants to have ordered, read from their sentence."""

import re
from dataclasses import dataclass, replace

from sandbox.model.verbs import order_verbs
from sandbox.model.words import known, listed, number_at, singular

MOST = 1_000_000
"""Pieces. A shop has a stricter limit of its own; this one keeps out typing errors."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to order. What the sentence does not say is None."""

    quantity: float | None = None
    item: str | None = None
    is_known: bool = False
    reason: str = ""

    @property
    def is_countable(self) -> bool:
        """Whether the quantity is one that can be ordered."""
        return self.quantity is not None and self.quantity in range(1, MOST + 1)


IT = "it"
"""An item that is only pointed at: `order 5 of them`."""

_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n\s*\n")
_BECAUSE = re.compile(
    r"\b(?:because|so that|since|as (?:we|i|our|the)\b|weil|porque)", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"\s*(?:,(?!\d{3})|[;+&]|:?\s*\n\s*(?:[-*•]|\d+[.)])?|\b(?:and|plus|as well as|und|y)\b)\s*",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"(?:[\s:,-]*\b(?:me|us|some|also|please|bitte|the|about|around|at least|up to|exactly|only|"
    r"just|ahead and|another(?=\s+(?:\d|[a-z]+teen|[a-z]+ty|two|three|four|five|six|ten|dozen)))"
    r"\b)+[\s:]*",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:[\s:]|-\s)+")
_AFTER_NUMBER = re.compile(
    r"(?:\s*(?:x|×|of|more|new|pieces?|pcs|units?|stück|extra|additional|other|the|our|these|"
    r"those)(?![\w-]))+(?=\s|$|\w)",
    re.IGNORECASE,
)
_NOUN = re.compile(r"[\s\"']*([^\W\d_][\w]*(?:-\w+)*)")
_STOPS = frozenset(
    listed(
        "for to because by before until in from with on at that which who so as since please asap "
        "today now tomorrow thanks thank if when where we i he she they then but or instead too "
        "again next without is are was will can could would and check tell show für bitte para "
        "por x"
    )
)
_NOTHING = frozenset(
    listed(
        "thing stuff something anything everything item more few some several lot help know be "
        "have see do one order budget approval confirmation information info price it that this "
        "them those these idea catalog catalogue status minute hour day week second moment rid "
        "started usual"
    )
)
_PURPOSE = re.compile(r"(?:for|to|so|für|para)\b(?!\s+(?:me|us)\b)", re.IGNORECASE)
_POINTING = frozenset({"it", "them", "those", "these", "that", "ones"})


def order_lines(text: str) -> list[Line]:
    """The things that a sentence with `order`, `buy`, `we need` … asks for."""
    text, verbs = order_verbs(text)
    lines: list[Line] = []
    ends = [*(verb.start() for verb in verbs[1:]), len(text)]
    for verb, end in zip(verbs, ends, strict=False):
        ending = _SENTENCE_END.search(text, verb.end(), end)
        segment = text[verb.end() : ending.start() if ending else end]
        lines += _lines(segment, is_strong=bool(verb["strong"]))
    return lines


def bare_lines(text: str) -> list[Line]:
    """The same without a verb: `20 chairs and a desk, please`; nothing else may be said."""
    text = re.sub(r"\b(?:please|thanks|thank you)\b|[.!]+$", "", text, flags=re.IGNORECASE).strip()
    chunks = [chunk for chunk in _BETWEEN.split(text.strip(" ,")) if chunk.strip()]
    lines = [_line(chunk) for chunk in chunks]
    whole = all(line and line.is_known and not line.reason for line in lines)
    short = all(len(chunk.split()) <= 4 for chunk in chunks)
    return [line for line in lines if line] if whole and short else []


def reason_in(text: str) -> str:
    """A person's own `because …`, up to the end of the sentence."""
    found = _BECAUSE.search(text)
    return _sentence(text[found.start() :]) if found else ""


def _lines(segment: str, *, is_strong: bool) -> list[Line]:
    because = _BECAUSE.search(segment)
    main, why = (
        (segment[: because.start()], segment[because.start() :]) if because else (segment, "")
    )
    main = re.sub(r"\b(hundred|thousand)\s+and\b", r"\1", main, flags=re.IGNORECASE)
    chunks = [chunk for chunk in _BETWEEN.split(main) if chunk.strip()]
    lines: list[Line] = []
    for index, chunk in enumerate(chunks):
        line = _line(chunk)
        if line and _is_wanted(line, chunk, is_strong=is_strong, is_first=index == 0):
            lines.append(line)
        elif lines and line is not None and lines[-1].reason:
            lines[-1] = replace(lines[-1], reason=f"{lines[-1].reason} and {chunk.strip()}")
    shared = lines[-1].reason if lines else ""
    return [replace(line, reason=_reason(line.reason or shared, why)) for line in lines]


def _is_wanted(line: Line, chunk: str, *, is_strong: bool, is_first: bool) -> bool:
    if line.item == IT:
        return is_strong or line.quantity is not None
    if line.is_known:
        return True
    has_digits = bool(re.match(r"\W*\d", chunk))
    if line.item is None:
        return line.quantity is not None and is_first and (is_strong or has_digits)
    if line.quantity is not None and has_digits:
        return True
    return is_strong and is_first


def _line(chunk: str) -> Line | None:
    """`20 office chairs for Berlin`: how many, of what, and what for."""
    before = _BEFORE_NUMBER.match(chunk)
    rest = chunk[before.end() :] if before else _LEADING.sub("", chunk)
    number = number_at(rest)
    quantity, rest = number or (None, rest)
    after = _AFTER_NUMBER.match(rest)
    rest = rest[after.end() :] if after else rest
    nouns: list[str] = []
    while (noun := _NOUN.match(rest)) and noun[1].lower() not in _STOPS and len(nouns) < 4:
        nouns.append(noun[1])
        rest = rest[noun.end() :]
    if quantity is None and (turned := re.match(r"\s*[:x×]\s*(\d+)\b", rest)):  # "chairs x 20"
        quantity, rest = float(turned[1]), rest[turned.end() :]
    item = next((name for noun in nouns if (name := known(noun))), None)
    if item:
        return Line(quantity, item, is_known=True, reason=_purpose(rest))
    return Line(quantity, _unknown(nouns), reason=_purpose(rest))


def _unknown(nouns: list[str]) -> str | None:
    if nouns and nouns[0].lower() in _POINTING:
        return IT
    said = [noun.lower() for noun in nouns if singular(noun) not in _NOTHING]
    return " ".join([*said[:-1], singular(said[-1])]) if said else None


def _purpose(rest: str) -> str:
    """The part after the item, if it says what for or by when."""
    rest = rest.strip()
    if re.match(r"(?:by|before|until)\b", rest, re.IGNORECASE):
        return f"needed {rest}"
    return rest if _PURPOSE.match(rest) else ""


def _reason(purpose: str, why: str) -> str:
    return _sentence(", ".join(part.strip(" ,") for part in (purpose, why) if part.strip(" ,")))


def _sentence(text: str) -> str:
    """Capital letter and full stop, and not more than an approver wants to read."""
    ending = _SENTENCE_END.search(text)
    text = " ".join((text[: ending.start()] if ending else text).split()).strip(" ,.;:!?")[:300]
    return f"{text[0].upper()}{text[1:]}." if text else ""
