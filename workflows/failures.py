"""What a person is told when the agent's run fails."""

from collections.abc import Iterator, Sequence

from temporalio.exceptions import ApplicationError

from workflows.approvals import ApprovalStatus
from workflows.decisions import Execution
from workflows.words import MODEL_CONFUSED, MODEL_REFUSED_KEY, MODEL_UNAVAILABLE

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


def apology(error: BaseException, settled: Sequence[ApprovalStatus]) -> str:
    """A plain sentence on what went wrong, and on what was done all the same."""
    done = [f"- {it.result}" for it in settled if it.execution is Execution.DONE]
    sentence = _sentence(error)
    if not done:
        return sentence
    return "This was approved and done:\n\n" + "\n".join(done) + "\n\nBut then: " + sentence


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
