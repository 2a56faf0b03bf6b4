"""Replaces the model's mentions of people by their names, so that no phone rings."""

import re
from contextlib import suppress

from async_lru import alru_cache

from countersign.slack.directory import Directory
from countersign.slack.profiles import DirectoryError

MOST = 8
"""Names that are looked up for one message."""
MOST_REMEMBERED = 2_000
"""People."""
KEEP_SECONDS = 3_600
NAME_LIMIT = 30
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,40})(?:\|[^<>\n]*)?>")
_MARKS = re.compile(r"[^\w .'-]+")
"""Characters that would be Markdown in a name that somebody chose."""


class Mentions:
    """Names of people, each looked up once in a while."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._name = alru_cache(MOST_REMEMBERED, ttl=KEEP_SECONDS)(self._look_up)

    async def named(self, markdown: str) -> str:
        """The same with `@name` for each `<@U…>`; who is unknown stays as they are written."""
        ids = list(dict.fromkeys(_MENTION.findall(markdown)))[:MOST]
        names: dict[str, str] = {}
        for id_ in ids:
            with suppress(DirectoryError):
                names[id_] = await self._name(id_)
        return _MENTION.sub(lambda it: f"@{names.get(it[1]) or it[1]}", markdown)

    async def _look_up(self, id_: str) -> str:
        found = await self._directory.person(id_)
        return _MARKS.sub(" ", found.name).strip()[:NAME_LIMIT]
