"""An app with everything around it, and what it says to people."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.dispatch import dispatch
from tests.support.builders import BOB
from tests.support.fake_clients import FakeApprovals, FakeConversations, an_app
from tests.support.fake_slack import FakeSlack, Json, parsed
from tests.support.slack_payloads import a_submission
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision


class BotFixture:
    """The app between a Slack and a Temporal that are none."""

    def __init__(self, client: AsyncWebClient, slack: FakeSlack) -> None:
        self.conversations, self.slack, self._client = FakeConversations(), slack, client
        self.background = Background()
        self.use(FakeApprovals())

    def use(self, approvals: FakeApprovals) -> None:
        """Put the app in front of other approvals."""
        self.approvals = approvals
        self.app = an_app(self._client, self.conversations, approvals, background=self.background)

    async def deliver(self, body: dict[str, Any]) -> BoltResponse:
        return await dispatch(self.app, body, {}, "socket_mode")

    async def open(self, body: dict[str, Any]) -> Json:
        """Press what opens a modal; the modal."""
        assert (await self.deliver(body)).status == 200
        return self.opened()

    async def submit(
        self, view: Json, values: Mapping[str, Any] | None = None, by: Person = BOB
    ) -> Json:
        """Submit a modal; what Slack is told to do with it."""
        answer = await self.deliver(a_submission(view, values, by))
        assert answer.status == 200
        return parsed(answer.body or "{}")

    def opened(self) -> Json:
        """The modal that was opened last."""
        return parsed(self.slack.given("views.open")[-1]["view"])

    def decision(self) -> tuple[bool, Decision]:
        """The only decision that was handed on."""
        ((_, approve, decision),) = self.approvals.decided
        return approve, decision

    def ephemerals(self) -> list[Json]:
        return self.slack.given("chat.postEphemeral")

    def told(self) -> str:
        """The only thing that was said privately."""
        (ephemeral,) = self.ephemerals()
        return str(ephemeral["text"])
