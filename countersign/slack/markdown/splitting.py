"""Cuts Markdown into pieces that fit, each of them Markdown of its own."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, groupby, islice, takewhile

import regex

from countersign.slack.markdown.fallback import fallback_text
from countersign.slack.text import LONGEST_CLUSTER, clean, escape

SMALLEST_LIMIT = 300
"""Below this a quote in a list in a quote would leave no room for words."""
_LONGEST_MARGIN = 16
_WITHIN, _NEVER = 1_000, 1_001
"""Levels of lines within a block, and of what stays with its heading."""

_BULLET = r"(?:[-+*]|\d{1,9}[.)])(?=\s|$)"
_MARKERS = re.compile(rf"((?:> ?| |{_BULLET})*)(.*)")
_MARGIN = re.compile(r"((?:> ?)*)( *)(.*)")
_FENCE = re.compile(r"(`{3,20}|~{3,20})([^`]{0,40})")
_TABLE_RULE = re.compile(r"[ >|:-]*-[ |:-]*")
_HEADING = re.compile(r"#{1,6}\s")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]+)\]: *\S+.*$", re.MULTILINE)
_BLOCK_START = re.compile(
    rf"^(\d{{0,9}})(?={_BULLET}|[.)](?=\s|$)|#{{1,6}}(?=\s|$)|>|[-*_=]{{3,}}\s*$|```|~~~)"
)
_ATOM = regex.compile(r"&#?\w{1,40};|\\[!-/:-@\[-`{-~]|\X")
"""What must not be torn: an entity, an escape, a grapheme cluster."""


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """What stands around lines of code or rows of a table, in every piece that has some."""

    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(len(escape(row)) + 1 for row in (*self.head, *self.foot))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it was written, or a part of one."""

    text: str
    margin: str = ""
    """What shows that it belongs to items and quotes that began before it."""
    level: int = _WITHIN
    """The less, the better to cut before it: how deep it lies in items and quotes."""
    frame: _Frame = _Frame()

    @property
    def size(self) -> int:
        return len(escape(self.text)) + 1


