"""How a surface writes what is in a sentence: people, code, links, moments."""

from datetime import datetime
from typing import Protocol

from workflows.contracts.origins import full_name, is_in_slack


class Voice(Protocol):
    """Spells the parts of a sentence. What others wrote is made harmless by `text`."""

    @property
    def reader(self) -> str:
        """Id of the one person who reads it; empty if others do too."""
        ...

    def text(self, words: str) -> str:
        """People's words, so that they mention nobody and link nowhere."""
        ...

    def who(self, id_: str) -> str:
        """A user, a group, or the members of a channel, by id. Who is not in Slack is named."""
        ...

    def strong(self, words: str) -> str:
        """The name of something to press."""
        ...

    def code(self, words: str) -> str:
        """Something to type, or an id."""
        ...

    def link(self, label: str, address: str) -> str:
        """A way on; empty where nothing can be opened."""
        ...

    def moment(self, at: datetime) -> str:
        """A time of day, to follow a verb: "at 21:18 UTC"."""
        ...


class MarkdownVoice:
    """For `markdown` blocks and models: nobody is mentioned, people are named before."""

    reader = ""

    def text(self, words: str) -> str:
        """See `Voice`."""
        return words

    def who(self, id_: str) -> str:
        """See `Voice`."""
        return id_ if is_in_slack(id_) else full_name(id_)

    def strong(self, words: str) -> str:
        """See `Voice`."""
        return f"**{words}**"

    def code(self, words: str) -> str:
        """See `Voice`."""
        return f"`{words}`"

    def link(self, label: str, address: str) -> str:
        """See `Voice`."""
        return f"[{label}]({address})"

    def moment(self, at: datetime) -> str:
        """See `Voice`."""
        return f"at {at:%H:%M} UTC"
