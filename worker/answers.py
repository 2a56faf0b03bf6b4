"""What activities answer, looked at before a workflow gets it.

A workflow cannot catch an answer that does not decode, and what decodes to something else breaks
it later: both would fail its tasks for ever. Here the activity fails instead, which every workflow
is made for. It is not tried again, since it has done what it does.
"""

from abc import ABC
from collections.abc import Iterator
from typing import Any, get_type_hints

import pydantic_core
from pydantic import TypeAdapter, ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from workflows import activities

LARGEST = 1_000_000
"""Bytes. Temporal takes two mebibytes, and workflows hand on an answer together with more."""


class Answers(Interceptor):
    """Lets an activity fail whose answer no workflow could use."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """See `Interceptor`."""
        return _Checking(next)


class _Checking(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        answer = await super().execute_activity(input)
        if problem := problem_with(activity.info().activity_type, answer):
            raise ApplicationError(problem, type="UnusableAnswer", non_retryable=True)
        return answer


def problem_with(name: str, answer: Any) -> str:
    """Why a workflow could not use what an activity answers; empty if it can."""
    try:
        written = pydantic_core.to_json(answer)
    except ValueError as error:
        return f"{name} answered what cannot be written down: {type(error).__name__}"
    if len(written) > LARGEST:
        return f"{name} answered {len(written):,} bytes; workflows take {LARGEST:,}"
    try:
        if name in DECLARED:
            DECLARED[name].validate_json(written)
    except ValidationError as error:
        return f"{name} answered something of another shape: {error.error_count()} faults"
    return ""


def _declared() -> Iterator[tuple[str, TypeAdapter[Any]]]:
    for it in vars(activities).values():
        if isinstance(it, type) and issubclass(it, ABC):
            for name in getattr(it, "__abstractmethods__", ()):
                yield name, TypeAdapter(get_type_hints(getattr(it, name))["return"])


DECLARED = dict(_declared())
"""What our activities say that they answer; how models answer is not ours to declare."""
