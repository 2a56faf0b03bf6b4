"""How sentences are spelt on the page of a task: Markdown that mentions nobody."""

import re
from collections.abc import Mapping
from datetime import datetime

from countersign.slack.text import clean
from countersign.slack.voice import PlainVoice
from workflows.contracts.approvals import ApprovalStatus

_MARKS = re.compile(r"([\\`*_{}\[\]<>|~$&]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What Markdown takes for more than a character within a line, and what it makes links of."""


class TaskVoice:
    """For Markdown on a page: what others wrote is shown as it is, and people have names."""

    reader = ""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        """`names` are by id."""
        self._plain = PlainVoice(names or {})

    def text(self, words: str) -> str:
        """See `Voice`."""
        return _MARKS.sub(r"\\\1", " ".join(clean(words).split()))

    def who(self, id_: str) -> str:
        """See `Voice`."""
        return self.text(self._plain.who(id_))

    def strong(self, words: str) -> str:
        """See `Voice`. What is within has been made harmless before."""
        return f"**{words}**"

    def code(self, words: str) -> str:
        """See `Voice`."""
        return f"`{' '.join(clean(words).split()).replace('`', chr(39))}`"

    def link(self, label: str, address: str) -> str:
        """See `Voice`."""
        is_address = re.fullmatch(r"https?://[^\s()<>]+", address)
        return f"[{label}]({address})" if is_address else ""

    def moment(self, at: datetime) -> str:
        """See `Voice`."""
        return f"{at:%Y-%m-%d %H:%M} UTC"


def voice_for(status: ApprovalStatus | None) -> TaskVoice:
    """A voice that knows what everybody in an approval is called."""
    return TaskVoice(names_in(status) if status else {})


def names_in(status: ApprovalStatus) -> Mapping[str, str]:
    """What everybody in an approval is called, by their ids."""
    decisions = [*(vote.decision for vote in status.votes), status.decision]
    people = [status.request.call.requester, *(it.by for it in decisions if it and it.by)]
    people += [hand.to for hand in status.handed]
    return {**status.in_force.names, **{it.user: it.name for it in people if it.name}}
