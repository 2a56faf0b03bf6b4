"""Why a call is made, for the person who has to approve it."""

import re

from sandbox.model.scene import Scene

QUOTE_LIMIT = 120
"""Characters of a message that a reason quotes."""


def asked(scene: Scene, what: str) -> str:
    """The reason if nobody gave one: that somebody asked, in their own words if unnamed."""
    if scene.speaker:
        return f"{scene.speaker} asked {what} in this thread."
    words = " ".join(scene.text.split())
    shown = words if len(words) <= QUOTE_LIMIT else f"{words[:QUOTE_LIMIT]}…"
    return f"Asked {what} in this thread: “{shown}”"


def own_reason(reason: str) -> str:
    """A reason that a person gave; nothing, if it was only made up by `asked`."""
    return "" if re.match(r"(?:\w+ a|A)sked (?:for|to) ", reason) else reason
