"""What an earlier run of `make dev` left for somebody to decide."""

import asyncio
import re

import aiohttp
from slack_sdk.errors import SlackApiError
from temporalio.service import RPCError

from countersign.slack.directory import Directory
from countersign.slack.listing.audience import Audience
from countersign.slack.profiles import DirectoryError
from countersign.slack.web_client import build_client
from dev.processes import Stack
from dev.summary import LeftOver
from workflows.client import Approvals, connect
from workflows.contracts.core import Person
from workflows.listing.rows import Kind, Listing, Page, PendingApproval

PATIENCE = 5.0
"""Seconds. The stack serves; whoever started it should not wait for this."""
MOST = 20
PERMALINK = re.compile(r"/archives/(?P<channel>\w+)/p\d+(?:\?thread_ts=(?P<thread>[\d.]+))?")


async def left_over(stack: Stack, user: str) -> LeftOver | None:
    """What waits for this person's vote; None if that is nothing, or cannot be found out."""
    try:
        async with asyncio.timeout(PATIENCE):
            page = await _waiting_for(stack, user)
    except (DirectoryError, OSError, RPCError, RuntimeError, SlackApiError, aiohttp.ClientError):
        return None
    if not page.rows:
        return None
    newest = page.rows[0]
    more = "+" if page.next_token else ""
    return LeftOver(f"{len(page.rows)}{more}", newest.summary or newest.title, _place(newest))


async def _waiting_for(stack: Stack, user: str) -> Page:
    """The same list as `/approvals` shows them."""
    env = stack.env
    async with aiohttp.ClientSession() as session:
        directory = Directory(build_client(env["SLACK_BOT_TOKEN"], env["SLACK_API_URL"], session))
        team = (await directory.home()).team
        seen = await Audience(directory).see(Person(team=team, user=user))
    namespace = env.get("TEMPORAL_NAMESPACE", "default")
    temporal = await connect(target_host=stack.temporal_address, namespace=namespace)
    return await Approvals(temporal).find(Listing(Kind.MINE, team, seen.viewer), size=MOST)


def _place(row: PendingApproval) -> str:
    """Where the card is, as the sandbox's page has it in its address; empty if that is unknown."""
    found = PERMALINK.search(row.permalink)
    if found is None:
        return ""
    thread = f"/{found['thread']}" if found["thread"] else ""
    return f"#{found['channel']}{thread}"
