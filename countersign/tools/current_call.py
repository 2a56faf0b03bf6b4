"""The call that a tool is run for, for what the tool's own context does not have."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from workflows.contracts.core import Call

_CURRENT: ContextVar[Call] = ContextVar("countersign_call")


def current_call() -> Call:
    """The call under way: its `key` for idempotency, its `requester`, its `approval`.

    Raises:
        LookupError: no tool, preview or `needs_approval` is running.
    """
    return _CURRENT.get()


@contextmanager
def calling(call: Call) -> Generator[None]:
    """Within this, it is the current call."""
    token = _CURRENT.set(call)
    try:
        yield
    finally:
        _CURRENT.reset(token)
