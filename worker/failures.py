"""Failures of activities that are made of several parts."""

from temporalio.exceptions import ApplicationError


def as_failure_of(kind: str, error: Exception) -> ApplicationError:
    """A part's failure as one of the whole: its type says which part, the rest is as it was."""
    if not isinstance(error, ApplicationError):
        return ApplicationError(str(error) or type(error).__name__, type=kind)
    return ApplicationError(
        error.message,
        *error.details,
        type=kind,
        non_retryable=error.non_retryable,
        next_retry_delay=error.next_retry_delay,
    )
