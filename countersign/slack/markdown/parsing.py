"""Markdown as a tree, and how deep it may go."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_DEEPEST = 40
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(
    ["table", "strikethrough"]
)


def parse(text: str) -> Sequence[SyntaxTreeNode] | None:
    """The blocks of a text, or None if it is nested so deep that the parser drops some of it."""
    tokens = _PARSER.parse(text)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return None
    return SyntaxTreeNode(tokens).children


def definitions(text: str) -> dict[str, str]:
    """`[label]: address` lines by their labels, in capitals."""
    env: dict[str, dict[str, dict[str, str]]] = {}
    _PARSER.parse(text, env)
    references = env.get("references", {})
    return {label: f"[{label}]: <{entry['href']}>" for label, entry in references.items()}
