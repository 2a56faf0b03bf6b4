"""What a person is told when the agent's run fails."""

from collections.abc import Iterator, Sequence

from temporalio.exceptions import ApplicationError

from workflows.effects import Effect, effects_for_person, has_news
from workflows.words import MODEL_CONFUSED, MODEL_REFUSED_KEY, MODEL_UNAVAILABLE, STILL_WAITS

REFUSED_KEY = frozenset({"AuthenticationError", "PermissionDeniedError"})
UNAVAILABLE = frozenset(
    {
        "APIConnectionError",
        "APITimeoutError",
        "ConflictError",
        "InternalServerError",
        "RateLimitError",
        "TimeoutError",
    }
)
"""Names of the OpenAI client's exceptions; Temporal keeps the name of a failure's class."""


def apology(error: BaseException, effects: Sequence[Effect], *, waits: bool = False) -> str:
    """A plain sentence on what went wrong, and on what was done all the same."""
    done, sentence = effects_for_person(effects), _sentence(error)
    told = f"{done}\n\nBut then: {sentence}" if has_news(effects) else f"{sentence} {done}"
    return f"{told} {STILL_WAITS}" if waits else told


def _sentence(error: BaseException) -> str:
    kinds = {name for cause in _causes(error) for name in _names(cause)}
    if kinds & REFUSED_KEY:
        return MODEL_REFUSED_KEY
    if kinds & UNAVAILABLE:
        return MODEL_UNAVAILABLE
    return MODEL_CONFUSED


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _names(error: BaseException) -> Iterator[str]:
    yield type(error).__name__
    if isinstance(error, ApplicationError) and error.type:
        yield error.type
