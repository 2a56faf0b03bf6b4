"""What a tool's own code fails with, made fit to be stored: bounded, and without secrets."""

import traceback
from collections.abc import Generator
from contextlib import contextmanager

from agents.exceptions import ToolTimeoutError
from temporalio.exceptions import ApplicationError

from countersign.tools.text import cut, text_of
from countersign.tools.toolkit import ToolError, UnansweredError
from workflows.redaction import Secrets

LIMIT = 20_000
"""Characters of an error with its traceback that is stored as it is."""
TOLD_LIMIT = 3_000
"""Characters of what is told of any other."""
UNSAID = "<exception str() failed>"
"""What `traceback` writes for an error whose `str()` fails."""
NOT_AGAIN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    ToolTimeoutError,
    TypeError,
    UnansweredError,
    ValueError,
)
"""Mistakes of the tool's own code, such as text that cannot be encoded. They come again, and the
part of the tool before them would run again, too. So does what a tool's own limit of time ended."""


@contextmanager
def concealing(secrets: Secrets) -> Generator[None]:
    """What nobody planned for is stored and logged too: bounded, encodable, without secrets.

    Raises:
        ApplicationError: in place of an error that is not like that, or would come again.
    """
    try:
        yield
    except ToolError:
        raise
    except Exception as error:
        told = "".join(traceback.format_exception(error))
        is_plain = secrets.hide(text_of(told)) == told and len(told) <= LIMIT
        is_plain = is_plain and UNSAID not in told
        again = not isinstance(error, NOT_AGAIN)
        if isinstance(error, ApplicationError):
            is_plain, again = is_plain and not error.details, not error.non_retryable
        if is_plain and again:
            raise
        raise ApplicationError(
            cut(secrets.hide(text_of(error)), TOLD_LIMIT),
            type=type(error).__name__,
            non_retryable=not again,
        ) from (error if is_plain else None)
