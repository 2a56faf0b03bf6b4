"""Slack's own spelling of a sentence, and that of a field that shows no markup."""

from collections.abc import Mapping
from datetime import datetime

from countersign.slack.text import escape, mention, mention_channel, mention_group, moment
from workflows.contracts.origins import full_name, is_in_slack


class MrkdwnVoice:
    """For mrkdwn: mentions ring, and Slack shows names, links and local times.

    docs.slack.dev/messaging/formatting-message-text
    """

    def __init__(self, reader: str = "") -> None:
        self.reader = reader

    def text(self, words: str) -> str:
        """See `Voice`."""
        return escape(words)

    def who(self, id_: str) -> str:
        """See `Voice`. What is no id stays harmless text."""
        if not is_in_slack(id_):
            return mention(id_)
        if not id_.isascii() or not id_.isalnum():
            return escape(id_)
        match id_[:1]:
            case "C" | "G":
                return f"anyone in {mention_channel(id_)}"
            case "S":
                return mention_group(id_)
            case "U" | "W":
                return mention(id_)
            case _:
                return id_

    def strong(self, words: str) -> str:
        """See `Voice`."""
        return f"*{words}*"

    def code(self, words: str) -> str:
        """See `Voice`."""
        return f"`{escape(words)}`"

    def link(self, label: str, address: str) -> str:
        """See `Voice`."""
        return f"<{address}|{label}>"

    def moment(self, at: datetime) -> str:
        """See `Voice`."""
        return moment(at)


class PlainVoice:
    """Without any markup: for a terminal, and for what stands beside a field of a dialog."""

    def __init__(self, names: Mapping[str, str], *, links: bool = False, reader: str = "") -> None:
        self._names = names
        self.reader = reader
        self._links = links

    def text(self, words: str) -> str:
        """See `Voice`."""
        return words

    def who(self, id_: str) -> str:
        """See `Voice`."""
        if not is_in_slack(id_):
            return full_name(id_)
        name = self._names.get(id_, id_)
        match id_[:1]:
            case "C" | "G":
                return f"anyone in #{name}"
            case "S":
                return f"the group {name}"
            case _:
                return f"@{name}"

    def strong(self, words: str) -> str:
        """See `Voice`."""
        return words

    def code(self, words: str) -> str:
        """See `Voice`."""
        return words

    def link(self, label: str, address: str) -> str:
        """See `Voice`."""
        return f"{label}: {address}" if self._links else ""

    def moment(self, at: datetime) -> str:
        """See `Voice`."""
        return f"at {at:%H:%M} UTC"
