"""A task of AgentEx as the origin of a conversation, and who asks in it."""

import re
from collections.abc import Mapping, Sequence

from workflows.contracts.core import Origin, Person

KIND = "agentex"
ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids of tasks, in AgentEx UUIDs, and names of agents."""
PRINCIPAL_LIMIT = 80
"""Characters that are kept of who somebody is."""
NOBODY = "somebody"
"""Who asks where AgentEx does not say; all of them are one."""
PARAMS = ("principal", "user_id")
"""Where else a task may say who asks in it."""
SECRETS = ("key", "cookie", "token", "secret", "authorization")
"""Parts of the names of headers that tell a credential, and never who somebody is."""


class TaskIdError(ValueError):
    """An id that no task and no agent of AgentEx has."""


def task_origin(agent_name: str, task_id: str) -> Origin:
    """The task of this id, of the agent of this name.

    Raises:
        TaskIdError: one of them is none.
    """
    for id_ in (agent_name, task_id):
        if not ID.fullmatch(id_):
            raise TaskIdError("An id has to be 1 to 64 letters, digits, dots, hyphens or _.")
    return Origin(kind=KIND, team=agent_name, channel="", id=task_id)


def person_of(
    headers: Mapping[str, str], params: Mapping[str, object] | None, names: Sequence[str]
) -> Person:
    """Who asks, as AgentEx says it; never somebody of Slack, so nobody who votes.

    Args:
        headers: what came with the call, of which nothing else is kept.
        params: those of the task.
        names: the headers that say who asks, in lower case; the first that says so counts.
    """
    principal = next((it for it in _said(headers, params or {}, names) if it), NOBODY)
    return Person(team="", user=f"{KIND}:{principal}", name=principal)


def _said(
    headers: Mapping[str, str], params: Mapping[str, object], names: Sequence[str]
) -> Sequence[str]:
    """Everything that may say who asks, in order, made harmless."""
    low = {name.lower(): value for name, value in headers.items()}
    allowed = [name for name in names if not any(secret in name for secret in SECRETS)]
    said = (*map(low.get, allowed), *map(params.get, PARAMS))
    return [_harmless(it) if isinstance(it, str) else "" for it in said]


def _harmless(text: str) -> str:
    """What can be seen of a text, without spaces, and not too long."""
    return "".join(it for it in text if it.isprintable() and it != " ")[:PRINCIPAL_LIMIT]
