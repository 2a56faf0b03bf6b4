"""Failures of Slack calls: which of them pass by themselves, and which are final."""

import asyncio
import re
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import UNREACHABLE
from countersign.slack.web_client import (
    BAD_BLOCKS,
    CONFIGURATION,
    UNKNOWN,
    UNREADABLE,
    code_of,
    retry_after,
)
from worker.heartbeat import puzzled_before

NOT_IN_SLACK = "not_in_slack"
"""Our own word: somebody has no account there, or a conversation takes place elsewhere."""
PERMANENT = (
    UNKNOWN
    | BAD_BLOCKS
    | {
        NOT_IN_SLACK,
        "cannot_dm_bot",
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "ekm_access_denied",
        "invalid_arguments",
        "is_archived",
        "message_not_found",
        "messages_tab_disabled",
        "method_not_supported_for_channel_type",
        "msg_too_long",
        "no_such_subteam",
        "no_text",
        "not_in_channel",
        "plan_upgrade_required",
        "restricted_action",
        "restricted_action_thread_only_channel",
        "thread_locked",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
    }
)
"""A person has to change something, and asking again would not help."""
PASSING = frozenset(
    {
        UNREACHABLE,
        UNREADABLE,
        "fatal_error",
        "internal_error",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "rollup_error",
        "service_unavailable",
        "team_added_to_org",
    }
)
"""What passes by itself, however long it takes. Whatever is on no list is tried a few times."""
UNFAMILIAR_DELAYS = (timedelta(seconds=1), timedelta(seconds=3))
"""After these tries, what Slack says in a word that is not known here is taken for a refusal."""
UNFAMILIAR = "unfamiliar"
"""Detail of a failure that was taken for a refusal only because it came again and again."""
PATIENCE = timedelta(minutes=1)
PATIENCE_DELAY = timedelta(seconds=10)
"""Where nothing is left but what is unfamiliar, it is tried for a minute, every ten seconds."""
NOT_SLACKS_OWN = re.compile(r"http_(0|[235]\d\d|408|425|429)")
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""The message can no longer be rewritten."""
CONFIGURATION_DELAY = timedelta(minutes=1)
"""Until an administrator acts, it is tried every minute."""
AT_ONCE = 5

T = TypeVar("T")


async def ask(call: Awaitable[Any]) -> Any:
    """Await a Web API call.

    Raises:
        ApplicationError: of the type that Slack calls it; final if trying again cannot help.
    """
    try:
        return await call
    except SlackApiError as error:
        raise explained(error) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise failure(UNREACHABLE) from error


def explained(error: SlackApiError) -> ApplicationError:
    """The failure as Temporal is to treat it."""
    return failure(code_of(error), retry_after(error))


def failure(code: str, seconds: float | None = None) -> ApplicationError:
    """What Slack calls `code`, as Temporal is to treat it: again later, or never again."""
    delay = timedelta(seconds=seconds) if seconds is not None else None
    if code in CONFIGURATION:
        return _error(code, delay=CONFIGURATION_DELAY)
    if code in PERMANENT:
        return _error(code, is_final=True)
    return _error(code, delay=delay) if passes(code) else _unfamiliar(code, delay)


def passes(code: str) -> bool:
    """Whether this is known to pass by itself: Slack or the way to it is out of order.

    A 200 or 302 without a word of Slack's comes from something in between.
    """
    is_passing = code in PASSING or NOT_SLACKS_OWN.fullmatch(code) is not None
    return is_passing and code not in PERMANENT


def _unfamiliar(code: str, delay: timedelta | None) -> ApplicationError:
    """A word that is not known here: worth a few tries, and then a refusal like any other."""
    tries = puzzled_before() if activity.in_activity() else 0
    if tries < len(UNFAMILIAR_DELAYS):
        return _error(code, delay=delay or UNFAMILIAR_DELAYS[tries])
    return _error(code, UNFAMILIAR, is_final=True)


def _error(
    code: str, *details: str, delay: timedelta | None = None, is_final: bool = False
) -> ApplicationError:
    return ApplicationError(
        f"Slack refused: {code}",
        *details,
        type=code,
        non_retryable=is_final,
        next_retry_delay=delay,
    )


def is_refusal(error: ApplicationError) -> bool:
    """Whether Slack will not do this here, although it may do something else."""
    return error.non_retryable or error.type in {"missing_scope", "not_allowed_token_type"}


def is_unfamiliar(result: object) -> bool:
    """Whether this is a refusal only because the same came again and again, so it may yet pass."""
    return isinstance(result, ApplicationError) and UNFAMILIAR in result.details


def is_young() -> bool:
    """Whether the activity was asked for less than a minute ago."""
    return datetime.now(UTC) - activity.info().scheduled_time < PATIENCE


def again(error: ApplicationError) -> ApplicationError:
    """The same as something to be tried again in a while."""
    return _error(str(error.type), delay=PATIENCE_DELAY)


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T | ApplicationError]:
    """Await all, a few at a time; what Slack refused stands in the place of its result.

    Raises:
        ApplicationError: the first failure that may pass by itself, once all others are through.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def taking_turns(call: Awaitable[T]) -> T | ApplicationError:
        async with turns:
            try:
                return await call
            except ApplicationError as error:
                return error

    results = await asyncio.gather(*(taking_turns(call) for call in calls))
    for result in results:
        if isinstance(result, ApplicationError) and not is_refusal(result):
            raise result
    return results
