"""From a conversation to what the model does next: a list of responders, tried in order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from sandbox.model import replies
from sandbox.model.arguments import read_arguments
from sandbox.model.conversation import Conversation
from sandbox.model.intents import NEGATED, Call, Intents, read_intents, reason
from sandbox.model.purchasing import RECALL
from sandbox.model.tool_results import ASK_AGAIN, bullets, requested_change, tell, told
from sandbox.model.tools import REASON

Reply = str | Sequence[Call]
"""An answer in Markdown, or tools to be called side by side."""
Responder = Callable[[Conversation], Reply | None]


def phrase(*forms: str) -> re.Pattern[str]:
    """Finds any of these anywhere."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)


def whole(form: str) -> re.Pattern[str]:
    """Matches a message that says this and nothing else."""
    polite = r"(?:\W|\b(?:please|yes|ok|okay|it|this|that|all|i)\b)*"
    return re.compile(rf"{polite}(?:{form}){polite}$", re.IGNORECASE)


OVERRIDE = phrase(
    r"(?:ignor\w+|forget|disregard|override) .{0,40}(?:instructions?|rules?|polic(?:y|ies)|prompt)",
    r"you are now|developer mode|jailbreak\w*|(?:self|auto)-?approv\w*|can you approve",
    r"(?:approve|confirm) (?:\w+ )?(?:yourself|on your own|by yourself|for me)",
    r"(?:without|skip|bypass|avoid) (?:the |an? |any )?approvals?",
)
LONG = phrase("(?:long|detailed|full) (?:report|answer|text|essay)", "everything about")
HELP = phrase(r"what (?:can|do) you do|how (?:does|do) (?:this|it|you|i)|^\W*(?:i need )?help")
WAITING = phrase(r"waiting|pending|any news|approved (?:yet|already)|still open|^\W*status\W*$")
DECIDES = whole("approved?|lgtm|reject(?:ed)?|deny")
YES = whole("yes|yep|ok|okay|sure|go ahead|do it")
AGAIN = phrase(r"^\W*(?:yes,? )?(?:please )?(?:try|ask|do|order)(?: it| that)? again", "retry")
CHANGE = phrase(
    r"^\W*(?:(?:please|ok|no|actually|sorry|then)\W+)*(?:make|change|set|reduce|increase|lower)",
    r"^\W*(?:actually|no|sorry|only|just)\W+\d+|instead|would be enough|will do",
)
MORE = phrase(r"^\W*(?:and|plus|also|another)|\d+ more")
WHY = phrase("why (?:was|is|did|not)|what happened|who (?:rejected|refused|declined)")
DONE = phrase("what (?:was|has been|did you|have you) do(?:ne)?", RECALL)
NO = re.compile(r"\W*(?:no|nope|never ?mind|forget it|leave it|nothing|stop)\b", re.IGNORECASE)
HELLO = re.compile(r"\W*(?:hi|hello|hey|good \w+|morning)\b", re.IGNORECASE)


def after_tools(conversation: Conversation) -> Reply | None:
    """After tools answered: another call if an approver asked for a change, else the answer."""
    if not (used := conversation.turns[-1].used):
        return None
    changes = ((it, requested_change(conversation, it)) for it in used)
    if calls := tuple(Call(it.tool, changed) for it, changed in changes if changed):
        return calls
    left = read_intents(conversation, conversation.text).incomplete
    return "\n\n".join([tell(used), *map(replies.still_needed, left[:1])])


def no_call(conversation: Conversation) -> Reply | None:
    """What no message can make the model do, and what is about the model itself."""
    text = conversation.text
    if OVERRIDE.search(text):
        return replies.ONLY_PEOPLE
    if LONG.search(text):
        return replies.report(conversation.tools)
    if HELP.search(text):
        return replies.with_tools(replies.HELP, conversation.tools)
    return replies.TOO_MUCH if len(text) > 1_000 else None


def waiting(conversation: Conversation) -> Reply | None:
    """`any news?`, and decisions that are typed instead of pressed."""
    lines, text = conversation.waiting, conversation.text
    if DECIDES.match(text) or (lines and YES.match(text)):
        return f"{replies.PRESS}\n\n{replies.waits(lines)}"
    return replies.waits(lines) if WAITING.search(text) else None


def again(conversation: Conversation) -> Reply | None:
    """`ask again`, or `yes` when that was offered."""
    is_yes = YES.match(conversation.text)
    if not (is_yes or AGAIN.search(conversation.text)):
        return None
    used = conversation.last_guarded
    if not used or (is_yes and not conversation.last_answer.endswith(ASK_AGAIN)):
        return replies.YES_TO_WHAT
    return _unless_waiting(conversation, (Call(used.tool, used.ran),))


def recall(conversation: Conversation) -> Reply | None:
    """`what did you do?`, `why was it rejected?`."""
    last = conversation.last_guarded
    if last and WHY.search(conversation.text):
        return told(last)
    if not DONE.search(conversation.text):
        return None
    done = [told(it) for it in reversed(conversation.history) if it.is_done]
    lines = [bullets(done) or replies.NOTHING_DONE, replies.waits(conversation.waiting)]
    return "\n\n".join(lines)


def asked(conversation: Conversation) -> Reply | None:
    """Calls, by a tool's name or in words."""
    return _carried_out(conversation, read_intents(conversation, conversation.text))


def changed(conversation: Conversation) -> Reply | None:
    """`make it 50`, `and 5 more`: the newest call once more, with what is different."""
    text, used = conversation.text, conversation.last_guarded
    tool = conversation.tool(used.tool) if used else None
    is_more = MORE.search(text)
    if not (is_more or CHANGE.search(text)):
        return None
    if conversation.waiting and not is_more:
        return f"It is asked for already. {replies.waits(conversation.waiting)}"
    if not used or not tool:
        return None
    if used.is_done and not is_more:
        return f"That is done already, so I can't change it: {told(used)}"
    reading = read_arguments(tool, text, is_change=True)
    if reading.wrong or not reading.values:
        return replies.still_needed(reading) if reading.wrong else None
    reading.values = {**used.ran, **reading.values, REASON: reason(text)}
    return _unless_waiting(conversation, (Call(used.tool, reading.arguments("")),))


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


def small_talk(conversation: Conversation) -> Reply | None:
    """What no tool is meant by."""
    text = conversation.text
    for form, answer in replies.SMALL_TALK:
        if phrase(form).search(text):
            return answer
    if NO.match(text) or NEGATED.search(text):
        return replies.LEFT
    return replies.with_tools(replies.HELLO, conversation.tools) if HELLO.match(text) else None


def lost(conversation: Conversation) -> Reply:
    """Nothing else had an answer."""
    if not re.search(r"\w", conversation.text):
        return replies.ONLY_WORDS
    return replies.with_tools(replies.LOST, conversation.tools)


RESPONDERS: tuple[Responder, ...] = (
    after_tools,
    no_call,
    waiting,
    recall,
    again,
    asked,
    changed,
    small_talk,
    completed,
    lost,
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
    """Calls but those that wait for approval already: all their values are in one line."""
    lines = conversation.waiting
    fresh = tuple(it for it in calls if not any(_is_same(it, line) for line in lines))
    return fresh or replies.already_waits(lines)


def _is_same(call: Call, line: str) -> bool:
    values = [str(value) for name, value in call.arguments.items() if name != REASON]
    return bool(values) and all(re.search(rf"(?<!\w){re.escape(it)}(?!\w)", line) for it in values)
