"""What a list shows, as its own buttons carry it from one press to the next.

Slack sends no message along with a press in a private answer, only what was pressed.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, replace

from workflows.listing.rows import Kind

LONGEST = 16_384
"""Bytes that are unpacked at most, whatever a value claims to be."""


class ListingQueryError(Exception):
    """A value that no list of ours carries."""


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Which list, its filters, and the page."""

    kind: Kind = Kind.MINE
    tool: str = ""
    person: str = ""
    trail: tuple[bytes, ...] = ()
    """Temporal's tokens of the pages from the second to this one, oldest first."""
    agent: str = ""
    """Name of the agent that asked, where there are several."""

    @property
    def token(self) -> bytes | None:
        """Temporal's token of this page; None for the first."""
        return self.trail[-1] if self.trail else None

    def onward(self, token: bytes) -> "ListingQuery":
        """The next page."""
        return replace(self, trail=(*self.trail, token))

    def back(self) -> "ListingQuery":
        """The page before, or the first one where the way back was too long to be carried."""
        return replace(self, trail=self.trail[:-1])

    def of_tool(self, tool: str) -> "ListingQuery":
        """The first page of one tool's approvals, or of every tool's."""
        return replace(self, tool=tool, trail=())

    def of_agent(self, agent: str) -> "ListingQuery":
        """The first page of what one agent asked for, or every agent."""
        return replace(self, agent=agent, trail=())

    def pack(self, limit: int) -> str:
        """Within so many characters; what does not fit of the way back is left out."""
        query = self
        while len(packed := query._packed()) > limit and query.trail:
            query = replace(query, trail=query.trail[1:])
        return packed

    @classmethod
    def unpack(cls, text: str) -> "ListingQuery":
        """Read what `pack` wrote.

        Raises:
            ListingQueryError: it is something else.
        """
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            words = json.loads(zlib.decompressobj().decompress(raw, LONGEST))
            kind, tool, person, agent, *trail = words
            tokens = tuple(str(token).encode("latin-1") for token in trail)
            return cls(Kind(kind), str(tool), str(person), tokens, str(agent))
        except (Base64Error, zlib.error, ValueError, TypeError, RecursionError) as error:
            raise ListingQueryError(text) from error

    def _packed(self) -> str:
        trail = [token.decode("latin-1") for token in self.trail]
        words = [self.kind, self.tool, self.person, self.agent, *trail]
        text = json.dumps(words, separators=(",", ":"))
        return urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
