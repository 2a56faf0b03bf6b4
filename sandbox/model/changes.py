"""What waits or was asked for, asked for otherwise: `actually make it 2`, `chairs, not desks`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model import replies
from sandbox.model.arguments import Reading, read_arguments
from sandbox.model.choosing import is_like, named, pick
from sandbox.model.conversation import Conversation, Waiting
from sandbox.model.intents import Call
from sandbox.model.tool_results import told
from sandbox.model.tools import REASONS, REPLACES, Json, Tool
from sandbox.model.words import NUMBER, number, singular

Changed = str | Sequence[Call] | None
"""An answer, or what is asked for; None if a message changes nothing."""

_I = re.IGNORECASE
_BEFORE = re.compile(
    r"(?:\W|(?:please|pls|ok|okay|no|nope|yes|actually|sorry|oops|oh|wait|hm+|um+|then|hey|hi|"
    r"well|but|can|could|would|you|we|i|let's|do|it|should|have|be|was|to|rather)\b)*",
    _I,
)
_VERB = re.compile(r"(?:make|change|set|reduce|increase|lower|raise|i mean|mean|meant)\b\s*", _I)
_POINTS = re.compile(r"(?:it|that|this|them|those|these)\b\s*(?:(?:to|into|be)\b)?\s*", _I)
_NOT = re.compile(
    r"[\s,;:-]*\b(?:and |but )?(?:not|instead of|rather than)\s+(?:the |an? |any )?"
    rf"({NUMBER}|[^\W\d_][\w-]*)",
    _I,
)
_ENOUGH = re.compile(r"\b(?:instead|enough|will do|would do)\b", _I)
_AROUND = re.compile(
    r"\b(?:instead|(?:is|are|would be) enough|will do|would do|only|just|please|pls|thanks?)\b", _I
)
_MORE = re.compile(r"^\W*(?:(?:and|plus|also)\b\W*)+|^\W*(?=another\b)|(?=\b\d+ more\b)", _I)
_ARTICLE = re.compile(rf"^an?\s+(?!{NUMBER})", _I)
"""Which counts nothing in what is to be different: `make it a bit nicer`."""
_BARE = re.compile(rf"\W*(?:{NUMBER})(?:\W|\b(?:of|them|those|pieces)\b)*", _I)
_THING = re.compile(r"\W*(?:(?:the|an?|some)\s+)?([^\W\d_][\w-]*(?:\s+[^\W\d_][\w-]*)?)\W*")


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different, as it was said."""

    wanted: str
    """Without what is around it: `2`, `chairs`, `the gadgets 2`."""
    unwanted: str = ""
    """What it is to take the place of: `20` in `2, not 20`."""
    is_sure: bool = True
    """Whether it can be nothing else; a bare number may answer something."""

    def replaces(self, arguments: Json) -> bool:
        """Whether it is about a call with these arguments, as far as it says."""
        values = [it for name, it in arguments.items() if name not in {*REASONS, REPLACES}]
        if re.fullmatch(NUMBER, self.unwanted, _I):
            return number(self.unwanted) in values
        words = [singular(it) for it in values if isinstance(it, str)]
        return not self.unwanted or is_like(singular(self.unwanted), words)

    def reading(self, tool: Tool) -> Reading:
        """What it says of the arguments of a tool."""
        reading = read_arguments(tool, self.wanted, is_change=True)
        thing = _THING.fullmatch(self.wanted)
        loose = next((it for it in tool.parameters if it.is_text and it.is_needed), None)
        if thing and loose and not reading.values and not reading.wrong:
            reading.values[loose.name] = singular(thing[1])
        return reading


def read_change(text: str) -> Change | None:
    """The change that a message may ask for; None if it is plainly about something else."""
    rest = _BEFORE.sub("", text, count=1)
    verb = _VERB.match(rest)
    rest = _POINTS.sub("", rest[verb.end() :], count=1) if verb else rest
    unwanted = _NOT.search(rest)
    rest = _NOT.sub(" ", rest)
    is_sure = bool(verb or unwanted or _ENOUGH.search(rest))
    wanted = " ".join(_BEFORE.sub("", _AROUND.sub(" ", rest), count=1).split()).strip(" ,.;:!?-")
    wanted = _ARTICLE.sub("", wanted)
    if not wanted or not (is_sure or _BARE.fullmatch(wanted)):
        return None
    return Change(wanted, unwanted[1] if unwanted else "", is_sure)


