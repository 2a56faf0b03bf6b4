"""How long workflows wait for the world, and how they call it."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

SLACK_CALL = timedelta(seconds=30)
TOOL_CALL = timedelta(minutes=5)
ACTIVITY_CALL = timedelta(seconds=30)
TOOL_RETRIES = RetryPolicy(maximum_attempts=5)
HEARTBEAT = timedelta(seconds=6)
"""After so long without a sign of life, an activity's worker is taken for dead."""
LOOK_UP_PATIENCE = timedelta(seconds=20)
"""How long a vote waits for Slack to say who it is from before the voter is asked to try again."""
CARD_PATIENCE = timedelta(minutes=10)
"""How long a decided approval waits for Slack to take its last card before it goes on without."""
WHISPER_PATIENCE = timedelta(minutes=1)


async def call_slack(method: Any, argument: Any) -> Any:
    """Call Slack until it answers for good: an outage of hours delays a card, not a decision."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=SLACK_CALL,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
    )


async def ask_now(method: Any, argument: Any) -> Any:
    """Ask what somebody waits for: a few tries within seconds, and then it could not be done."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=LOOK_UP_PATIENCE,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=RetryPolicy(maximum_attempts=3, maximum_interval=timedelta(seconds=2)),
    )


async def prepare(method: Any, argument: Any) -> Any:
    """Have a call made ready, or judged: no side effects, so it is tried until it answers."""
    return await workflow.execute_activity_method(
        method,
        argument,
        start_to_close_timeout=ACTIVITY_CALL,
        heartbeat_timeout=HEARTBEAT,
    )
