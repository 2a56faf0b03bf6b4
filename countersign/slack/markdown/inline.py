"""One line of Markdown in Slack's own markup: marks, links, code, and plain words."""

import re
from collections.abc import Callable, Iterable

from markdown_it.tree import SyntaxTreeNode

from countersign.slack.markdown.literal import APART, safe
from countersign.slack.text import clean

_MARKS = {"strong": "*", "em": "_", "s": "~"}
_WEB = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)


class Line:
    """Text with marks: closed before each line break, opened again after it, never doubled."""

    def __init__(self) -> None:
        self.text = ""
        self._open: list[str] = []
        self._just_closed = False

    def read(self, nodes: Iterable[SyntaxTreeNode]) -> "Line":
        """Write what these say."""
        for node in nodes:
            self._read(node)
        return self

    def marked(self, mark: str, nodes: Iterable[SyntaxTreeNode]) -> "Line":
        """The same between marks, unless they are open already."""
        if mark in self._open:
            return self.read(nodes)
        if self._just_closed or self.text[-1:].isalnum():
            self.text += APART
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
                self._write(f"`{safe(node.content)}`")
            case _:
                self._write(safe(node.content))

    def _write(self, text: str) -> None:
        if self._just_closed and text[:1].isalnum():
            self.text += APART
        self.text += text
        self._just_closed = self._just_closed and not text


def _link(node: SyntaxTreeNode) -> str:
    """A link that can be pressed if it leads to the web; its true address if it claims another."""
    address = str(node.attrs.get("href") or node.attrs.get("src") or "")
    label = " ".join(plain(node.children).split())
    if not _WEB.fullmatch(address):
        return safe(f"{label} ({address})" if address else label)
    target = re.sub(r"[<>|]", lambda found: f"%{ord(found.group()):X}", clean(address))
    target = target.replace("&", "&amp;")
    if not label or label == address:
        return f"<{target}>"
    if "://" in label and label.rstrip("/") != address.rstrip("/"):
        return f"{safe(label)} (<{target}>)"
    return f"<{target}|{safe(label)}>"


def words_of(node: SyntaxTreeNode) -> str:
    """Its words, without marks and addresses."""
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    return "".join(map(words_of, node.children)) if node.children else node.content


def words_and_address(node: SyntaxTreeNode) -> str:
    """For code, where no link can be pressed and so its address must be read."""
    if node.children and node.type not in {"link", "image"}:
        return "".join(map(words_and_address, node.children))
    label = words_of(node)
    address = str(node.attrs.get("href") or node.attrs.get("src") or label)
    return label if address == label else f"{label} ({address})".strip()


def plain(
    nodes: Iterable[SyntaxTreeNode], words: Callable[[SyntaxTreeNode], str] = words_of
) -> str:
    """The words alone, for places where Slack allows no marks; not escaped yet."""
    return clean("".join(map(words, nodes))).replace("\n", " ")
