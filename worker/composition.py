"""Puts a worker together and runs it: the same for every program that is one."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime
from functools import partial

from agents import set_trace_processors
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client
from temporalio.worker import Worker

from countersign.runtime.agents_file import queues_of
from countersign.runtime.health import build_http
from countersign.runtime.preflight import reach_temporal, why_temporal_is_away
from countersign.runtime.process import listening, unless, until
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import KEEP_SECONDS, Audience
from countersign.slack.listing.home_tab import HomeTab
from worker.activities import build_activities
from worker.agents import FoundAgent, find_agent, open_agent, refused
from worker.home_publisher import HomePublisher
from worker.known import Known, Reach
from worker.orphans import tell_of_orphans
from worker.runtime import build_plugin, build_worker, use_model
from worker.search import register_search_attributes
from worker.settings import WorkerSettings
from workflows.client import Approvals

Listen = Callable[[web.Application], AbstractAsyncContextManager[None]]
"""Serves a worker's health while it is open."""


async def serve(
    settings: WorkerSettings, reach: Reach, stop: asyncio.Event, *, must_listen: bool = True
) -> None:
    """Check, connect, work, and finish what is under way when told to stop.

    Args:
        settings: the worker's.
        reach: finds those whom it speaks to.
        stop: is set to end it.
        must_listen: whether it ends where its port cannot be used, or goes on without `/readyz`.

    Raises:
        PreflightError: a person has to change something.
    """
    listen = partial(
        listening, host=settings.worker_host, port=settings.worker_port, must=must_listen
    )
    with refused():  # the end of a stranger's agent may fail, too
        async with AsyncExitStack() as stack:
            if known := await unless(stop, prepare(settings, reach, listen, stack)):
                await work(settings, known, listen, stop)


async def prepare(
    settings: WorkerSettings, reach: Reach, listen: Listen, stack: AsyncExitStack
) -> Known:
    """Check everything that we need, however long that takes; `/readyz` tells what is missing.

    `stack` closes the agents, and what their tools need, when the worker ends.

    Raises:
        PreflightError: a person has to change something.
    """
    waiting = Waiting()
    use_model(settings)
    set_trace_processors([])  # what people say is not sent anywhere, unless the agent's author does

    async def why_not_ready() -> str | None:
        return waiting.why

    async with listen(build_http(why_not_ready)):
        around = await reach(waiting)
        directory = Directory(around.slack)
        named = settings.named_agents()
        room = settings.agentex_card_channel
        found = [await find_agent(it, room, directory, waiting, stack) for it in named]
        temporal = await connect(settings, found, waiting)
        agents = [await open_agent(it, temporal, waiting, stack) for it in found]
        await waiting.for_("Temporal", lambda: register_search_attributes(temporal))
        tell = partial(tell_of_orphans, temporal, settings.task_queue, queues_of(named))
        await waiting.for_("Temporal", tell)
        return Known(agents, temporal, directory, around)


async def connect(
    settings: WorkerSettings, agents: Sequence[FoundAgent], waiting: Waiting
) -> Client:
    """One client for all agents, of which each has its own hosted MCP servers.

    Raises:
        PreflightError: what `TEMPORAL_*` say cannot be used.
    """
    plugin = build_plugin(settings, {it.task_queue: it.hosted.by_ref for it in agents})
    return await waiting.for_("Temporal", lambda: reach_temporal(plugins=[plugin]))


async def work(settings: WorkerSettings, known: Known, listen: Listen, stop: asyncio.Event) -> None:
    """Run workflows and activities until told to stop."""
    temporal, slack = known.temporal, known.around.slack
    homes = build_homes(settings, slack, temporal) if known.around.has_slack else None
    workers = [
        build_worker(temporal, it.found.task_queue, build_activities(settings, it, known, homes))
        for it in known.agents
    ]

    async def why_not_ready() -> str | None:
        if not all(worker.is_running for worker in workers):
            return "Temporal: not polling"
        return await why_temporal_is_away(temporal)

    async with listen(build_http(why_not_ready)):
        working = asyncio.create_task(_run_all(workers))
        publishing = [asyncio.create_task(homes.run())] if homes else []
        await until(stop, working, *publishing)


async def _run_all(workers: Sequence[Worker]) -> None:
    """Until one of them fails; told to stop, all of them finish at once what they are at."""
    await asyncio.gather(*(worker.run() for worker in workers))


def build_homes(settings: WorkerSettings, slack: AsyncWebClient, temporal: Client) -> HomePublisher:
    """The publisher of Homes. Unlike cards, it remembers for a minute who people are."""
    directory = Directory(slack, keep_seconds=KEEP_SECONDS)
    tab = HomeTab(
        slack=slack,
        approvals=Approvals(temporal),
        audience=Audience(directory),
        now=lambda: datetime.now(UTC),
        deployment=settings.deployment,
    )
    return HomePublisher(tab, directory)
