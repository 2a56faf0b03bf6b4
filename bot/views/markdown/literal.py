"""Text that means nothing to Slack."""

import re

from bot.views.text import clean, escape

APART = "\u200b"
"""Slack reads a mark only at the edge of a word: this makes an edge."""


def safe(text: str) -> str:
    """Escaped, and cleaned once more: an entity such as `&#x202E;` passed the first time."""
    return escape(clean(text))


def unmentioned(text: str) -> str:
    """Markdown as it was, but naming nobody: Slack sees a mention only right after its `<`."""
    return re.sub("<(?=[@#!])", f"<{APART}", text)


def unfenced(text: str) -> str:
    """No block of code begins or ends in the middle of a text."""
    return re.sub("`(?=``)", f"`{APART}", text)
