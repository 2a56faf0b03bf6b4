"""A list between a Slack and a Temporal that are none."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.aftermath import Aftermath
from bot.homes import Homes
from bot.lists import ListingPage
from bot.payloads.presses import read_click
from bot.private_lists import PrivateLists
from bot.response_url import ResponseUrls
from bot.stale_cards import StaleCards
from bot.viewers import Viewers
from countersign.slack.directory import Directory
from tests.builders import BOB, NOON
from tests.unit.bot.fake_slack import FakeSlack, Json, a_slack, parsed
from tests.unit.bot.standins import Talks, Votes


@dataclass
class Lists:
    """A list, and everything around it."""

    slack: FakeSlack
    client: AsyncWebClient
    votes: Votes = field(default_factory=Votes)
    talks: Talks = field(default_factory=Talks)
    deployment: str = "main"

    @property
    def page(self) -> ListingPage:
        return ListingPage(
            approvals=self.votes,
            conversations=self.talks,
            viewers=Viewers(Directory(self.client)),
            now=lambda: NOON,
            deployment=self.deployment,
        )

    @property
    def private(self) -> PrivateLists:
        return PrivateLists(self.page, ResponseUrls(self.client), self.votes.open_lists)

    @property
    def homes(self) -> Homes:
        return Homes(
            slack=self.client,
            approvals=self.votes,
            viewers=Viewers(Directory(self.client)),
            open_lists=self.votes.open_lists,
            now=lambda: NOON,
            deployment=self.deployment,
        )

    @property
    def response_url(self) -> str:
        return f"{self.slack.url}response"

    async def pressed(self, body: Json) -> None:
        """What follows a press that was handed on."""
        cards = StaleCards(self.client, self.votes, self.deployment)
        aftermath = Aftermath(self.private, self.homes, cards, self.votes.open_lists)
        click = read_click(body)
        await aftermath.pressed(click, click.by.team)

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
        lists = Lists(slack, client)
        yield lists
        await lists.votes.open_lists.aclose()
