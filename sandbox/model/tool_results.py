"""Tells people what tools answered, in the words that the tools and approvals used themselves.

What became of an approval begins with a word in capitals and ends with what the model is to do
about it. People are told all but the latter.
"""

import re
from collections.abc import Iterable, Sequence

from sandbox.model.arguments import read_arguments
from sandbox.model.conversation import Conversation, Used
from sandbox.model.tools import REASONS, Json

ASK_AGAIN = "Shall I ask again?"
MOST_PROPOSALS = 6
"""In one turn; an approver who asks for changes for ever gets an answer in between."""

_FOR_THE_MODEL = re.compile(
    r"(?:(?<=[.:!?])\s+|^)(?:Do not|Say|Call|Use|Tell)\b[^.!?]*(?:[.!?](?=\s|$)|$)"
)
_TO_BE_SAID = re.compile(r"Say so, and that (\w)")
_LISTED = re.compile(r"^(\S[^:\n]{0,40}): (?=\S)", re.MULTILINE)
_MEANT = re.compile(r"'([^']+)'[^?]*\bDid you mean ([^?]+)\?")
_CHANGES = re.compile(r"CHANGES REQUESTED by ([^:]+): (.+?)(?=\. [A-Z]|\.?$)", re.DOTALL)


def tell(used: Sequence[Used]) -> str:
    """One answer from all outputs of a turn."""
    if len(used) > 1:
        return bullets(told(it).replace("\n", "\n  ") for it in used)
    asks = " " + ASK_AGAIN if "whether to ask again" in used[0].output else ""
    return told(used[0]) + asks


def told(used: Used) -> str:
    """One output, in Markdown."""
    if not used.head:
        rows = [_LISTED.sub(r"**\1**: ", row) for row in used.output.splitlines() if row.strip()]
        return bullets(rows) if len(rows) > 1 else used.output or "There was no answer to that."
    text = used.output
    if edit := used.edit:
        before, ran, proposed, after = edit
        names = [name for name in ran if ran[name] != proposed.get(name)]
        changes = (f"{name} **{ran[name]}** instead of {proposed.get(name)}" for name in names)
        text = f"{before}with changes: {', '.join(changes)}{after}"
    text = _TO_BE_SAID.sub(lambda found: found[1].upper(), text)
    text = text if used.is_done else _FOR_THE_MODEL.sub("", text)
    return f"**{used.head.capitalize()}**{text[len(used.head) :]}"


def requested_change(conversation: Conversation, used: Used) -> Json | None:
    """The arguments that an approver asked for, if they can be read: `make it 50`."""
    asked, tool = _CHANGES.match(used.output), conversation.tool(used.tool)
    if asked is None or tool is None:
        return None
    reading = read_arguments(tool, asked[2], is_change=True)
    reading.values = {**_bare(used.proposed), **reading.values}
    changed = reading.arguments(f"Changed as {asked[1]} asked: “{asked[2]}”.")
    tried = [it.proposed for it in conversation.turns[-1].used if it.tool == used.tool]
    is_new = _bare(changed) not in map(_bare, tried) and len(tried) < MOST_PROPOSALS
    return changed if is_new and not reading.wrong else None


def meant(used: Used) -> Json | None:
    """The arguments with the name that a tool asked about: `There is no 'x'. Did you mean y?`."""
    if not (asked := _MEANT.search(used.output)):
        return None
    wrong, right = asked.groups()
    return {name: right if value == wrong else value for name, value in used.ran.items()}


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def _bare(arguments: Json) -> Json:
    return {name: value for name, value in arguments.items() if name not in REASONS}
