"""`python -m dev.crash_worker`: the worker, killed between an approval and its effect.

`make dev ARGS=--crash` starts it, and the ordinary worker after that. It is the ordinary one,
too, until the first call that people approved comes to be carried out: Temporal has the decision,
and the tool has not begun.
"""

import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import structlog
from temporalio import activity
from temporalio import client as temporal_client
from temporalio.client import Client
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from countersign.runtime.logs import set_up
from countersign.runtime.process import leave, listening, run, stop_signal, unless
from countersign.slack.web_client import build_client
from worker.__main__ import surroundings
from worker.composition import prepare, work
from worker.settings import WorkerSettings
from workflows.client import Approvals
from workflows.contracts.activities import AgentActivities
from workflows.contracts.core import APPROVAL_WORKFLOW

log = structlog.get_logger("dev.crash_worker")


async def main() -> None:
    """Do as `worker.__main__` does, with `Crash` in the way of what is carried out."""
    settings = WorkerSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        listen = partial(listening, host=settings.worker_host, port=settings.worker_port)
        reach = partial(surroundings, settings, slack)
        async with AsyncExitStack() as stack:
            if known := await unless(stop, prepare(settings, reach, listen, stack)):
                known = replace(known, temporal=crashing(known.temporal))
                await work(settings, known, listen, stop)


def crashing(temporal: Client) -> Client:
    """The same client, whose workers crash."""
    config = temporal.config()
    config["interceptors"] = [*config["interceptors"], Crash(Approvals(temporal))]
    return Client(**config)


class Crash(temporal_client.Interceptor, Interceptor):
    """Kills this process in the place of the first call that people approved."""

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """See `Interceptor`."""
        return _Crashing(next, self._approvals)


class _Crashing(ActivityInboundInterceptor):
    def __init__(self, inner: ActivityInboundInterceptor, approvals: Approvals) -> None:
        super().__init__(inner)
        self._approvals = approvals

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        is_effect = info.activity_type == AgentActivities.run_tool.__name__
        if is_effect and info.workflow_type == APPROVAL_WORKFLOW and info.workflow_id:
            await self._crash_if_people_approved(info.workflow_id)
        return await super().execute_activity(input)

    async def _crash_if_people_approved(self, approval_id: str) -> None:
        status = await self._approvals.status(approval_id)
        if status.request.is_automatic:  # the policy lets it run, so nobody was asked
            return
        summary = status.shown.summary or status.call.tool
        log.warning("approved and not yet carried out: killed with SIGKILL now", call=summary)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    leave(run(main))
