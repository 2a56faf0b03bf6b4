"""Markdown, as models write it, into what Slack shows: `to_mrkdwn`, and `split` for long answers.

The text is not trusted: whatever it says, the only `<…>` that leave here are links to the web or
to a mail address, so nobody is mentioned (docs.slack.dev/messaging/formatting-message-text).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.views.text import clean, clusters, escape

SMALLEST_LIMIT = 300
"""Below this a quote in a list in a quote would leave no room for words."""

_DEEPEST = 40
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(
    ["table", "strikethrough"]
)
_MARKS = {"strong": "*", "em": "_", "s": "~"}
_BULLETS = "•◦▪"
_RULE = "─" * 12
_AT_LINE_START = ("```", "> ")  # escaped text has no ">": these are ours
_APART = "\u200b"  # Slack reads a mark only at the edge of a word: this makes an edge
_INDENT = "    "
_WEB = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
_TASK = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def to_mrkdwn(markdown: str) -> str:
    """Write Markdown in Slack's own markup; what has no counterpart becomes readable text."""
    text = clean(markdown)
    tokens = _PARSER.parse(text)
    if any(token.level >= _DEEPEST - 1 for token in tokens):  # the parser drops what is deeper
        return _unfenced(_safe(text.strip("\n")))
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n", depth: int = 0) -> str:
    return between.join(text for node in nodes if (text := _block(node, depth)))


def _block(node: SyntaxTreeNode, depth: int) -> str:
    match node.type:
        case "paragraph" | "heading":
            return _unfenced(_line(node))
        case "fence" | "code_block" | "table":
            return _code(node)
        case "bullet_list" | "ordered_list":
            return _list(node, depth)
        case "blockquote":
            return _prefixed(_blocks(node.children), "> ")
        case _:
            return _RULE if node.type == "hr" else _safe(node.content)


def _line(node: SyntaxTreeNode) -> str:
    line = _Line()
    return (
        line.marked("*", node.children) if node.type == "heading" else line.read(node.children)
    ).text


def _code(node: SyntaxTreeNode) -> str:
    text = "\n".join(_table(node)) if node.type == "table" else node.content.rstrip("\n")
    return f"```\n{_unfenced(_safe(text))}\n```"


def _list(node: SyntaxTreeNode, depth: int) -> str:
    first = int(node.attrs.get("start", 1))
    bullet = _BULLETS[depth % len(_BULLETS)]
    items: list[str] = []
    for number, item in enumerate(node.children, first):
        marker = f"{number}." if node.type == "ordered_list" else bullet
        body = _blocks(item.children, "\n", depth + 1)
        items.append(_item(marker, body))
    return "\n".join(items)


def _item(marker: str, body: str) -> str:
    if body[:4] in _TASK:
        body = _TASK[body[:4]] + body[4:]
    head, _, rest = ("", "", body) if body.startswith(_AT_LINE_START) else body.partition("\n")
    lines = (f"{marker} {head}".rstrip(), _prefixed(rest, _INDENT))
    return "\n".join(line for line in lines if line)


def _prefixed(text: str, prefix: str) -> str:
    """Put something before each line, except where Slack would then see no code or no quote."""
    lines: list[str] = []
    in_code = False
    for line in text.split("\n") if text else ():
        stays = in_code or line.startswith(_AT_LINE_START)
        lines.append(line if stays else prefix + line)
        in_code ^= line.startswith("```")
    return "\n".join(lines)