def split(markdown: str, limit: int = 3_800) -> list[str]:
    """Cut Markdown into pieces that fit, as they are and as their fallback text.

    Each is whole Markdown of its own. The cut is between blocks if it can be, else between items,
    rows or lines, else between words.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a piece needs room for at least {SMALLEST_LIMIT} characters")
    text = clean(markdown).strip("\n")
    pieces = [text] if _fits(text, limit) else _pieces(text, limit)
    return [piece for piece in pieces if fallback_text(piece).strip()]


def _fits(piece: str, limit: int) -> bool:
    return len(piece) <= limit and len(fallback_text(piece)) <= limit


def _pieces(text: str, limit: int) -> Iterator[str]:
    definitions = _definitions(text, limit // 2)
    lines, start = list(_lines(text, limit)), 0
    while start < len(lines):
        room = limit
        some, rest = _next(lines, start, room)
        while room > 1 and not _fits(_written(some, definitions), limit):
            room = room * 3 // 4
            some, rest = _next(lines, start, room)
        yield _written(some, definitions)
        start += len(some) - len(rest)
        lines[start : start + len(rest)] = rest


def _definitions(text: str, room: int) -> Mapping[str, str]:
    """What a piece needs that uses a label; none if that would leave no room for words."""
    found = {it[1].upper(): it[0] for it in _DEFINITION.finditer(text)}
    return found if sum(map(len, found.values())) <= room else {}


def _lines(text: str, limit: int) -> Iterator[_Line]:
    """The lines of a text; those of code and of tables without what stands around them."""
    rows = text.split("\n")
    at, before, is_gap = 0, "", False
    while at < len(rows):
        markers, words = _marked(rows[at])
        margin = _margin(markers) if len(markers) <= _LONGEST_MARGIN else ""
        level = _NEVER if _HEADING.match(before) else _level(before, markers, words, is_gap=is_gap)
        frame, end = _framed(rows, at, margin + words, limit)
        if frame.head and markers.strip("> "):  # no other piece is to begin with this marker
            yield _Line(markers.rstrip(), level=level)
            level = _WITHIN
        for row in rows[at + len(frame.head) : end]:
            is_verbatim = frame.foot and not margin
            yield _Line(row if is_verbatim else row.expandtabs(4), margin, level, frame)
            level = _WITHIN
        is_gap = not rows[at].strip("> ")
        before = before if is_gap else rows[at]
        at = end + len(frame.foot)


def _marked(row: str) -> tuple[str, str]:
    """What shows that a line belongs to items and quotes, and the rest."""
    markers, words = _MARKERS.findall(row.expandtabs(4))[0]
    return markers, words


def _margin(markers: str) -> str:
    """The same for further lines of these items and quotes."""
    return re.sub("[^ >]", " ", markers)


def _level(before: str, markers: str, words: str, *, is_gap: bool) -> int:
    """How deep is what holds both a line and the one before it, which may be behind a gap."""
    around = markers[: len(markers) - len(markers.lstrip("> "))]
    pairs = zip(_margin(_marked(before)[0]), around, strict=False)
    depth = 2 * sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    is_start = around != markers or _HEADING.match(words) or _FENCE.match(words)
    return depth if is_gap else depth + 1 if is_start else _WITHIN


def _framed(rows: Sequence[str], start: int, head: str, limit: int) -> tuple[_Frame, int]:
    """What stands around the lines that begin here, and where they end."""
    if opening := _FENCE.fullmatch(head.lstrip("> ")):
        margin, fence = head[: -len(opening[0])], opening[1]
        closing = re.compile(rf"[> ]*{fence}{fence[0]}*\s*")
        end = _first(rows, start + 1, lambda row: closing.fullmatch(row) is not None)
        return _Frame((head,), (margin + fence,)), end
    if "|" in head and _TABLE_RULE.fullmatch("".join(rows[start + 1 : start + 2])):
        frame = _Frame((head, rows[start + 1]))
        end = _first(rows, start + 2, lambda row: "|" not in row)
        longest = max((_Line(row).size for row in rows[start + 2 : end]), default=limit)
        if frame.size + longest <= limit:
            return frame, end
    return _Frame(), start + 1


def _first(rows: Sequence[str], start: int, is_it: Callable[[str], bool]) -> int:
    return next((at for at in range(start, len(rows)) if is_it(rows[at])), len(rows))


def _next(lines: Sequence[_Line], start: int, room: int) -> tuple[Sequence[_Line], Sequence[_Line]]:
    """The lines that go together, and what is left of the last one if it had to be cut."""
    count, frame = 0, _Frame()
    for line in islice(lines, start, None):
        room -= line.size + (line.frame.size if line.frame != frame else 0)
        if room < 0:
            break
        count, frame = count + 1, line.frame
    end = start + count
    if count and end < len(lines):
        end = min(range(start + 1, end + 1), key=lambda at: (lines[at].level, -at))
    if count:
        return lines[start:end], ()
    part, rest = _cut(lines[start], room + lines[start].size)
    return [part], [rest]


def _cut(line: _Line, room: int) -> tuple[_Line, _Line]:
    """Cut a line behind a word, or else where nothing is torn."""
    text, least = line.text, len(line.margin) + 1
    room = max(room * len(text) // len(escape(text)), least)
    atoms = (found.end() for found in _ATOM.finditer(text[: room + LONGEST_CLUSTER]))
    end = text.rfind(" ", room // 2, room) + 1
    end = max(end or max((at for at in atoms if at <= room), default=room), least)
    rest = text[end:] if line.frame.foot else _literal(text[end:])
    return replace(line, text=text[:end]), replace(line, text=line.margin + rest, level=_WITHIN)


def _literal(text: str) -> str:
    """Words from the middle of a line begin no heading, item, quote or fence."""
    return _BLOCK_START.sub(r"\1\\", text.lstrip(" "))


def _written(lines: Sequence[_Line], definitions: Mapping[str, str]) -> str:
    rows: list[str] = []
    for frame, some in groupby(lines, key=lambda line: line.frame):
        rows += [*frame.head, *(line.text for line in some), *frame.foot]
    piece = "\n".join(_dedented(dropwhile(lambda row: not row.strip(), rows))).rstrip("\n")
    upper = piece.upper()
    needed = [it for label, it in definitions.items() if f"[{label}]" in upper and it not in piece]
    return "\n\n".join([piece, "\n".join(needed)]) if needed else piece


def _dedented(rows: Iterable[str]) -> Iterator[str]:
    """Without the margin of an item in which they begin; behind that, an empty line."""
    margin = None
    for row in rows:
        quote, space, words = _MARGIN.findall(row)[0]
        margin = len(space) if margin is None else margin
        if words and len(space) < margin:
            yield quote.rstrip()
            margin = 0
        yield quote + space[margin:] + words
