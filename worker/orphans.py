"""Conversations of an agent that is gone: it was renamed, or taken out of `AGENTS`."""

from collections import Counter

import structlog
from temporalio.client import Client

from workflows.agent_queues import AgentQueues
from workflows.listing.pages import TIMEOUT
from workflows.listing.queries import running_elsewhere

log = structlog.get_logger(__name__)

MOST = 1_000
"""Workflows that are looked at."""


async def tell_of_orphans(temporal: Client, prefix: str, agents: AgentQueues) -> None:
    """Log every task queue in which something of this installation waits for no agent of ours.

    Args:
        temporal: where to look.
        prefix: `TASK_QUEUE`, with which the names of all our queues begin.
        agents: those that there are.

    Raises:
        RPCError: Temporal does not answer.
    """
    query = running_elsewhere(prefix, [it.task_queue for it in agents.agents])
    found = temporal.list_workflows(query, limit=MOST, rpc_timeout=TIMEOUT)
    waiting = Counter([it.task_queue async for it in found])
    for task_queue, count in waiting.items():
        log.error(
            "conversations and approvals wait for an agent that is not there; give an agent in "
            "AGENTS this task_queue, or run a worker with this TASK_QUEUE",
            task_queue=task_queue,
            count=count,
        )
