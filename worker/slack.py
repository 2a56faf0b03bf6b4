"""What the worker's calls of Slack have in common: which failures pass by themselves."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from temporalio.exceptions import ApplicationError

from bot.directory import UNREACHABLE
from bot.slack import BAD_BLOCKS, UNKNOWN, code_of, retry_after

PERMANENT = (
    UNKNOWN
    | BAD_BLOCKS
    | {
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
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""What a message was posted as can no longer be rewritten."""
CONFIGURATION = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
"""An administrator has to mend the app. What waits is not lost: it is tried every minute."""
CONFIGURATION_DELAY = timedelta(minutes=1)
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
    """What Slack calls `code`, as Temporal is to treat it."""
    delay = timedelta(seconds=seconds) if seconds is not None else None
    if code in CONFIGURATION:
        delay = CONFIGURATION_DELAY
    return ApplicationError(
        f"Slack refused: {code}",
        type=code,
        non_retryable=code in PERMANENT,
        next_retry_delay=delay,
    )


def is_refusal(error: ApplicationError) -> bool:
    """Whether Slack will not do this here, although it may do something else."""
    return error.non_retryable or error.type in {"missing_scope", "not_allowed_token_type"}


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
