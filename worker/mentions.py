"""People whom the model names, called by their names: a model's words ring nobody's phone."""

import re

from countersign.slack.directory import Directory
from countersign.slack.profiles import DirectoryError

MOST = 8
"""Names that are looked up for one message."""
NAME_LIMIT = 30
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,40})(?:\|[^<>\n]*)?>")
_MARKS = re.compile(r"[^\w .'-]+")
"""People choose their names, which are no Markdown."""


class Mentions:
    """Names of people, each looked up once."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._names: dict[str, str] = {}

    async def named(self, markdown: str) -> str:
        """The same with `@name` for each `<@U…>`; who is unknown stays as they are written."""
        ids = list(dict.fromkeys(_MENTION.findall(markdown)))[:MOST]
        names = {id_: await self._name(id_) for id_ in ids}
        return _MENTION.sub(lambda it: f"@{names.get(it[1]) or it[1]}", markdown)

    async def _name(self, id_: str) -> str:
        if id_ not in self._names:
            try:
                found = await self._directory.person(id_)
            except DirectoryError:
                return ""
            self._names[id_] = _MARKS.sub(" ", found.name).strip()[:NAME_LIMIT]
        return self._names[id_]
