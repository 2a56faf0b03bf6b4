"""A list between a Slack and a Temporal that are none."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest_asyncio

from bot.directory import Directory
from bot.lists import ListingPage
from bot.response_url import ResponseUrls
from bot.viewers import Viewers
from tests.builders import BOB, NOON
from tests.unit.bot.fake_slack import FakeSlack, Json, a_slack, parsed
from tests.unit.bot.standins import Talks, Votes


@dataclass
class Lists:
    """A list, and everything around it."""

    slack: FakeSlack
    votes: Votes
    talks: Talks
    page: ListingPage

    @property
    def response_url(self) -> str:
        return f"{self.slack.url}response"

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
        votes, talks = Votes(), Talks()
        page = ListingPage(
            approvals=votes,
            conversations=talks,
            viewers=Viewers(Directory(client)),
            response_urls=ResponseUrls(client),
            now=lambda: NOON,
            deployment="main",
        )
        yield Lists(slack, votes, talks, page)
