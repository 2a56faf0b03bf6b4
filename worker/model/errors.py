"""What a provider's errors mean: whether to try again, how long to wait, what people are told."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from openai import APIConnectionError, APIResponseValidationError, APIStatusError, APITimeoutError
from temporalio.exceptions import ApplicationError

from countersign.tools.text import cut, text_of
from workflows.contracts.model_faults import ModelFault

PATIENCE = timedelta(seconds=60)
"""How long a model call is tried again. It holds the thread's floor: others wait as long."""
LONGEST_WAIT = timedelta(days=30)
"""A provider that names a later day is taken for one that names none."""
_TOLD = 500
"""How much of the provider's own words is kept for operators."""

CODES = {
    "insufficient_quota": ModelFault.QUOTA,
    "billing_hard_limit_reached": ModelFault.QUOTA,
    "billing_not_active": ModelFault.QUOTA,
    "context_length_exceeded": ModelFault.CONTEXT,
    "string_above_max_length": ModelFault.CONTEXT,
    "request_too_large": ModelFault.CONTEXT,
    "model_not_found": ModelFault.MODEL_MISSING,
    "deploymentnotfound": ModelFault.MODEL_MISSING,
    "content_filter": ModelFault.FILTERED,
    "content_policy_violation": ModelFault.FILTERED,
    "invalid_prompt": ModelFault.FILTERED,
    "responsibleaipolicyviolation": ModelFault.FILTERED,
    "invalid_api_key": ModelFault.REFUSED_KEY,
    "rate_limit_exceeded": ModelFault.RATE_LIMITED,
    "server_error": ModelFault.UNAVAILABLE,
    "overloaded_error": ModelFault.UNAVAILABLE,
}
"""By the provider's own code, which says more than the HTTP status."""
STATUSES = {
    401: ModelFault.REFUSED_KEY,
    402: ModelFault.QUOTA,
    403: ModelFault.REFUSED_KEY,
    405: ModelFault.WRONG_ADDRESS,
    408: ModelFault.UNAVAILABLE,
    409: ModelFault.UNAVAILABLE,
    413: ModelFault.CONTEXT,
    425: ModelFault.UNAVAILABLE,
    429: ModelFault.RATE_LIMITED,
}
PASSING = frozenset(
    {
        ModelFault.RATE_LIMITED,
        ModelFault.TIMEOUT,
        ModelFault.UNAVAILABLE,
        ModelFault.UNFORESEEN,
        ModelFault.UNREADABLE,
    }
)
"""What may be otherwise a moment later."""
_CONTEXT = re.compile(
    r"context (length|window|size)|maximum context|prompt is too long", re.IGNORECASE
)
_KEY = re.compile(r"\bsk-[\w*-]{4,}")


@dataclass
class NoAnswerError(Exception):
    """There is no answer of the model."""

    fault: ModelFault
    told: str = ""
    """What happened, for operators: status, code and the provider's words."""
    passes: bool = False
    """Whether to try again."""
    wait: float | None = None
    """Seconds that the provider asks for."""


def explained(error: Exception) -> NoAnswerError:
    """What an exception of the OpenAI client, or any other, means."""
    match error:
        case NoAnswerError():
            return error
        case APITimeoutError() | TimeoutError():
            return _passing(ModelFault.TIMEOUT, error)
        case APIStatusError():
            return _refused(error)
        case APIConnectionError():
            return _passing(ModelFault.UNAVAILABLE, error.__cause__ or error)
        case APIResponseValidationError():
            return _passing(ModelFault.UNREADABLE, error)
        case _:
            return _passing(ModelFault.UNFORESEEN, error)


def explained_body(error: Any) -> NoAnswerError:
    """What an `error` inside of an answer means. Gateways send it with status 200."""
    told = error if isinstance(error, Mapping) else {"message": error}
    code, words = told.get("code") or told.get("type"), text_of(told.get("message"))
    status = int(text) if (text := str(code)).isdecimal() and len(text) == 3 else 500
    fault = fault_of(status, (str(code),), words)
    return NoAnswerError(fault, _kept(f"{code}: {words}"), passes=fault in PASSING)


def as_failure(problem: NoAnswerError, since: datetime) -> ApplicationError:
    """The failure of the activity: tried again, or told at once where that would take too long.

    Args:
        problem: what is wrong.
        since: when the model was asked for the first time.
    """
    now = datetime.now(UTC)
    wait = timedelta(seconds=problem.wait) if problem.wait else None
    is_near = now + (wait or timedelta()) - since <= PATIENCE
    return ApplicationError(
        problem.told,
        *([{"until": (now + wait).isoformat(), "seconds": problem.wait}] if wait else []),
        type=problem.fault,
        non_retryable=not (problem.passes and is_near),
        next_retry_delay=wait,
    )


def fault_of(status: int, codes: tuple[str, ...], words: str) -> ModelFault:
    """By the provider's code, else by the HTTP status and its words."""
    known = (CODES[code.lower()] for code in codes if code.lower() in CODES)
    if (fault := next(known, None)) is not None:
        return fault
    if _CONTEXT.search(words) and 400 <= status < 500:
        return ModelFault.CONTEXT
    if status == 404:
        return ModelFault.MODEL_MISSING if "model" in words.lower() else ModelFault.WRONG_ADDRESS
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return ModelFault.UNAVAILABLE
    return ModelFault.REFUSED_REQUEST if status >= 400 else ModelFault.WRONG_ADDRESS


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` asks for: milliseconds, seconds or a date; None if it makes no sense.

    www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if (wait := _number(headers.get("retry-after-ms", ""))) is not None:
        wait /= 1000
    else:
        asked = headers.get("retry-after", "").strip()
        wait = _number(asked) if _number(asked) is not None else _until(asked)
    if wait is None or not 0 < wait <= LONGEST_WAIT.total_seconds():
        return None
    return wait


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()


def _refused(error: APIStatusError) -> NoAnswerError:
    body = error.body if isinstance(error.body, Mapping) else {}
    codes = tuple(str(body.get(key) or "") for key in ("code", "type"))
    words = text_of(body.get("message") or error.body or "")
    fault = fault_of(error.status_code, codes, words)
    headers = error.response.headers
    passes = {"true": True, "false": False}.get(headers.get("x-should-retry", ""), fault in PASSING)
    told = f"{error.status_code} {' '.join(filter(None, codes))}: {words}"
    return NoAnswerError(fault, _kept(told), passes, seconds_to_wait(headers))


def _passing(fault: ModelFault, error: BaseException) -> NoAnswerError:
    return NoAnswerError(fault, _kept(f"{type(error).__name__}: {text_of(error)}"), passes=True)


def _kept(words: str) -> str:
    """A provider's words, without a key that it may repeat."""
    return cut(_KEY.sub("sk-…", text_of(words)), _TOLD)
