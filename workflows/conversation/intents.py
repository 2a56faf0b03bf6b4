"""Words in a thread that people take for decisions. Pure, and strict: in doubt it is none.

A typed "approve" decides nothing, but who types it means the button; "cancel that" withdraws,
which is always safe. Whether a sentence is one of these is not left to a model.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum


class Intent(StrEnum):
    """What a message wants of the approvals that wait in its thread."""

    DECIDE = "decide"
    MAYBE = "maybe decide"
    WITHDRAW = "withdraw"
    WITHDRAW_ALL = "withdraw all"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words(
    "please pls ok okay hey hi well then just i we can could you that's thats for me now thanks "
    "thank from my side again so to by also actually no yes yep yeah sure fine 👍 ✅ 🙏 +1 "
    "thumbsup white_check_mark pray"
)
"""Words around a decision that change nothing about it; Slack writes emoji as `:+1:`."""
YES = _words("approve approved approving lgtm")
MAYBE = _words(
    "yes yep yeah ok okay fine sure agree agreed confirm confirmed accept accepted "
    "👍 ✅ +1 thumbsup white_check_mark heavy_check_mark"
) | {"looks good", "look good", "sounds good", "go ahead", "go for it", "do it", "ship it"}
"""An approver's yes, or the answer to something else that was asked."""
NO = _words("reject rejected deny denied decline declined disapprove disapproved veto")
CANCEL = _words("cancel withdraw forget drop scrap abort nevermind nvm nm undo retract stop") | {
    "never mind",
    "take back",
    "forget about",
}
OBJECTS = frozenset({"", "it", "this", "that", "these", "those", "them"}) | {
    f"{which} {what}{many}"
    for which in ("the", "my", "this", "that", "your")
    for what in ("order", "request", "approval", "call", "card")
    for many in ("", "s")
}
ALL = frozenset({"all", "everything", "both", "all of it", "all of them", "them all"}) | {
    f"all {which}{what}s"
    for which in ("", "my ", "the ", "these ", "of my ", "of the ", "of these ")
    for what in ("request", "approval", "card")
}
LONGEST = 80
"""Characters; more is a sentence with something else in it, and a matter for the model."""
_WORD = re.compile(r"[\w'+]+|👍|✅|🙏")
_QUOTE = re.compile(r"^\s*>", re.MULTILINE)
"""A line of somebody else's words, which are not repeated to mean them."""
_SKIN_TONE = re.compile(r":skin-tone-\d:")
_EMOJI = re.compile(r"(?<!\w):([a-z0-9_+'-]+):(?!\w)|[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]")


_BREAK = re.compile(r"[,.;:!\n–—-]+|\band\b")
_NUMBER = r"(?:\d{1,6}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen)"
_FIRST = r"\W*(?:(?:no|ok|okay|sorry|please|oh|wait|hm+|and|so|but)\W+)*"
_LAST = r"[\s.!?]*"
_POLITE = r"(?:,? (?:please|pls|thanks|is enough|are enough|will do))*"
_CHOICE = (
    r"(?:both(?: of them)?|all of them|neither|the (?:first|second|third|last|latter|former)"
    r"(?: ones?)?|the [a-z-]+s(?! *\?))"
)
_ANSWERS = re.compile(
    rf"{_FIRST}(?:(?:only |just )?{_NUMBER}|{_CHOICE}){_POLITE}{_LAST}",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    rf"{_FIRST}(?:"
    r"(?:actually|rather|instead|i meant)\b.*|"
    r"(?:can|could) (?:you|we) (?:make|change|set) (?:it|that|this|them|those)\b.*|"
    r"(?:make|change|set|increase|reduce|lower) (?:it|that|this|them|those)\b.*|"
    rf"(?:only |just )?{_NUMBER}{_POLITE},? not {_NUMBER}{_POLITE}|"
    rf"(?:the )?[\w-]+s,? not (?:the )?[\w-]+s{_POLITE}|"
    r"who(?: (?:has|have|needs?) to| must| can| may| should) (?:approve|decide|confirm)"
    r"(?: (?:it|this|that))?|"
    r"who(?: is|'s| are) (?:it|this|that|we) waiting (?:for|on)|"
    r"(?:any news|(?:what are you|until when|by when)(?: waiting for)?)|"
    r"(?:is|was|has) (?:it|that|this) (?:been )?(?:approved|done|decided)(?: yet| already)?|"
    r"how long (?:does|will) (?:it|this|that) take"
    rf"){_LAST}",
    re.IGNORECASE,
)
"""What makes sense only after something else."""


class Following(StrEnum):
    """To what a message plainly goes on."""

    QUESTION = "question"
    """To what was asked last: "12"."""
    REQUEST = "request"
    """To what was asked for: "actually make it 2", "never mind"."""


def read_following(text: str) -> Following | None:
    """To what a message goes on, or None if it can stand alone or one cannot tell."""
    if len(text) > LONGEST or _QUOTE.search(text):
        return None
    intent, text = read_intent(text), _without_emoji(text.replace("’", "'"))
    if intent is Intent.MAYBE or _ANSWERS.fullmatch(text):
        return Following.QUESTION
    return Following.REQUEST if intent or _GOES_ON.fullmatch(text) else None


def read_intent(text: str) -> Intent | None:
    """What a message asks of approvals, or None if it is about anything else."""
    if len(text) > LONGEST or "?" in text or _QUOTE.search(text):
        return None
    text = _without_emoji(text.lower().replace("’", "'"))
    return _read(text) or _taken_back(text)


def words_of(text: str) -> Sequence[str]:
    """The words of a message, without emoji that mean nothing here."""
    return _WORD.findall(_without_emoji(text.lower().replace("’", "'")))


def _without_emoji(text: str) -> str:
    """Without emoji but those that are an answer; Slack writes them as `:+1:`."""
    known = FILLERS | MAYBE
    plain = _SKIN_TONE.sub("", text)
    return _EMOJI.sub(lambda it: it[0] if (it[1] or it[0]) in known else " ", plain)


def _read(text: str) -> Intent | None:
    words = _WORD.findall(text)
    for start, end in _cores(words):
        if intent := _meaning(words[start:end]):
            return intent
    return None


def _taken_back(text: str) -> Intent | None:
    """What several words of taking back come to, if there is nothing else: `stop, cancel all`."""
    parts = [part for part in _BREAK.split(text) if set(_WORD.findall(part)) - FILLERS]
    found = {_read(part) for part in parts}
    if not found or found - {Intent.WITHDRAW, Intent.WITHDRAW_ALL}:
        return None
    return Intent.WITHDRAW_ALL if Intent.WITHDRAW_ALL in found else Intent.WITHDRAW


def _cores(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The message without more and more of the fillers at its ends, longest first."""
    first = next((i for i, word in enumerate(words) if word not in FILLERS), len(words))
    last = next((i for i, word in enumerate(reversed(words)) if word not in FILLERS), len(words))
    for start in range(first + 1):
        for end in range(len(words), len(words) - last - 1, -1):
            if start < end:
                yield start, end


def _meaning(words: Sequence[str]) -> Intent | None:
    """The one meaning of a verb and its object."""
    for length in (3, 2, 1):
        verb, rest = " ".join(words[:length]), " ".join(words[length:])
        if verb in CANCEL and rest in ALL:
            return Intent.WITHDRAW_ALL
        if verb in CANCEL and rest in OBJECTS:
            return Intent.WITHDRAW
        if verb in YES | NO and rest in OBJECTS | ALL:
            return Intent.DECIDE
        if verb in MAYBE and rest in OBJECTS:
            return Intent.MAYBE
    return None
