"""From a conversation to what the model does next: a list of responders, tried in order."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sandbox.model import replies
from sandbox.model.changes import changed, fresh
from sandbox.model.conversation import Conversation
from sandbox.model.intents import Call, Intents, read_begun, read_intents
from sandbox.model.purchasing import LATEST, LISTING, RECALL
from sandbox.model.tool_results import ASK_AGAIN, bullets, meant, requested_change, tell, told
from sandbox.model.tools import Tool
from sandbox.model.words import singular

Reply = str | Sequence[Call]
"""An answer in Markdown, or tools to be called side by side."""
Responder = Callable[[Conversation], Reply | None]

TELLING = 5
"""Letters from which on a word of a description says what an agent is for."""
_POLITE = r"(?:\W|\b(?:please|yes|ok|okay|it|this|that|all|i)\b)*"
_DECIDES = re.compile(rf"{_POLITE}(?:approved?|lgtm|reject(?:ed)?|deny){_POLITE}$", re.IGNORECASE)
_YES = re.compile(rf"{_POLITE}(?:yes|yep|ok|okay|sure|go ahead|do it){_POLITE}$", re.IGNORECASE)
_AGAIN = re.compile(rf"{_POLITE}(?:try|ask|do|order)(?: it| that)? again", re.IGNORECASE)
_TOOL_NAME = re.compile(r"(?<!\w)[a-z]+(?:_+[a-z]+)+(?![\w=:])")
_LATEST = re.compile(LATEST, re.IGNORECASE)


_WHO = r"(?:who|whose)\b.*\b(?:approve|approval|decide|confirm|sign|hold\w*|wait(?:ing)?)"
_UNTIL = r"^\W*(?:how (?:long|soon)|until when|by when|when)\b(?: (?:do|does|will|is|can)\b.*)?\W*$"
_STILL = (
    r"waiting|pending|any news|^\W*status\W*$|approved (?:yet|already)|^\W*approved\W*\?|"
    r"^\W*(?:so |and )?(?:is|was|has|have|did)\b.*\b(?:approved?|decided?|signed|done|through)"
)
_LEAVES = (
    r"^\W*(?:no|nope|never ?mind|nvm|nm|forget|leave it|stop|neither|none|nothing)|do not|don't"
)


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
    if text.rstrip().endswith("?"):
        return None
    is_decision = _DECIDES.match(text) or (waiting and _YES.match(text) and not _asks(conversation))
    return f"{replies.PRESS}\n\n{replies.waits(waiting)}" if is_decision else None


def _asks(conversation: Conversation) -> bool:
    """Whether the last answer is a question that `yes` answers."""
    used, answer = conversation.last_guarded, conversation.last_answer
    return answer.endswith(ASK_AGAIN) or bool(used and meant(used) and "Did you mean" in answer)


def still(conversation: Conversation) -> str:
    """`is it approved yet?`: what waits, or what came of the last request."""
    if conversation.waiting or not conversation.last_guarded:
        return replies.waiting(conversation)
    return told(conversation.last_guarded)


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
    return fresh(conversation, [Call(used.tool, meant(used) or used.ran)])


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


def begun(conversation: Conversation) -> Reply | None:
    """A call by what a tool does alone: `book the library, 2 hours`."""
    return _carried_out(conversation, read_begun(conversation))


def handed_over(conversation: Conversation) -> Reply | None:
    """What another agent is for, by a word of its description; once for each message.

    A tool's name that is not known here is taken to be one of the only other agent's.
    """
    if conversation.turns[-1].is_handed_over:
        return None
    others = [it for it in conversation.tools if it.hands_over]
    said = conversation.text.replace("_", " ")
    meant = [it for it in others if any(_is_about(word, said) for word in _topics(it))]
    if not meant and len(others) == 1 and _TOOL_NAME.search(conversation.text):
        meant = others
    return (Call(meant[0].name, {}),) if meant else None


def _topics(tool: Tool) -> Iterator[str]:
    """The words that say what an agent is for."""
    words = re.findall(r"[a-z]+", tool.about.lower())
    yield from (word for word in words if len(word) >= TELLING)


def _is_about(topic: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(singular(topic))}", text, re.IGNORECASE) is not None


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
    says(_WHO, replies.who),
    says(_UNTIL, replies.until),
    says(_STILL, still),
    says(r"why (?:was|is|did|not)|what happened|who (?:rejected|refused|declined)", ended),
    says(r"what (?:was|has been|did you|have you) do(?:ne)?", done),
    says(RECALL, recalled),
    again,
    latest,
    asked,
    handed_over,
    changed,
    begun,
    says(
        r"(?:who|what) are you|are you (?:an? )?(?:bot|human|ai)|^\W*(?:hi|hello|hey)",
        replies.hello,
    ),
    says(r"thank\w*|thx|cheers|great|perfect", "You're welcome!"),
    says(r"stupid|idiot|useless|shut up", "Sorry that I wasn't more useful."),
    says(_LEAVES, replies.left),
    completed,
    says(r"\A[\s\S]{1000,}", replies.TOO_MUCH),
    says(r"\A\W*\Z", replies.ONLY_WORDS),
    says(r"[\s\S]*", replies.which_again),
    says(r"[\s\S]*", replies.lost),
)
"""From the most to the least particular; each is tried if those before it had nothing to do."""


def respond(conversation: Conversation) -> Reply:
    """The next step of a conversation; the first responder that knows what to do decides."""
    return next(reply for it in RESPONDERS if (reply := it(conversation)))


def _carried_out(conversation: Conversation, intents: Intents) -> Reply | None:
    if intents.calls:
        return fresh(conversation, intents.calls)
    if intents.incomplete and conversation.waiting:
        return replies.waits(conversation.waiting)
    if intents.incomplete:
        return replies.still_needed(intents.incomplete[0])
    return None
