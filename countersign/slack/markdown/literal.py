"""Text that means nothing to Slack."""

import re

from countersign.slack.text import clean, escape

_CHANNEL = "[CG][A-Z0-9]{1,40}"
APART = "\u200b"
"""Slack reads a mark only at the edge of a word: this makes an edge."""


def safe(text: str) -> str:
    """Escaped, and cleaned once more: an entity such as `&#x202E;` passed the first time."""
    return escape(clean(text))


def unmentioned(text: str) -> str:
    """Markdown as it was, but mentions nobody: Slack sees a mention only right after its `<`.

    A channel that is named by its id stays a link to it.
    """
    return re.sub(f"<(?=[@!]|#(?!{_CHANNEL}>))", f"<{APART}", text)


def channelled(mrkdwn: str) -> str:
    """Safe text in which a channel that is named by its id is a link to it."""
    return re.sub(f"&lt;#({_CHANNEL})&gt;", r"<#\1>", mrkdwn)


def unfenced(text: str) -> str:
    """No block of code begins or ends in the middle of a text."""
    return re.sub("`(?=``)", f"`{APART}", text)
