"""From a conversation to what the model does next: a list of responders, tried in order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.model import replies
from sandbox.model.arguments import read_arguments
from sandbox.model.conversation import Conversation, Waiting
from sandbox.model.intents import Call, Intents, read_intents
from sandbox.model.purchasing import LATEST, LISTING, RECALL
from sandbox.model.tool_results import ASK_AGAIN, bullets, meant, requested_change, tell, told
from sandbox.model.tools import REASON, REPLACES, Json

Reply = str | Sequence[Call]
"""An answer in Markdown, or tools to be called side by side."""
Responder = Callable[[Conversation], Reply | None]

_POLITE = r"(?:\W|\b(?:please|yes|ok|okay|it|this|that|all|i)\b)*"
_DECIDES = re.compile(rf"{_POLITE}(?:approved?|lgtm|reject(?:ed)?|deny){_POLITE}$", re.IGNORECASE)
_YES = re.compile(rf"{_POLITE}(?:yes|yep|ok|okay|sure|go ahead|do it){_POLITE}$", re.IGNORECASE)
_AGAIN = re.compile(rf"{_POLITE}(?:try|ask|do|order)(?: it| that)? again", re.IGNORECASE)
_CHANGE = re.compile(
    r"^\W*(?:(?:please|ok|no|actually|sorry|then)\W+)*(?:make|change|set|reduce|increase|lower)\b|"
    r"^\W*(?:actually|no|sorry|only|just)\W+\d+|\b(?:instead|would be enough|will do)\b",
    re.IGNORECASE,
)
_LATEST = re.compile(LATEST, re.IGNORECASE)
_MORE = re.compile(r"^\W*(?:and|plus|also|another)\b|\d+ more\b", re.IGNORECASE)


def says(form: str, answer: str | Callable[[Conversation], str]) -> Responder:
    """Answers whatever has a phrase of this form in it, unless the answer is empty."""
    pattern = re.compile(rf"(?<!\w)(?:{form})(?!\w)", re.IGNORECASE)

    def responder(conversation: Conversation) -> str | None:
        if not pattern.search(conversation.text):
            return None
        return answer if isinstance(answer, str) else answer(conversation)

    return responder


def after_tools(conversation: Conversation) -> Reply | None:
    """After tools answered: another call if an approver asked for a change, else the answer."""
    if not (used := conversation.turns[-1].used):
        return None
    changes = ((it, requested_change(conversation, it)) for it in used)
    if calls := tuple(Call(it.tool, changed) for it, changed in changes if changed):
        return calls
    asked_for = read_intents(conversation, conversation.text)
    is_looked_up = used[-1].tool == LISTING and _LATEST.search(conversation.text)
    if is_looked_up and asked_for.calls:
        return asked_for.calls
    left = asked_for.incomplete[:1]
    return "\n\n".join([tell(used), *map(replies.still_needed, left)])


def decided(conversation: Conversation) -> Reply | None:
    """A decision that is typed instead of pressed."""
    waiting, text = conversation.waiting, conversation.text
    is_decision = _DECIDES.match(text) or (waiting and _YES.match(text) and not _asks(conversation))
    return f"{replies.PRESS}\n\n{replies.waits(waiting)}" if is_decision else None


def _asks(conversation: Conversation) -> bool:
    """Whether the last answer is a question that `yes` answers."""
    used, answer = conversation.last_guarded, conversation.last_answer
    return answer.endswith(ASK_AGAIN) or bool(used and meant(used) and "Did you mean" in answer)


def ended(conversation: Conversation) -> str:
    """`why was it rejected?`."""
    return told(conversation.last_guarded) if conversation.last_guarded else ""


def done(conversation: Conversation) -> str:
    """`what did you do?`."""
    lines = [told(it) for it in reversed(conversation.history) if it.is_done]
    listed = bullets(lines) or "Nothing was done in this thread so far."
    return f"{listed}\n\n{replies.waits(conversation.waiting)}"


def recalled(conversation: Conversation) -> str:
    """`what did I order?`, where no tool knows it better."""
    return "" if conversation.tool(LISTING) else done(conversation)


def again(conversation: Conversation) -> Reply | None:
    """`ask again`, or `yes` when that was offered, or another name."""
    is_yes = _YES.match(conversation.text)
    if not (is_yes or _AGAIN.match(conversation.text)):
        return None
    used = conversation.last_guarded
    if not used or (is_yes and not _asks(conversation)):
        return "Yes to what? Nothing waits for an answer here."
    return _unless_waiting(conversation, (Call(used.tool, meant(used) or used.ran),))


def latest(conversation: Conversation) -> Reply | None:
    """`cancel my last order`: which that is is looked up, whatever was said here."""
    is_asked = _LATEST.search(conversation.text) and conversation.tool(LISTING)
    return (Call(LISTING, {"since": "ever"}),) if is_asked else None


def named(conversation: Conversation) -> Reply | None:
    """A call by a tool's own name, whatever else the message might mean."""
    is_named = any(it.name in conversation.text for it in conversation.tools)
    return asked(conversation) if is_named else None


def asked(conversation: Conversation) -> Reply | None:
    """Calls, by a tool's name or in words."""
    return _carried_out(conversation, read_intents(conversation, conversation.text))


