"""What a person is told when the agent's run fails."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError

from workflows.contracts.model_faults import ModelFault
from workflows.effects import Effect, effects_for_person, has_news
from workflows.user_messages import (
    MODEL_CONFUSED,
    MODEL_IN_CIRCLES,
    MODEL_SENTENCES,
    STILL_WAITS,
    TOO_SLOW,
    UNFORESEEN,
    wait_until,
)

WORTH_A_CLOCK = 60
"""Seconds from which on a person is told until when, not just to ask again."""
BY_CLASS = {
    "TimeoutError": TOO_SLOW,
    "MaxTurnsExceeded": MODEL_IN_CIRCLES,
    "ModelBehaviorError": MODEL_CONFUSED,
}
"""By names of exceptions; Temporal keeps the name of a failure's class."""


def apology(error: BaseException, effects: Sequence[Effect], *, waits: bool = False) -> str:
    """A plain sentence on what went wrong, and on what was done all the same."""
    done, sentence = effects_for_person(effects), sentence_for(error)
    told = f"{done}\n\nBut then: {sentence}" if has_news(effects) else f"{sentence} {done}"
    return f"{told} {STILL_WAITS}" if waits else told


def sentence_for(error: BaseException) -> str:
    """What went wrong and what to do next. It says nothing of what was or was not done."""
    for cause in _causes(error):
        if (fault := _fault(cause)) is not None:
            return _until(cause) or MODEL_SENTENCES[fault]
        known = (BY_CLASS[name] for name in _names(cause) if name in BY_CLASS)
        if (sentence := next(known, None)) is not None:
            return sentence
    return UNFORESEEN


def fault_in(error: BaseException) -> ModelFault | None:
    """What is wrong with the model, or None if it is something else."""
    return next((it for cause in _causes(error) if (it := _fault(cause)) is not None), None)


def _fault(error: BaseException) -> ModelFault | None:
    known = {str(it): it for it in ModelFault}
    return known.get(error.type or "") if isinstance(error, ApplicationError) else None


def _until(error: BaseException) -> str:
    """The sentence with the moment that the provider named, if it is worth waiting for."""
    details = error.details if isinstance(error, ApplicationError) else ()
    told: Any = details[0] if details else None
    match told:
        case {"until": str(until), "seconds": int() | float() as seconds}:
            if seconds < WORTH_A_CLOCK:
                return ""
            then = datetime.fromisoformat(until)
            return wait_until(then + timedelta(minutes=1), then - timedelta(seconds=seconds))
        case _:
            return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _names(error: BaseException) -> Iterator[str]:
    yield type(error).__name__
    if isinstance(error, ApplicationError) and error.type:
        yield error.type
