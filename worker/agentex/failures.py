"""Failures of AgentEx's backend, as Temporal is to treat them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from temporalio.exceptions import ApplicationError

from countersign.agentex.errors import AgentexAwayError, AgentexRefusedError
from workflows.contracts.core import Origin

AWAY = "agentex_away"
WRONG_KEY = 401
KEY_DELAY = timedelta(minutes=1)
"""Until an administrator acts, it is tried every minute."""

log = structlog.get_logger(__name__)


@contextmanager
def asking_about(origin: Origin) -> Generator[None]:
    """Around what is asked of the backend about a task.

    Raises:
        ApplicationError: of the type `agentex_away`, or `agentex_` and HTTP's status. Final if
            the backend refuses: it has no such task, or lets nobody write into it any more.
    """
    try:
        yield
    except AgentexAwayError as error:
        delay = None if error.seconds is None else timedelta(seconds=error.seconds)
        why = f"AgentEx is away: {error}"
        raise ApplicationError(why, type=AWAY, next_retry_delay=delay) from error
    except AgentexRefusedError as error:
        raise _refused(error, origin) from error


def _refused(error: AgentexRefusedError, origin: Origin) -> ApplicationError:
    kind = f"agentex_{error.status}"
    if error.status == WRONG_KEY:
        why = "AgentEx refuses the agent's key; check AGENT_API_KEY, or start the worker again"
        log.error(why, task=origin.id)
        return ApplicationError(why, type=kind, next_retry_delay=KEY_DELAY)
    log.warning("AgentEx takes no message for a task", task=origin.id, status=error.status)
    return ApplicationError(str(error), type=kind, non_retryable=True)
