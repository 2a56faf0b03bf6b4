"""`python -m worker`: runs the workflows and everything they do. Run as many as you like."""

import asyncio
from collections.abc import Mapping

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.directory import Directory
from bot.http import build_http
from bot.logs import set_up
from bot.preflight import PreflightError, reach_temporal, who_am_i, why_temporal_is_away
from bot.process import leave, listening, run, stop_signal, until
from bot.slack import build_client
from worker.agent import Agency
from worker.cards.activities import SlackCards
from worker.directory import SlackDirectory
from worker.lifecycle import TemporalLifecycle, keep_sweeping
from worker.policy import PolicyDesk, open_policy
from worker.runtime import build_plugin, build_worker
from worker.search import register_search_attributes
from worker.secrets import Secrets
from worker.settings import WorkerSettings
from worker.shop import Shop
from worker.threads import SlackThreads
from worker.tools.catalogue import load_tools
from worker.tools.toolkit import Tool


async def main() -> None:
    """Check, connect, work, and finish what is under way when told to stop."""
    settings = WorkerSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        await who_am_i(slack)
        tools, directory = load_tools(), Directory(slack)
        specs = {name: tool.spec for name, tool in tools.items()}
        policy = await open_policy(settings.policy_file, specs, directory)
        temporal = await reach_temporal(plugins=[build_plugin(settings)])
        await register_search_attributes(temporal)
        await keep_sweeping(temporal, settings.task_queue)
        shop = await open_shop(settings.database_url)
        try:
            activities = [
                build_agency(settings, tools, shop, policy),
                SlackCards(slack, directory, settings.deployment),
                SlackThreads(slack, settings.deployment),
                SlackDirectory(directory),
                TemporalLifecycle(temporal),
                policy,
            ]
            worker = build_worker(temporal, settings.task_queue, activities)

            async def why_not_ready() -> str | None:
                if not worker.is_running:
                    return "Temporal: not polling"
                return await why_temporal_is_away(temporal)

            async with listening(
                build_http(why_not_ready), settings.worker_host, settings.worker_port
            ):
                working = asyncio.create_task(worker.run())
                await until(stop, working)
        finally:
            await shop.close()


def build_agency(
    settings: WorkerSettings, tools: Mapping[str, Tool], shop: Shop, policy: PolicyDesk
) -> Agency:
    """The agent of the settings. What the policy has rules for is asked for, too."""
    return Agency(
        settings.agent_name,
        settings.agent_instructions,
        settings.openai_model,
        tools,
        shop,
        gated=policy.mentions,
        secrets=Secrets(settings.secret_names),
    )


async def open_shop(url: str) -> Shop:
    """Open the database.

    Raises:
        PreflightError: it cannot be used.
    """
    try:
        return await Shop.open(url)
    except (SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        raise PreflightError(f"DATABASE_URL cannot be used: {type(error).__name__}.") from error


if __name__ == "__main__":
    leave(run(main))
