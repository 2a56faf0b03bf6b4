"""What goes wrong with AgentEx's backend: it is away, or it refuses."""

from collections.abc import Generator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import TypeVar

from agentex import APIConnectionError, APIError, APIStatusError
from httpx import HTTPError

from countersign.runtime.waiting import AwayError

T = TypeVar("T")
UNREADABLE = "an answer that cannot be read"
TOO_MANY = 429
LAST_REFUSAL = 499


class AgentexAwayError(AwayError):
    """The backend does not work now and may in a while. `seconds` is what it asked to wait."""


class AgentexRefusedError(Exception):
    """The backend does not take what it was asked, and will not later. `status` is HTTP's."""

    def __init__(self, status: int) -> None:
        super().__init__(f"AgentEx answers {status}")
        self.status = status


@contextmanager
def asking() -> Generator[None]:
    """Around one call of the backend.

    Raises:
        AgentexAwayError: no answer, one that cannot be read, 429 or 5xx.
        AgentexRefusedError: another 4xx.
    """
    try:
        yield
    except APIStatusError as error:
        status = error.status_code
        if status == TOO_MANY or status > LAST_REFUSAL:
            raise AgentexAwayError(f"HTTP {status}", _seconds(error)) from error
        raise AgentexRefusedError(status) from error
    except APIConnectionError as error:
        raise AgentexAwayError(type(error.__cause__ or error).__name__) from error
    except (APIError, HTTPError, JSONDecodeError) as error:  # the client lets the others through
        raise AgentexAwayError(UNREADABLE) from error


def checked(answer: object, kind: type[T]) -> T:
    """An answer, which the client hands on as a text where it is no JSON.

    Raises:
        AgentexAwayError: it is of another kind.
    """
    if not isinstance(answer, kind):
        raise AgentexAwayError(UNREADABLE)
    return answer


def _seconds(error: APIStatusError) -> float | None:
    """How long the backend asks to wait, if it says so in seconds."""
    told = error.response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None
