"""Words that were written for Slack, as a terminal shows them."""

import html
import re
from collections.abc import Callable, Mapping

from countersign.slack.text import clean

_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_MARKED = re.compile(r"(?<!\w)([*`])(\S(?:[^*`\n]*\S)?)\1(?!\w)")


def plain(markup: str, names: Mapping[str, str]) -> str:
    """Slack's markup without its signs; an id becomes a name where it is known.

    Args:
        markup: text in Slack's mrkdwn, escaped as Slack wants it.
        names: what people are called, by their ids.
    """
    text = _REFERENCE.sub(_reading(names), _MARKED.sub(r"\2", markup))
    return printable(html.unescape(text))


def printable(text: str) -> str:
    """Text by others, without what would steer a terminal."""
    return clean(text)


def _reading(names: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def read(found: re.Match[str]) -> str:
        target, label = found.group(1), found.group(2) or ""
        match target[:1]:
            case "@":
                return f"@{names.get(target[1:]) or label or target[1:]}"
            case "#":
                return f"#{label or target[1:]}"
            case "!":
                return label or f"@{target.rpartition('^')[2].removeprefix('!')}"
            case _:
                return f"{label}: {target}" if label else target

    return read
