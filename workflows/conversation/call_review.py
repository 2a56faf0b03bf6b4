"""What a call would do and what the policy says of it, asked for as long as that makes sense."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from workflows.contracts.activities import TurnActivities
from workflows.contracts.activity_inputs import AskedHere, ReviewQuery
from workflows.contracts.core import Prepared
from workflows.contracts.rules import POLICY_UNAVAILABLE, Reviewed, Ruling, Verdict
from workflows.conversation.memory import GuardedCall
from workflows.conversation.model_messages import unprepared_for_model
from workflows.timeouts import ANSWER_PATIENCE, PREPARE_PATIENCE, patiently

LONGEST_JUDGING = timedelta(hours=24)
"""How long it is tried to get a ruling where no rule says how long a request may wait."""

Tell = Callable[[GuardedCall, datetime], Awaitable[None]]
"""Tells the thread that nobody can be asked yet, and until when that is tried."""


async def review(
    it: GuardedCall, tell_delay: Tell, asked_here: tuple[AskedHere, ...] = ()
) -> Reviewed:
    """Have a call made ready and judged. What cannot be is not asked: never raises `FailureError`.

    A Slack that is away delays it, and the thread is told so once. Meanwhile whoever asked may
    take it back.
    """
    query = ReviewQuery(call=it.call, asked_here=asked_here, instead_of=it.instead_of)
    try:
        return await _review_now(query)
    except FailureError as error:
        if _is_final(error) or not _is_of_the_policy(error):
            return _unreviewed(error)
        patience = _patience_of(error)
    if not it.delayed:
        it.delayed = True
        await tell_delay(it, workflow.now() + patience)
    return await _review_patiently(it, query, patience)


async def _review_now(query: ReviewQuery) -> Reviewed:
    """Review it for as long as one waits for an answer.

    Raises:
        FailureError: it cannot be had now, or not at all.
    """
    review_call = TurnActivities.review_call
    try:
        return await patiently(review_call, query, PREPARE_PATIENCE, unless=[POLICY_UNAVAILABLE])
    except FailureError as error:
        if _is_final(error) or not _is_of_the_policy(error):
            raise
    return await patiently(review_call, query, ANSWER_PATIENCE)


async def _review_patiently(it: GuardedCall, query: ReviewQuery, patience: timedelta) -> Reviewed:
    asked = patiently(TurnActivities.review_call, query, patience)
    reviewing = asyncio.create_task(asked)
    await workflow.wait_condition(lambda: reviewing.done() or bool(it.withdrawn_by))
    if not reviewing.done():
        reviewing.cancel()
        return Reviewed()
    try:
        return reviewing.result()
    except ActivityError as error:
        return _unreviewed(error)


def _unreviewed(error: FailureError) -> Reviewed:
    """What cannot be prepared must not end its siblings' turn; what cannot be judged is denied."""
    workflow.logger.error("A call could not be reviewed", exc_info=error)
    if not _is_of_the_policy(error):
        return Reviewed(prepared=Prepared(problem=unprepared_for_model()))
    because = _why(error) or "The policy could not be asked."
    return Reviewed(ruling=Ruling(verdict=Verdict.DENY, failed=True, because=because))


def _is_final(error: FailureError) -> bool:
    """Whether asking again cannot help."""
    failure = _failure(error)
    return failure is not None and failure.non_retryable


def _is_of_the_policy(error: FailureError) -> bool:
    failure = _failure(error)
    return failure is not None and failure.type == POLICY_UNAVAILABLE


def _patience_of(error: FailureError) -> timedelta:
    """For how long a request like this may wait at all, as far as the policy could say."""
    failure = _failure(error)
    match failure.details if failure else ():
        case [{"patience_seconds": int() | float() as seconds}, *_]:
            return timedelta(seconds=seconds)
        case _:
            return LONGEST_JUDGING


def _why(error: FailureError) -> str:
    """What the policy could not find out, in its own words."""
    failure = _failure(error)
    match failure.details if failure else ():
        case [{"because": str() as because}, *_]:
            return because
        case _:
            return ""


def _failure(error: FailureError) -> ApplicationError | None:
    """What the activity failed with; after a time limit, what the last try before that did."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    return cause