def _table(node: SyntaxTreeNode) -> list[str]:
    rows = [row for part in node.children for row in part.children]
    cells = [[_plain(cell.children, _words_and_address) for cell in row.children] for row in rows]
    sides = [
        str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in rows[0].children
    ]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(_aligned, row, widths, sides)).rstrip() for row in cells]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def _aligned(cell: str, width: int, side: str) -> str:
    room = width - _width(cell)
    left = {"right": room, "center": room // 2}.get(side, 0)
    return " " * left + cell + " " * (room - left)


def _width(text: str) -> int:
    """How many columns a fixed-width font needs."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


class _Line:
    """Text with marks: closed before each line break, opened again after it, never doubled."""

    def __init__(self) -> None:
        self.text = ""
        self._open: list[str] = []
        self._just_closed = False

    def read(self, nodes: Iterable[SyntaxTreeNode]) -> "_Line":
        for node in nodes:
            self._read(node)
        return self

    def marked(self, mark: str, nodes: Iterable[SyntaxTreeNode]) -> "_Line":
        if mark in self._open:
            return self.read(nodes)
        if self._just_closed or self.text[-1:].isalnum():
            self.text += _APART
        self._open.append(mark)
        self.text, self._just_closed = self.text + mark, False
        start = len(self.text)
        self.read(nodes)
        self._open.pop()
        if len(self.text) == start:  # nothing to mark
            self.text = self.text.removesuffix(mark)
        else:
            self.text, self._just_closed = self.text + mark, True
        return self

    def _read(self, node: SyntaxTreeNode) -> None:
        match node.type:
            case "inline":
                self.read(node.children)
            case "strong" | "em" | "s":
                self.marked(_MARKS[node.type], node.children)
            case "softbreak" | "hardbreak":
                self.text += "".join(reversed(self._open)) + "\n" + "".join(self._open)
                self._just_closed = False
            case "link" | "image":
                self._write(_link(node))
            case "code_inline" if "`" not in node.content:
                self._write(f"`{_safe(node.content)}`")
            case _:
                self._write(_safe(node.content))

    def _write(self, text: str) -> None:
        if self._just_closed and text[:1].isalnum():
            self.text += _APART
        self.text += text
        self._just_closed = self._just_closed and not text


def _link(node: SyntaxTreeNode) -> str:
    """A link that can be pressed if it leads to the web; its true address if it claims another."""
    address = str(node.attrs.get("href") or node.attrs.get("src") or "")
    label = " ".join(_plain(node.children).split())
    if not _WEB.fullmatch(address):
        return _safe(f"{label} ({address})" if address else label)
    target = re.sub(r"[<>|]", lambda found: f"%{ord(found.group()):X}", clean(address))
    target = target.replace("&", "&amp;")
    if not label or label == address:
        return f"<{target}>"
    if "://" in label and label.rstrip("/") != address.rstrip("/"):
        return f"{_safe(label)} (<{target}>)"
    return f"<{target}|{_safe(label)}>"


def _words(node: SyntaxTreeNode) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    return "".join(map(_words, node.children)) if node.children else node.content


def _words_and_address(node: SyntaxTreeNode) -> str:
    """For code, where no link can be pressed and so its address must be read."""
    if node.children and node.type not in {"link", "image"}:
        return "".join(map(_words_and_address, node.children))
    label = _words(node)
    address = str(node.attrs.get("href") or node.attrs.get("src") or label)
    return label if address == label else f"{label} ({address})".strip()


def _plain(nodes: Iterable[SyntaxTreeNode], words: Callable[[SyntaxTreeNode], str] = _words) -> str:
    """The words alone, for places where Slack allows no marks; not escaped yet."""
    return clean("".join(map(words, nodes))).replace("\n", " ")


def _safe(text: str) -> str:
    """Escaped, and cleaned once more: an entity such as `&#x202E;` passed the first time."""
    return escape(clean(text))


def _unfenced(text: str) -> str:
    """No block of code begins or ends in the middle of a text."""
    return re.sub("`(?=``)", f"`{_APART}", text)


_T = TypeVar("_T")
_Fits = Callable[[str], bool]
_MARKER = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=[^ ])|(?=\s|$))")
_QUOTED = re.compile(r"^ {0,3}>[ \t]?", re.MULTILINE)
_ATOM = re.compile(r"&#?\w{1,40};|\\[!-/:-@\[-`{-~]")  # an entity, an escape
_BLOCK_START = re.compile(r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?=\s|$)|>|[-*_=]{3,}\s*$|```|~~~")
_INFO_LIMIT = 40


@dataclass(frozen=True, slots=True)
class _Source:
    """One block as it was written, and what it can be cut into."""

    kind: str
    text: str
    parts: tuple[str, ...] = ()
    info: str = ""


def split(markdown: str, limit: int = 3_800) -> list[str]:
    """Cut Markdown into pieces that fit, each whole Markdown of its own, as is and as mrkdwn.

    The cut is between blocks if it can be, else between items, rows or lines, else between words.
    """
    if limit < SMALLEST_LIMIT:
        msg = f"a piece needs room for at least {SMALLEST_LIMIT} characters"
        raise ValueError(msg)
    text = clean(markdown).strip("\n")
    complete = partial(_with_definitions, _definitions(text, limit // 2))

    def fits(piece: str) -> bool:
        whole = complete(piece)
        return len(whole) <= limit and len(to_mrkdwn(whole)) <= limit

    pieces = [text] if len(text) <= limit and len(to_mrkdwn(text)) <= limit else []
    pieces = pieces or [complete(piece.strip("\n")) for piece in _divide(text, fits)]
    return [piece for piece in pieces if to_mrkdwn(piece).strip()]


def _definitions(text: str, room: int) -> dict[str, str]:
    """`[label]: address` lines, which every piece that uses the label needs."""
    env: dict[str, dict[str, dict[str, str]]] = {}
    _PARSER.parse(text, env)
    references = env.get("references", {})
    lines = {label: f"[{label}]: <{entry['href']}>" for label, entry in references.items()}
    return lines if sum(map(len, lines.values())) <= room else {}


def _with_definitions(definitions: dict[str, str], piece: str) -> str:
    upper = piece.upper()
    needed = [line for label, line in definitions.items() if f"[{label}]" in upper]
    return "\n\n".join([piece, "\n".join(needed)]) if needed else piece


def _divide(text: str, fits: _Fits) -> list[str]:
    def smaller(source: _Source) -> list[_Source]:
        return [_Source("part", part) for part in _divide_block(source, fits)]

    return _gathered(_sources(text), _written, fits, smaller, lambda one: one.kind == "heading")


def _written(sources: Sequence[_Source]) -> str:
    return "\n\n".join(source.text for source in sources)


def _sources(text: str) -> list[_Source]:
    tokens = _PARSER.parse(text)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return [_Source("text", text)]
    lines = text.split("\n")
    return [_source(node, lines) for node in SyntaxTreeNode(tokens).children]


def _source(node: SyntaxTreeNode, lines: Sequence[str]) -> _Source:
    def written(part: SyntaxTreeNode) -> str:
        start, end = part.map or (0, 0)
        return "\n".join(lines[start:end]).rstrip("\n")

    match node.type:
        case "fence" | "code_block":
            code, info = node.content.rstrip("\n").split("\n"), node.info.strip()[:_INFO_LIMIT]
            return _Source("code", _fenced(info, code), tuple(code), info)
        case "bullet_list" | "ordered_list":
            return _Source("list", written(node), tuple(map(written, node.children)))
        case kind:
            return _Source(kind, written(node))


def _divide_block(source: _Source, fits: _Fits) -> list[str]:
    match source.kind:
        case "code":
            return _divide_code(source, fits)
        case "list":
            items = partial(_divide_item, fits=fits)
            return _gathered(source.parts, "\n".join, fits, items)
        case "blockquote":
            inner = _QUOTED.sub("", source.text)
            return [_quoted(part) for part in _divide(inner, lambda part: fits(_quoted(part)))]
        case "table":
            return _divide_table(source.text, fits)
        case _:
            return _divide_text(source.text, fits)


def _divide_code(source: _Source, fits: _Fits) -> list[str]:
    fenced = partial(_fenced, source.info)

    def shorter(line: str) -> list[str]:
        return _gathered(_atoms(line), "".join, lambda part: fits(fenced([part])))

    return _gathered(source.parts, fenced, fits, shorter)


def _fenced(info: str, lines: Sequence[str]) -> str:
    """Code between fences that no line of it can close."""
    code = "\n".join(lines)
    mark = "~" if "`" in info or "```" in code else "`"
    longest = max((len(run) for run in re.findall(f"{mark}+", code)), default=0)
    fence = mark * max(3, longest + 1)
    return f"{fence}{info}\n{code}\n{fence}"


def _divide_item(text: str, fits: _Fits) -> list[str]:
    """The first part keeps the marker; the others stand without indentation."""
    text = text.expandtabs(4)
    marker = found.group().rstrip() + " " if (found := _MARKER.match(text)) else ""
    pad = " " * len(marker)
    rest = text[len(marker) :].lstrip(" ")
    inner = re.sub(f"^ {{0,{len(marker)}}}", "", rest, flags=re.MULTILINE)

    def item(part: str) -> str:
        return marker + part.replace("\n", f"\n{pad}")

    parts = _divide(inner, lambda part: fits(part) and fits(item(part))) or [""]
    return [item(parts[0]), *(f"{part}\n" for part in parts[1:])]


def _quoted(text: str) -> str:
    return "> " + text.replace("\n", "\n> ")


def _divide_table(text: str, fits: _Fits) -> list[str]:
    """Rows under a header that every part repeats; as text if a row is too long for that."""
    head, line, *rows = text.split("\n")

    def table(some: Sequence[str]) -> str:
        return "\n".join([head, line, *some])

    if rows and all(fits(table([row])) for row in rows):
        return _gathered(rows, table, fits)
    return _divide_text(text, fits)


def _divide_text(text: str, fits: _Fits) -> list[str]:
    lines = [line.strip(" \t") for line in text.split("\n")]
    return _gathered(lines, "\n".join, fits, partial(_divide_line, fits=fits))


def _divide_line(line: str, fits: _Fits) -> list[str]:
    def both(part: str) -> bool:
        return fits(part) and fits(_literal(part))

    def shorter(word: str) -> list[str]:
        return _gathered(_atoms(word), "".join, both)

    first, *rest = _gathered(line.split(" "), " ".join, both, shorter)
    return [first, *map(_literal, rest)]


def _literal(text: str) -> str:
    """Words from the middle of a line begin no heading, item, quote or fence."""
    text = text.lstrip(" ")
    found = _BLOCK_START.match(text)
    if not found:
        return text
    place = len(found.group()) - 1 if found.group()[0].isdigit() else 0
    return f"{text[:place]}\\{text[place:]}"


def _atoms(text: str) -> list[str]:
    """What must not be torn: entities, escapes, emoji."""
    atoms: list[str] = []
    start = 0
    for found in _ATOM.finditer(text):
        atoms += [*clusters(text[start : found.start()]), found.group()]
        start = found.end()
    return [*atoms, *clusters(text[start:])]


def _never(_: object) -> bool:
    return False


def _gathered(
    parts: Iterable[_T],
    join: Callable[[Sequence[_T]], str],
    fits: _Fits,
    smaller: Callable[[_T], list[_T]] | None = None,
    stays_with_next: Callable[[_T], bool] = _never,
) -> list[str]:
    """Join as many parts as fit, again and again; a part too big alone is made smaller."""
    done: list[str] = []
    rest = list(parts)
    while rest:
        count = _most(rest, join, fits)
        if count == 0 and smaller:
            *whole, last = smaller(rest[0])
            done += [join([part]) for part in whole]
            rest[0] = last
            count = _most(rest, join, fits)
        if 1 < count < len(rest) and stays_with_next(rest[count - 1]):
            count -= 1
        count = max(count, 1)
        done.append(join(rest[:count]))
        rest = rest[count:]
    return done


def _most(parts: Sequence[_T], join: Callable[[Sequence[_T]], str], fits: _Fits) -> int:
    """How many of the first parts fit together, found in few tries."""
    low, high = 0, 1
    while high <= len(parts) and fits(join(parts[:high])):
        low, high = high, 2 * high
    high = min(high, len(parts) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(join(parts[:middle])) else (low, middle)
    return low
