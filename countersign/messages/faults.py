"""Why there is no answer, and what was done all the same."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from countersign.messages.effects import effects_for_person
from workflows.contracts.decisions import Execution
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.notices import Effect, Notice, TurnFault, has_news

MODEL_RATE_LIMITED = (
    "My model's provider has too many requests right now. Please ask me again in a few minutes."
)
MODEL_QUOTA = (
    "I can't think right now: my account with the model's provider has no credit left. Somebody "
    "has to top it up; please ask me again after that."
)
MODEL_REFUSED_KEY = (
    "I can't think right now: the model provider refused my API key. My administrator has to "
    "check `OPENAI_API_KEY`; please ask me again after that."
)
MODEL_MISSING = (
    "I can't think right now: the model provider does not know my model. My administrator has to "
    "check `OPENAI_MODEL`; please ask me again after that."
)
MODEL_WRONG_ADDRESS = (
    "I can't think right now: there is no model at the address I was given. My administrator has "
    "to check `OPENAI_BASE_URL`; please ask me again after that."
)
MODEL_CONTEXT = (
    "This is more than my model can read at once. Please begin a new thread, or ask for a smaller "
    "part of it."
)
MODEL_FILTERED = (
    "The content filter of my model's provider stopped the answer. Please put it differently."
)
MODEL_CUT_OFF = (
    "My model reached its longest allowed answer before it had said anything. Please ask for less "
    "at once."
)
MODEL_REFUSED_REQUEST = (
    "My model's provider did not take the request. Please begin a new thread; if that doesn't "
    "help, the worker's log has the reason."
)
MODEL_UNAVAILABLE = "I can't reach my model right now. Please say that again in a minute."
MODEL_TIMEOUT = (
    "My model took too long to answer. Please say that again, or ask for a smaller part of it."
)
MODEL_UNREADABLE = (
    "I couldn't read my model's answer. Please say that again in a minute; if it keeps happening, "
    "the worker's log has what came back."
)
MODEL_CONFUSED = (
    "I lost the thread there: my model's answer made no sense. Please put it differently."
)
MODEL_IN_CIRCLES = (
    "I stopped after {count} without an answer. Please ask for a smaller part of it, or say which "
    "step comes first."
)
NO_ROOM = (
    "I stopped there: that has become more than I can keep in mind for one message. Please ask for "
    "a smaller part of it."
)
TOO_SLOW = "That took too long. Please say that again, or ask for a smaller part of it."
UNFORESEEN = (
    "Something unexpected went wrong on my side. Please say that again; if it keeps happening, "
    "the worker's log has the reason."
)
MESSAGE_STOPPED = (
    "I can't take that up: the check `{check}` of this assistant did not let it through. Please "
    "put it differently."
)
ANSWER_STOPPED = (
    "I had an answer, and the check `{check}` of this assistant did not let it through. Please put "
    "it differently."
)
CHECK_FAILED = (
    "I stopped there, because the check `{check}` of this assistant failed. Please say that again; "
    "if it keeps happening, the worker's log has the reason."
)
NOT_TWICE = "Leave out what was done or may have been done, or it could be done twice."
STILL_WAITS = "Whatever is waiting for approval here is still waiting."
SENTENCES: Mapping[ModelFault | TurnFault, str] = {
    ModelFault.RATE_LIMITED: MODEL_RATE_LIMITED,
    ModelFault.QUOTA: MODEL_QUOTA,
    ModelFault.REFUSED_KEY: MODEL_REFUSED_KEY,
    ModelFault.MODEL_MISSING: MODEL_MISSING,
    ModelFault.WRONG_ADDRESS: MODEL_WRONG_ADDRESS,
    ModelFault.CONTEXT: MODEL_CONTEXT,
    ModelFault.FILTERED: MODEL_FILTERED,
    ModelFault.CUT_OFF: MODEL_CUT_OFF,
    ModelFault.REFUSED_REQUEST: MODEL_REFUSED_REQUEST,
    ModelFault.UNAVAILABLE: MODEL_UNAVAILABLE,
    ModelFault.TIMEOUT: MODEL_TIMEOUT,
    ModelFault.UNREADABLE: MODEL_UNREADABLE,
    ModelFault.UNFORESEEN: UNFORESEEN,
    TurnFault.TOO_SLOW: TOO_SLOW,
    TurnFault.IN_CIRCLES: MODEL_IN_CIRCLES,
    TurnFault.NO_ROOM: NO_ROOM,
    TurnFault.CONFUSED: MODEL_CONFUSED,
    TurnFault.MESSAGE_STOPPED: MESSAGE_STOPPED,
    TurnFault.ANSWER_STOPPED: ANSWER_STOPPED,
    TurnFault.CHECK_FAILED: CHECK_FAILED,
}
"""What a person reads when there is no answer. None says what was or was not done: that follows
from the calls of the turn, and is said by who knows them."""


def apology(notice: Notice) -> str:
    """A plain sentence on what went wrong, and on what was done all the same."""
    done, sentence = effects_for_person(notice.effects), _sentence(notice)
    told = f"{sentence} {done}"
    if has_news(notice.effects):
        told = f"{done}\n\nBut then: {sentence}"
        told += f" {NOT_TWICE}" if any(map(_is_begun, notice.effects)) else ""
    return f"{told} {STILL_WAITS}" if notice.waits else told


def _is_begun(effect: Effect) -> bool:
    """Whether it would be another time if it was asked for again."""
    if effect.execution is Execution.UNKNOWN:
        return True
    return effect.guarded and effect.execution not in {Execution.NOT_STARTED, Execution.FAILED}


def _sentence(notice: Notice) -> str:
    if notice.at is None or notice.asked_at is None:
        steps = "1 step" if notice.count == 1 else f"{notice.count} steps"
        return SENTENCES[notice.fault].format(check=notice.check, count=steps)
    return wait_until(notice.at + timedelta(minutes=1), notice.asked_at)


def wait_until(until: datetime, asked: datetime) -> str:
    """What a person reads when the model's provider names a moment."""
    moment = f"{until:%H:%M} UTC"
    if until.date() != asked.date():
        moment = f"{until.day} {until:%B}, {moment}"
    return f"My model's provider asks me to wait until about {moment}. Please ask me again then."