def changed(conversation: Conversation) -> Reply | None:
    """`make it 50`, `and 5 more`: the newest call once more, with what is different."""
    text, used = conversation.text, conversation.last_guarded
    tool = conversation.tool(used.tool) if used else None
    is_more = _MORE.search(text)
    if not (is_more or _CHANGE.search(text)):
        return None
    if conversation.waiting and not is_more:
        return _instead(conversation)
    if not used or not tool:
        return None
    if used.is_done and not is_more:
        return f"That is done already, so I can't change it: {told(used)}"
    reading = read_arguments(tool, text, is_change=True)
    if reading.wrong or not reading.values:
        return replies.still_needed(reading) if reading.wrong else None
    reading.values = {**used.ran, **reading.values}
    return _unless_waiting(conversation, (Call(used.tool, reading.arguments("")),))


def _instead(conversation: Conversation) -> Reply:
    """What waits, asked for anew with what is different; the old request gives way."""
    text, waiting = conversation.text, conversation.waiting
    own = [it for it in waiting if it.is_own and conversation.tool(it.tool)]
    named = [it for it in own if _is_named(it, text)] or own
    if len(named) != 1:
        return replies.which(named) if named else replies.not_yours(waiting)
    (old,) = named
    tool = next(it for it in conversation.tools if it.name == old.tool)
    reading = read_arguments(tool, text, is_change=True)
    if reading.wrong or not reading.values:
        return replies.still_needed(reading) if reading.wrong else replies.which(named)
    reading.values = {**old.arguments, **reading.values, REPLACES: old.id}
    return (Call(tool.name, reading.arguments("")),)


def _is_named(waiting: Waiting, text: str) -> bool:
    """Whether a message has one of the words that a request is made of."""
    values = (it for name, it in waiting.arguments.items() if name != REASON)
    words = (re.escape(it) for it in values if isinstance(it, str) and it)
    return any(re.search(rf"(?<!\w){word}", text, re.IGNORECASE) for word in words)


def completed(conversation: Conversation) -> Reply | None:
    """The answer to what was asked back: `12`; it is read together with what was said before."""
    turns = [conversation.turns[-1]]
    for turn in reversed(conversation.turns[:-1]):
        if replies.STILL_NEEDED not in turn.answer:
            break
        turns.insert(0, turn)
    if len(turns) == 1:
        return None
    intents = read_intents(conversation, " ".join(turn.said for turn in turns))
    done = {used.tool for turn in turns for used in turn.used}
    calls = tuple(call for call in intents.calls if call.tool not in done)
    return _carried_out(conversation, replace(intents, calls=calls))


RESPONDERS: tuple[Responder, ...] = (
    after_tools,
    named,
    says(
        r"(?:ignor\w+|forget|disregard|override) .{0,40}(?:instruct\w+|rules?|polic\w+|prompt)|"
        r"you are now|developer mode|jailbreak\w*|(?:self|auto)-?approv\w*|can you approve|"
        r"(?:approve|confirm) (?:\w+ )?(?:yourself|on your own|by yourself|for me)|"
        r"(?:without|skip|bypass|avoid) (?:the |an? |any )?approvals?",
        replies.ONLY_PEOPLE,
    ),
    says(r"(?:long|detailed|full) (?:report|answer|text|essay)|everything about", replies.report),
    says(
        r"what (?:can|do) you do|how (?:does|do) (?:this|it|you|i)|^\W*(?:i need )?help",
        replies.help_,
    ),
    decided,
    says(r"waiting|pending|any news|approved (?:yet|already)|^\W*status\W*$", replies.waiting),
    says(
        r"who (?:(?:has|have|needs?) to|can|may|must|should) (?:approve|decide|confirm)",
        replies.who,
    ),
    says(r"why (?:was|is|did|not)|what happened|who (?:rejected|refused|declined)", ended),
    says(r"what (?:was|has been|did you|have you) do(?:ne)?", done),
    says(RECALL, recalled),
    again,
    latest,
    asked,
    changed,
    says(
        r"(?:who|what) are you|are you (?:an? )?(?:bot|human|ai)|^\W*(?:hi|hello|hey)",
        replies.hello,
    ),
    says(r"thank\w*|thx|cheers|great|perfect", "You're welcome!"),
    says(r"stupid|idiot|useless|shut up", "Sorry that I wasn't more useful."),
    says(r"^\W*(?:no|nope|never ?mind|forget it|leave it|stop)|do not|don't", replies.LEFT),
    completed,
    says(r"\A[\s\S]{1000,}", replies.TOO_MUCH),
    says(r"\A\W*\Z", replies.ONLY_WORDS),
    says(r"[\s\S]*", replies.lost),
)
"""From the most to the least particular; each is tried if those before it had nothing to do."""


def respond(conversation: Conversation) -> Reply:
    """The next step of a conversation; the first responder that knows what to do decides."""
    return next(reply for it in RESPONDERS if (reply := it(conversation)))


def _carried_out(conversation: Conversation, intents: Intents) -> Reply | None:
    if intents.calls:
        return _unless_waiting(conversation, intents.calls)
    if intents.incomplete and conversation.waiting:
        return replies.waits(conversation.waiting)
    if intents.incomplete:
        return replies.still_needed(intents.incomplete[0])
    return None


def _unless_waiting(conversation: Conversation, calls: tuple[Call, ...]) -> Reply:
    """Calls but those that wait for approval already."""
    waiting = conversation.waiting
    fresh = tuple(it for it in calls if not any(_is_same(it, one) for one in waiting))
    return fresh or replies.already_waits(waiting)


def _is_same(call: Call, waiting: Waiting) -> bool:
    is_same = _bare(call.arguments) == _bare(waiting.arguments)
    return call.tool == waiting.tool and is_same


def _bare(arguments: Json) -> Json:
    return {name: it for name, it in arguments.items() if name not in {REASON, REPLACES}}