def changed(conversation: Conversation) -> Changed:
    """A request once more, with what is different; one that waits gives way."""
    if replies.WHICH in conversation.last_answer and (calls := _chosen(conversation)):
        return calls
    if _MORE.search(conversation.text):
        return _more(conversation)
    change = read_change(conversation.text)
    if change is None or (replies.STILL_NEEDED in conversation.last_answer and not change.is_sure):
        return None
    return _instead(conversation, change) if conversation.waiting else _anew(conversation, change)


def fresh(conversation: Conversation, calls: Sequence[Call]) -> str | Sequence[Call]:
    """Calls but those that wait for approval already."""
    waiting = conversation.waiting
    left = [it for it in calls if not any(_is_same(it, one) for one in waiting)]
    return left or replies.already_waits(waiting)


def _more(conversation: Conversation) -> Changed:
    """`and 5 more`: the newest call once more, beside what waits."""
    used, own = conversation.last_guarded, _own(conversation)
    name, ran = (used.tool, used.ran) if used else ("", {})
    if own:
        name, ran = own[-1].tool, own[-1].arguments
    tool = conversation.tool(name)
    change = Change(_MORE.sub("", conversation.text, count=1))
    return _again(conversation, tool, ran, change) if tool else None


def _anew(conversation: Conversation, change: Change) -> Changed:
    """What was asked for last, where nothing waits."""
    used = conversation.last_guarded
    tool = conversation.tool(used.tool) if used else None
    if used is None or tool is None or not change.replaces(used.ran):
        return None
    if used.is_done:
        return f"That is done already, so I can't change it: {told(used)}"
    return _again(conversation, tool, used.ran, change)


def _again(conversation: Conversation, tool: Tool, ran: Json, change: Change) -> Changed:
    reading = change.reading(tool)
    if reading.wrong or not reading.values:
        return replies.still_needed(reading) if reading.wrong else None
    reading.values = {**ran, **reading.values}
    reading.values.pop(REPLACES, None)
    return fresh(conversation, [Call(tool.name, reading.arguments(""))])


def _instead(conversation: Conversation, change: Change) -> Changed:
    """What waits, asked for anew; if more than one can be meant, which is asked."""
    own = _own(conversation)
    if not own:
        return replies.not_yours(conversation.waiting) if change.is_sure else None
    meant = [it for it in own if change.replaces(it.arguments)]
    if len(meant) > 1:
        found = named(conversation.text, [_spoken(it) for it in meant])
        meant = [meant[at] for at in found] or meant
    if len(meant) != 1:
        return replies.which(meant) if meant else None
    return _replacing(conversation, meant, change)


def _chosen(conversation: Conversation) -> Changed:
    """The answer to which of several is to be changed: `the first`, `the chairs`, `both`."""
    turns = [turn for turn in conversation.turns[:-1] if turn.said]
    asked = next(turn.said for turn in reversed(turns) if read_change(turn.said))
    own, change = _own(conversation), read_change(asked)
    picked = pick(conversation.text, [_spoken(it) for it in own])
    if not picked or change is None:
        return None
    return _replacing(conversation, [own[at] for at in picked], change)


def _replacing(conversation: Conversation, olds: Sequence[Waiting], change: Change) -> Changed:
    calls: list[Call] = []
    for old in olds:
        tool = next(it for it in conversation.tools if it.name == old.tool)
        reading = change.reading(tool)
        if reading.wrong or not reading.values:
            return replies.still_needed(reading) if reading.wrong else replies.unclear()
        reading.values = {**old.arguments, **reading.values, REPLACES: old.id}
        calls.append(Call(tool.name, reading.arguments("")))
    return fresh(conversation, calls)


def _own(conversation: Conversation) -> Sequence[Waiting]:
    return [it for it in conversation.waiting if it.is_own and conversation.tool(it.tool)]


def _spoken(waiting: Waiting) -> str:
    """A request as it was shown, and the words that it is made of."""
    values = [it for name, it in waiting.arguments.items() if name not in REASONS]
    return " ".join([waiting.line, *(it for it in values if isinstance(it, str))])


def _is_same(call: Call, waiting: Waiting) -> bool:
    is_same = _bare(call.arguments) == _bare(waiting.arguments)
    return call.tool == waiting.tool and is_same


def _bare(arguments: Json) -> Json:
    return {name: it for name, it in arguments.items() if name not in {*REASONS, REPLACES}}
