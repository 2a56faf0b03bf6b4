"""How long workflows wait for the world, and how they call it.

Whatever an activity answers is checked before anything is decided on it: the Agents plugin reads
leniently what does not fit, for the sake of models' answers, so that parts may be missing or be
of another type. What does not fit raises pydantic's `ValidationError`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cache
from types import NoneType
from typing import Any, TypedDict, TypeVar, Unpack, get_type_hints

from pydantic import BaseModel, TypeAdapter
from temporalio import workflow
from temporalio.common import RetryPolicy

from workflows.contracts.core import Call

SLACK_CALL = timedelta(seconds=30)
CODE_CALL = timedelta(minutes=5)
ACTIVITY_CALL = timedelta(seconds=30)
TOOL_RETRIES = RetryPolicy(maximum_attempts=5)
CODE_RETRIES = RetryPolicy(maximum_attempts=3)
HEARTBEAT = timedelta(seconds=6)
"""After so long without a sign of life, an activity's worker is taken for dead."""
ANSWER_PATIENCE = timedelta(seconds=10)
"""How long somebody waits for an answer before they are asked to try again."""
PREPARE_PATIENCE = timedelta(seconds=30)
"""How long a call may take to be made ready before it is told that it cannot be."""
CARD_PATIENCE = timedelta(minutes=10)
"""How long a decided approval waits for Slack to take its last card before it goes on without."""
EPHEMERAL_PATIENCE = timedelta(minutes=1)
NOTICEABLE = timedelta(seconds=1)
"""How long an action may run before its card says that it does."""
ONCE_A_MINUTE = timedelta(minutes=1)

Model = TypeVar("Model", bound=BaseModel)
Owner = TypeVar("Owner")
Given = TypeVar("Given")
Answer = TypeVar("Answer")


class Options(TypedDict, total=False):
    """What Temporal may be told of one call."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta | None
    retry_policy: RetryPolicy
    summary: str


async def call_slack(
    method: Callable[[Owner, Given], Awaitable[Answer]],
    given: Given,
    within: timedelta | None = None,
) -> Answer:
    """Call Slack until it answers for good: an outage of hours delays a card, not a decision."""
    return await _execute(
        method,
        given,
        start_to_close_timeout=SLACK_CALL,
        schedule_to_close_timeout=within,
        retry_policy=RetryPolicy(maximum_interval=ONCE_A_MINUTE),
    )


async def ask_now(
    method: Callable[[Owner, Given], Awaitable[Answer]],
    given: Given,
    within: timedelta = ANSWER_PATIENCE,
) -> Answer:
    """Ask what somebody waits for: a few tries within seconds, and then it could not be done."""
    return await _execute(
        method,
        given,
        schedule_to_close_timeout=within,
        retry_policy=RetryPolicy(maximum_attempts=3, maximum_interval=timedelta(seconds=2)),
    )


async def patiently(
    method: Callable[[Owner, Given], Awaitable[Answer]],
    given: Given,
    patience: timedelta,
    unless: Sequence[str] = (),
) -> Answer:
    """Ask until there is an answer, a failure of one of these types, or `patience` is over.

    It is asked at least once a minute.
    """
    return await _execute(
        method,
        given,
        start_to_close_timeout=min(ACTIVITY_CALL, patience),
        schedule_to_close_timeout=patience,
        retry_policy=RetryPolicy(maximum_interval=ONCE_A_MINUTE, non_retryable_error_types=unless),
    )


async def run_tool(
    method: Callable[[Owner, Call], Awaitable[Answer]], call: Call, summary: str
) -> Answer:
    """Have a tool run; `summary` is what Temporal's Web UI shows beside it."""
    return await _execute(
        method,
        call,
        start_to_close_timeout=timedelta(seconds=call.seconds),
        retry_policy=TOOL_RETRIES,
        summary=summary,
    )


async def run_code(
    method: Callable[[Owner, Given], Awaitable[Answer]], given: Given, summary: str
) -> Answer:
    """Have code of the agent's author run that is no tool, such as a guardrail."""
    return await _execute(
        method,
        given,
        start_to_close_timeout=CODE_CALL,
        retry_policy=CODE_RETRIES,
        summary=summary,
    )


async def _execute(
    method: Callable[[Owner, Given], Awaitable[Answer]], given: Given, **options: Unpack[Options]
) -> Answer:
    answer = await workflow.execute_activity_method(
        method, given, heartbeat_timeout=HEARTBEAT, **options
    )
    return _checked(method, answer)


def _checked(method: Callable[[Owner, Given], Awaitable[Answer]], answer: Answer) -> Answer:
    """The answer, if it is wholly what the activity's signature says."""
    kind = _kind(method)
    if kind is None:
        return answer
    return kind.validate_python(kind.dump_python(answer, warnings=False))


@cache
def _kind(method: Callable[..., object]) -> TypeAdapter[Any] | None:
    """How to read what an activity answers; None where nothing is expected."""
    told = get_type_hints(method)["return"]
    return None if told is NoneType else TypeAdapter(told)
