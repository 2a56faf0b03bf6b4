"""Bounds for what local activities answer: Temporal ends a workflow that records more."""

from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

LIMIT = 2**20
"""Bytes of one answer; Temporal takes no marker of more than two mebibytes."""


class BoundedStepAnswers(Interceptor):
    """Refuses an answer that cannot be recorded, of which only its own step hears then."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """See `Interceptor`."""
        return _Bounded(next)


class _Bounded(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        answer = await super().execute_activity(input)
        if activity.info().is_local:
            size = sum(it.ByteSize() for it in activity.payload_converter().to_payloads([answer]))
            if size > LIMIT:
                told = f"An answer of {size:,} bytes cannot be recorded"
                raise ApplicationError(told, type="too_large", non_retryable=True)
        return answer
