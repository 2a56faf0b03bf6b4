"""Markdown, as models write it, for notifications and for where Slack takes no Markdown block.

The text is not trusted. Whatever it says, the only `<…>` that leave here are links to channels, so
nobody is mentioned (docs.slack.dev/messaging/formatting-message-text).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from textwrap import indent

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from countersign.slack.text import clean, escape

_DEEPEST = 40
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(
    ["table", "strikethrough"]
)
_CHANNEL = "[CG][A-Z0-9]{1,40}"
_APART = "\u200b"


@lru_cache(maxsize=16)  # a piece is looked at when it is cut, and again when it is posted
def fallback_text(markdown: str) -> str:
    """The words of a text, with every address, and with Slack's marks only where code is.

    What is nested so deep that the parser drops some of it, or would grow to more than twice its
    length, stays as it was written.
    """
    text = clean(markdown).strip("\n")
    tokens = _PARSER.parse(text)
    words = _blocks(SyntaxTreeNode(tokens).children)
    is_dropped = any(token.level >= _DEEPEST - 1 for token in tokens)
    if is_dropped or len(words) > 2 * len(text) + 20:
        words = _apart(text)
    return re.sub(f"&lt;#({_CHANNEL})&gt;", r"<#\1>", escape(words))


def unmentioned(markdown: str) -> str:
    """Markdown as it was, but mentions nobody: Slack sees a mention only right after its `<`.

    A channel that is named by its id stays a link to it.
    """
    return re.sub(f"<(?=[@!]|#(?!{_CHANNEL}>))", f"<{_APART}", markdown)


def _apart(text: str) -> str:
    """Cleaned, and without a fence in which Slack would see the beginning of code."""
    return re.sub("`(?=``)", f"`{_APART}", clean(text))


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "inline":
            return _apart(_words(node.children))
        case "fence" | "code_block":
            return "\n".join(("```", _apart(node.content.rstrip("\n")), "```"))
        case "blockquote":
            return indent(_blocks(node.children), "> ", lambda _: True)
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "tr":
            return " | ".join(map(_block, node.children))
        case _:
            return _blocks(node.children, "\n")


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    items: list[str] = []
    for number, item in enumerate(node.children, first):
        marker = f"{number}." if node.type == "ordered_list" else "•"
        items.append(f"{marker} {indent(_block(item), '  ').lstrip(' ')}".rstrip())
    return "\n".join(items)


def _words(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "code_inline" if "`" not in node.content:
            return f"`{node.content}`"
        case "link" | "image":
            return _link(node)
        case _:
            return _words(node.children) or node.content


def _link(node: SyntaxTreeNode) -> str:
    """With its address, so that no label can claim another one."""
    address = str(node.attrs.get("href") or node.attrs.get("src") or "")
    label = " ".join(_words(node.children).split())
    if address in {"", label, f"mailto:{label}"}:
        return label
    return f"{label} ({address})" if label else address
