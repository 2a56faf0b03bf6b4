"""The Temporal worker: every workflow and activity, and what workflows must not import."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

from agents import set_default_openai_client
from agents.models.default_models import OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME
from openai import AsyncOpenAI
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.openai_agents import ModelActivityParameters, OpenAIAgentsPlugin
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxMatcher, SandboxRestrictions

from worker.heartbeat import Heartbeats
from worker.model.hosted import Servers
from worker.model.provider import ByTaskQueue, ResponsesProvider
from worker.settings import WorkerSettings
from worker.workflow_runner import ContextFreeRunner
from workflows.approval.sweep import EndedWorkflow, SweepWorkflow
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.activities import (
    AgentActivities,
    AgentCodeActivities,
    CardActivities,
    DirectoryActivities,
    EndActivities,
    LifecycleActivities,
    PolicyActivities,
    SurfaceActivities,
    TurnActivities,
    VoteActivities,
)
from workflows.conversation.workflow import ConversationWorkflow
from workflows.timeouts import HEARTBEAT

FORBIDDEN = SandboxMatcher(
    access={"aiohttp", "bot", "slack_bolt", "slack_sdk", "sqlalchemy", "worker"}
)
"""A workflow that imports one of these directly stops the worker at its start."""
RESTRICTIONS = replace(
    SandboxRestrictions.default.with_passthrough_modules("pydantic", "pydantic_core"),
    invalid_modules=FORBIDDEN,
)
WORKFLOWS = (ConversationWorkflow, ApprovalWorkflow, EndedWorkflow, SweepWorkflow)
Activities = (
    AgentActivities
    | AgentCodeActivities
    | CardActivities
    | DirectoryActivities
    | EndActivities
    | LifecycleActivities
    | PolicyActivities
    | SurfaceActivities
    | TurnActivities
    | VoteActivities
)
DRAIN = timedelta(seconds=20)
GRACE = timedelta(seconds=10)
"""A model call that takes too long says so itself before Temporal only sees that it is late."""
STICKY = timedelta(seconds=3)
"""How long the next step of a workflow waits for a worker that died with it in its cache.
The SDK's ten seconds would be spent twice after a crash: by the approval and its conversation."""


def use_model(settings: WorkerSettings) -> None:
    """Have agents that name no model take that of the settings, also in a guardrail or a tool.

    Before the agent's module is imported: the SDK sets up agents for it as they are made.
    """
    os.environ.setdefault(OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME, settings.openai_model)


def build_plugin(settings: WorkerSettings, hosted: Mapping[str, Servers]) -> OpenAIAgentsPlugin:
    """The Agents SDK on Temporal, with the model of the settings.

    `hosted` are the MCP servers that the model's provider calls, by their agent's task queue.

    The OpenAI client does not retry: the activity does, and Temporal shows it.
    """
    longest = timedelta(seconds=settings.model_timeout_seconds)
    client = AsyncOpenAI(
        api_key=settings.openai_api_key.get_secret_value() or "unset",
        base_url=settings.openai_base_url,
        timeout=settings.model_timeout_seconds,
        max_retries=0,
    )
    set_default_openai_client(client, use_for_tracing=False)  # for runs in a guardrail or a tool
    return OpenAIAgentsPlugin(
        model_params=ModelActivityParameters(
            start_to_close_timeout=longest + GRACE,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RetryPolicy(
                maximum_attempts=settings.model_attempts, maximum_interval=timedelta(seconds=10)
            ),
        ),
        model_provider=ByTaskQueue(
            {queue: ResponsesProvider(client, longest, own) for queue, own in hosted.items()}
        ),
        add_temporal_spans=False,
    )


def build_worker(temporal: Client, task_queue: str, activities: Sequence[Activities]) -> Worker:
    """A worker for everything. The client has to have the plugin of `build_plugin`."""
    return Worker(
        temporal,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[method for it in activities for method in _methods(it)],
        workflow_runner=ContextFreeRunner(restrictions=RESTRICTIONS),
        interceptors=[Heartbeats()],
        graceful_shutdown_timeout=DRAIN,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


def _methods(activities: Any) -> Sequence[Any]:
    names = (
        name
        for base in get_args(Activities)
        if isinstance(activities, base)
        for name in sorted(base.__abstractmethods__)
    )
    return [getattr(activities, name) for name in names]
