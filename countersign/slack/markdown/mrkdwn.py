"""Markdown, as models write it, in Slack's own markup.

The text is not trusted: whatever it says, the only `<…>` that leave here are links to the web or
to a mail address, so nobody is mentioned (docs.slack.dev/messaging/formatting-message-text).
"""

from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

from countersign.slack.markdown.inline import Line
from countersign.slack.markdown.literal import safe, unfenced
from countersign.slack.markdown.parsing import parse
from countersign.slack.markdown.table import table_lines
from countersign.slack.text import clean

_BULLETS = "•◦▪"
_RULE = "─" * 12
_AT_LINE_START = ("```", "> ")  # escaped text has no ">": these are ours
_INDENT = "    "
_TASK = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def to_mrkdwn(markdown: str) -> str:
    """Write Markdown in Slack's own markup; what has no counterpart becomes readable text."""
    text = clean(markdown)
    blocks = parse(text)
    return unfenced(safe(text.strip("\n"))) if blocks is None else _blocks(blocks)


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n", depth: int = 0) -> str:
    return between.join(text for node in nodes if (text := _block(node, depth)))


def _block(node: SyntaxTreeNode, depth: int) -> str:
    match node.type:
        case "paragraph" | "heading":
            return unfenced(_line(node))
        case "fence" | "code_block" | "table":
            return _code(node)
        case "bullet_list" | "ordered_list":
            return _list(node, depth)
        case "blockquote":
            return _prefixed(_blocks(node.children), "> ")
        case _:
            return _RULE if node.type == "hr" else safe(node.content)


def _line(node: SyntaxTreeNode) -> str:
    line = Line()
    return (
        line.marked("*", node.children) if node.type == "heading" else line.read(node.children)
    ).text


def _code(node: SyntaxTreeNode) -> str:
    text = "\n".join(table_lines(node)) if node.type == "table" else node.content.rstrip("\n")
    return f"```\n{unfenced(safe(text))}\n```"


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
