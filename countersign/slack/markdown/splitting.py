"""Cuts Markdown into pieces that fit, each of them Markdown of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markdown_it.tree import SyntaxTreeNode

from countersign.slack.markdown.gathering import Fits, gathered
from countersign.slack.markdown.lines import atoms, divide_text
from countersign.slack.markdown.mrkdwn import to_mrkdwn
from countersign.slack.markdown.parsing import definitions, parse
from countersign.slack.text import clean

SMALLEST_LIMIT = 300
"""Below this a quote in a list in a quote would leave no room for words."""

_MARKER = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=[^ ])|(?=\s|$))")
_QUOTED = re.compile(r"^ {0,3}>[ \t]?", re.MULTILINE)
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
    """What every piece needs that uses a label; none if that would leave no room for words."""
    lines = definitions(text)
    return lines if sum(map(len, lines.values())) <= room else {}


def _with_definitions(definitions: dict[str, str], piece: str) -> str:
    upper = piece.upper()
    needed = [line for label, line in definitions.items() if f"[{label}]" in upper]
    return "\n\n".join([piece, "\n".join(needed)]) if needed else piece


def _divide(text: str, fits: Fits) -> list[str]:
    def smaller(source: _Source) -> list[_Source]:
        return [_Source("part", part) for part in _divide_block(source, fits)]

    return gathered(_sources(text), _written, fits, smaller, lambda one: one.kind == "heading")


def _written(sources: Sequence[_Source]) -> str:
    return "\n\n".join(source.text for source in sources)


def _sources(text: str) -> list[_Source]:
    blocks = parse(text)
    if blocks is None:
        return [_Source("text", text)]
    lines = text.split("\n")
    return [_source(node, lines) for node in blocks]


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


def _divide_block(source: _Source, fits: Fits) -> list[str]:
    match source.kind:
        case "code":
            return _divide_code(source, fits)
        case "list":
            items = partial(_divide_item, fits=fits)
            return gathered(source.parts, "\n".join, fits, items)
        case "blockquote":
            inner = _QUOTED.sub("", source.text)
            return [_quoted(part) for part in _divide(inner, lambda part: fits(_quoted(part)))]
        case "table":
            return _divide_table(source.text, fits)
        case _:
            return divide_text(source.text, fits)


def _divide_code(source: _Source, fits: Fits) -> list[str]:
    fenced = partial(_fenced, source.info)

    def shorter(line: str) -> list[str]:
        return gathered(atoms(line), "".join, lambda part: fits(fenced([part])))

    return gathered(source.parts, fenced, fits, shorter)


def _fenced(info: str, lines: Sequence[str]) -> str:
    """Code between fences that no line of it can close."""
    code = "\n".join(lines)
    mark = "~" if "`" in info or "```" in code else "`"
    longest = max((len(run) for run in re.findall(f"{mark}+", code)), default=0)
    fence = mark * max(3, longest + 1)
    return f"{fence}{info}\n{code}\n{fence}"


def _divide_item(text: str, fits: Fits) -> list[str]:
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


def _divide_table(text: str, fits: Fits) -> list[str]:
    """Rows under a header that every part repeats; as text if a row is too long for that."""
    head, line, *rows = text.split("\n")

    def table(some: Sequence[str]) -> str:
        return "\n".join([head, line, *some])

    if rows and all(fits(table([row])) for row in rows):
        return gathered(rows, table, fits)
    return divide_text(text, fits)
