"""`python -m worker`: runs the workflows and everything they do. Run as many as you like."""

import asyncio

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.http import build_http
from bot.logs import set_up
from bot.preflight import PreflightError, reach_temporal, who_am_i, why_temporal_is_away
from bot.process import leave, listening, run, stop_signal, until
from bot.slack import build_client
from worker.agent import Agency
from worker.cards import SlackCards
from worker.runtime import build_plugin, build_worker
from worker.search import register_search_attributes
from worker.settings import WorkerSettings
from worker.shop import Shop
from worker.threads import SlackThreads
from worker.tools.catalogue import load_tools


async def main() -> None:
    """Check, connect, work, and finish what is under way when told to stop."""
    settings = WorkerSettings.read()
    set_up(settings.log_level, settings.log_format)
    async with aiohttp.ClientSession() as session, stop_signal() as stop:
        token = settings.slack_bot_token.get_secret_value()
        slack = build_client(token, settings.slack_api_url, session)
        await who_am_i(slack)
        temporal = await reach_temporal(plugins=[build_plugin(settings)])
        await register_search_attributes(temporal)
        shop = await open_shop(settings.database_url)
        try:
            agency = Agency(
                settings.agent_name,
                settings.agent_instructions,
                settings.openai_model,
                load_tools(),
                shop,
            )
            activities = [agency, SlackCards(slack), SlackThreads(slack)]
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
