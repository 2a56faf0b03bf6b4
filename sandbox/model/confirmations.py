"""`confirm with someone that the invoice is right`: a question for a person."""

import re

from sandbox.model import memory, phrases, replies
from sandbox.model.orders import reason_in
from sandbox.model.reasons import asked
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Do, Field, Say, Step

_ENDING = re.compile(
    r"[.!?](?:\s|$)|\b(?:because|since)\b|(?<=\w) before (?:you|we|i)\b", re.IGNORECASE
)
_WHO = re.compile(
    r"^(?:someone|somebody|anyone|(?:the )?\w+(?: team)?) (?=that|whether|if|before)|"
    r"^to confirm\s+",
    re.IGNORECASE,
)
_FORMS = (
    (re.compile(r"before (?:you|i|we) (.+)", re.IGNORECASE), "May I {}?"),
    (re.compile(r"(?:that|whether|if) (.+)", re.IGNORECASE), "Can you confirm that {}?"),
    (re.compile(r"(?:for|on|about|of) (.+)", re.IGNORECASE), "Do you confirm {}?"),
)
"""What follows the wish for a confirmation, and the question that it makes."""


def confirm(scene: Scene) -> Step | None:
    """`confirm with someone that the invoice is right`."""
    found = phrases.CONFIRM.search(scene.low)
    if not found:
        return None
    asked_for = question(scene.text[found.end() :] or scene.text[: found.start()])
    if not asked_for:
        return Say(replies.WHAT_TO_CONFIRM)
    reason = reason_in(scene.text) or asked(scene, "for a confirmation")
    call = Call(Ability.CONFIRM, {Field.QUESTION: asked_for, Field.REASON: reason})
    return (
        Say(replies.already_waits(scene.waiting)) if memory.is_waiting(scene, call) else Do((call,))
    )


def question(text: str) -> str:
    """`that the invoice is right` → `Can you confirm that the invoice is right?`."""
    text = _ENDING.split(text.strip(" :,-"))[0].strip(" ,")
    text = _WHO.sub("", text)
    for form, words in _FORMS:
        if found := form.match(text):
            return words.format(found[1])
    return f"{text[0].upper()}{text[1:]}?" if len(text.split()) > 1 else ""
