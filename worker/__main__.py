"""`python -m worker`: runs the workflows and everything they do. Run as many as you like."""

from functools import partial

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from countersign.runtime.logs import set_up
from countersign.runtime.preflight import who_am_i
from countersign.runtime.process import leave, run, stop_signal
from countersign.runtime.waiting import Waiting
from countersign.slack.web_client import build_client
from worker.composition import serve
from worker.known import Surroundings
from worker.settings import WorkerSettings
from worker.threads import SlackThreads


async def main() -> None:
    """Run a worker for conversations in Slack until told to stop."""
    settings = WorkerSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        await serve(settings, partial(surroundings, settings, slack), stop)


async def surroundings(
    settings: WorkerSettings, slack: AsyncWebClient, waiting: Waiting
) -> Surroundings:
    """Slack alone; waits until it is there.

    Raises:
        PreflightError: Slack refuses the token.
    """
    await waiting.for_("Slack", lambda: who_am_i(slack))
    return Surroundings(slack, [SlackThreads(slack, settings.deployment)])


if __name__ == "__main__":
    leave(run(main))
