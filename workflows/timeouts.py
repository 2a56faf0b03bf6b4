"""How long workflows wait for the world, and how they call it."""

from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy

SLACK_CALL = timedelta(seconds=30)
TOOL_CALL = timedelta(minutes=5)
ACTIVITY_CALL = timedelta(seconds=30)
TOOL_RETRIES = RetryPolicy(maximum_attempts=5)
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

Answer = TypeVar("Answer", bound=BaseModel)


def sure(kind: type[Answer], value: Any) -> Answer:
    """What an activity answered, if it is wholly what it should be.

    The Agents plugin reads leniently what does not fit, for the sake of models' answers: parts
    may be missing then or be of another type. Nothing is decided on that.

    Raises:
        ValidationError: it is not.
    """
    given = value.model_dump(warnings=False) if isinstance(value, BaseModel) else value
    return kind.model_validate(given)


async def call_slack(method: Any, argument: Any) -> Any:
    """Call Slack until it answers for good: an outage of hours delays a card, not a decision."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=SLACK_CALL,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
    )


async def ask_now(method: Any, argument: Any, within: timedelta = ANSWER_PATIENCE) -> Any:
    """Ask what somebody waits for: a few tries within seconds, and then it could not be done."""
    return await workflow.execute_activity_method(
        method,
        argument,
        schedule_to_close_timeout=within,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_attempts=3, maximum_interval=timedelta(seconds=2)),
    )


async def prepare(method: Any, argument: Any) -> Any:
    """Have a call made ready: it has no side effects, so it is tried for as long as one waits."""
    return await patiently(method, argument, PREPARE_PATIENCE)


async def patiently(method: Any, argument: Any, patience: timedelta) -> Any:
    """Ask until there is an answer or `patience` is over, at least once a minute."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=min(ACTIVITY_CALL, patience),
        schedule_to_close_timeout=patience,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
    )
