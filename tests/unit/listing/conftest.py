"""A list between a Slack and a Temporal that are none."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.card_refresh import CardRefresh
from bot.ephemeral_list import EphemeralLists, RenderedView
from bot.payloads.listing import Asked
from bot.payloads.presses import read_click
from bot.refresh import Refresh
from bot.response_url import ResponseUrls
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import Audience
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.listing.query import ListingQuery
from tests.support.builders import BOB, NOON
from tests.support.fake_clients import FakeApprovals, FakeConversations
from tests.support.fake_slack import FakeSlack, Json, a_slack, parsed
from workflows.contracts.core import Person


@dataclass
class Lists:
    """A list, and everything around it."""

    slack: FakeSlack
    client: AsyncWebClient
    approvals: FakeApprovals = field(default_factory=FakeApprovals)
    conversations: FakeConversations = field(default_factory=FakeConversations)
    deployment: str = "main"

    @property
    def ephemeral(self) -> EphemeralLists:
        return EphemeralLists(
            approvals=self.approvals,
            conversations=self.conversations,
            audience=self.audience,
            response_urls=ResponseUrls(self.client),
            now=lambda: NOON,
            deployment=self.deployment,
        )

    @property
    def home(self) -> HomeTab:
        return HomeTab(
            slack=self.client,
            approvals=self.approvals,
            audience=self.audience,
            now=lambda: NOON,
            deployment=self.deployment,
        )

    def __post_init__(self) -> None:
        self.audience = Audience(Directory(self.client))

    async def page(self, query: ListingQuery | None = None, by: Person = BOB) -> RenderedView:
        """What `/approvals` is answered."""
        return await self.ephemeral.answer(by, Asked(query=query or ListingQuery()))

    @property
    def response_url(self) -> str:
        return f"{self.slack.url}response"

    async def pressed(self, body: Json) -> None:
        """What follows a press that was handed on."""
        cards = CardRefresh(self.client, self.approvals, self.deployment)
        click = read_click(body)
        refresh = Refresh(self.approvals, self.ephemeral, self.home, cards)
        await refresh.pressed(click, click.by.team)

    async def turned(self, body: Json) -> None:
        """What follows a press that asks for a list."""
        click = read_click(body)
        await self.ephemeral.turn(click, click.by.team)

    def knows(self, groups: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> None:
        """What Slack says of Bob."""
        self.slack.will_answer("auth.test", ok=True, team_id=BOB.team, user_id="U0SIGN")
        self.slack.will_answer("users.info", ok=True, user={"id": BOB.user, "team_id": BOB.team})
        found = [{"id": id_, "users": [BOB.user]} for id_ in groups]
        self.slack.will_answer("usergroups.list", ok=True, usergroups=found)
        places = [{"id": id_} for id_ in channels]
        self.slack.will_answer("users.conversations", ok=True, channels=places)

    def rewritten(self) -> Json:
        """What the list was replaced by, once."""
        (given,) = self.slack.given("response")
        assert given["replace_original"] is True
        return {"text": given["text"], "blocks": parsed(given["blocks"])}


@pytest_asyncio.fixture
async def lists() -> AsyncGenerator[Lists]:
    async with a_slack() as (slack, client):
        yield Lists(slack, client)
