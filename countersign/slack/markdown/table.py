"""A table as lines of fixed width, since Slack has no tables in its markup."""

import unicodedata

from markdown_it.tree import SyntaxTreeNode

from countersign.slack.markdown.inline import plain, words_and_address


def table_lines(node: SyntaxTreeNode) -> list[str]:
    """Its rows with a rule below the header, every column as wide as its widest cell."""
    rows = [row for part in node.children for row in part.children]
    cells = [[plain(cell.children, words_and_address) for cell in row.children] for row in rows]
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
