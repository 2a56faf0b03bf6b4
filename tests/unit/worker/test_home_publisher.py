"""Homes of those whom an approval concerns, published anew when it is asked, counted or ended."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from countersign.slack.listing.audience import Audience
from countersign.slack.listing.home_tab import HomeTab
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import FakeApprovals, ended
from tests.support.listed_approvals import CAROL, a_rule, an_approval, voted
from tests.unit.worker.workspace import TEAM, Workspace
from worker.cards.activities import SlackCards
from worker.home_publisher import MOST_APPROVALS, MOST_PEOPLE, HomePublisher, concerned
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import HandOver, Outcome
from workflows.contracts.rules import Absence, Escalation
from workflows.listing.rows import PendingApproval

GROUPS = {"S0FINANCE": frozenset({"U0CAROL", "U0BOB"})}
DAVE = Person(team=TEAM, user="U0DAVE", name="dave")


def users(status: ApprovalStatus) -> list[str]:
    return [person.user for person in concerned(status, GROUPS)]


def test_it_concerns_who_asked_and_who_may_decide_by_name_or_by_group() -> None:
    assert users(an_approval(a_rule("U0DAVE", "S0FINANCE", "C0OPS"))) == [
        "U0ALICE",
        "U0DAVE",
        "U0BOB",
        "U0CAROL",
    ]


def test_it_concerns_who_had_a_part_in_it() -> None:
    rule = a_rule("S0LEGAL", absences=(Absence(user="U0EVE", delegate="U0FAY"),))
    hand_over = HandOver(by=BOB, to=DAVE, at=NOON)
    status = voted(an_approval(rule), CAROL).model_copy(update={"handed": (hand_over,)})

    assert users(status) == ["U0ALICE", "U0CAROL", "U0DAVE", "U0FAY"]
    assert users(ended(an_approval(a_rule("S0LEGAL")), Outcome.REJECTED, BOB))[1:] == ["U0BOB"]


def test_it_concerns_those_to_whom_it_was_escalated_once_it_was() -> None:
    escalation = Escalation.model_validate({"after": "PT1H", "to": {"users": ["U0DAVE"]}})
    status = an_approval(a_rule("U0BOB", escalation=escalation))

    assert "U0DAVE" not in users(status)
    assert "U0DAVE" in users(status.model_copy(update={"escalated": True}))


def test_of_many_people_those_with_a_part_in_it_come_first() -> None:
    crowd = a_rule(*(f"U{number:04}" for number in range(100)))
    found = users(voted(an_approval(crowd), CAROL))

    assert len(found) == MOST_PEOPLE
    assert found[:2] == ["U0ALICE", "U0CAROL"]


@dataclass
class Homes:
    """What publishes, and what was published."""

    publisher: HomePublisher
    slack: Workspace
    approvals: FakeApprovals

    def of(self, user: str) -> list[str]:
        """What each Home of somebody said."""
        given = [it for it in self.slack.given("views.publish") if it["user_id"] == user]
        return [json.dumps(it["view"], ensure_ascii=False) for it in given]

    async def published(self, user: str, times: int = 1) -> str:
        """What somebody's Home says once it was published so often."""
        async with asyncio.timeout(10):
            while len(self.of(user)) < times:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)
        return self.of(user)[-1]


@asynccontextmanager
async def running(publisher: HomePublisher) -> AsyncGenerator[None]:
    task = asyncio.create_task(publisher.run())
    yield
    assert not task.done()
    task.cancel()
    await asyncio.wait({task})


@pytest.fixture
def homes(slack: Workspace, client: AsyncWebClient) -> Homes:
    directory, approvals = Directory(client, keep_seconds=60), FakeApprovals()
    tab = HomeTab(
        slack=client,
        approvals=approvals,
        audience=Audience(directory),
        now=lambda: NOON,
        deployment="main",
    )
    return Homes(HomePublisher(tab, directory, settle=0.05), slack, approvals)


def asked(**rule: Any) -> ApprovalStatus:
    return an_approval(a_rule("S0FINANCE", **rule))


async def test_what_is_asked_is_in_the_homes_of_a_group(homes: Homes) -> None:
    status = asked()
    homes.approvals.rows = [PendingApproval.of(status)]
    async with running(homes.publisher):
        homes.publisher.changed(status)
        for user in (ALICE.user, BOB.user, CAROL.user):
            assert status.id in await homes.published(user)


async def test_what_has_ended_is_told_and_gone_although_visibility_still_lists_it(
    homes: Homes,
) -> None:
    status = asked()
    homes.approvals.rows = [PendingApproval.of(status)]
    async with running(homes.publisher):
        homes.publisher.changed(ended(status, Outcome.REJECTED, CAROL))
        shown = await homes.published(BOB.user)

    assert "⛔ Rejected: Order 100" in shown
    assert status.id not in shown


async def test_changes_that_come_together_publish_a_home_once(homes: Homes) -> None:
    first, other = asked(), asked()
    async with running(homes.publisher):
        for status in (first, other, voted(first, BOB), ended(other, Outcome.WITHDRAWN, ALICE)):
            homes.publisher.changed(status)
        shown = await homes.published(CAROL.user)
        await homes.published(ALICE.user)

    assert "↩️ Withdrawn" in shown
    assert len(homes.of(BOB.user)) == 1
    assert homes.slack.methods.count("usergroups.list") == 1


async def test_a_home_that_slack_does_not_take_keeps_nobody_else_from_theirs(homes: Homes) -> None:
    homes.slack.refuses_once("views.publish", "user_not_found")
    async with running(homes.publisher):
        homes.publisher.changed(asked())
        await homes.published(CAROL.user)

    assert len(homes.of(ALICE.user)) == 1


async def test_after_an_outage_the_next_change_is_shown(homes: Homes) -> None:
    homes.approvals.error = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
    with capture_logs() as logs:
        async with running(homes.publisher):
            homes.publisher.changed(asked())
            async with asyncio.timeout(10):
                while len(logs) < 3:  # noqa: ASYNC110 - a log tells nobody
                    await asyncio.sleep(0.01)
            assert homes.slack.given("views.publish") == []
            homes.approvals.error = None
            homes.publisher.changed(asked())
            await homes.published(CAROL.user)


async def test_a_bug_ends_nothing(homes: Homes) -> None:
    homes.approvals.error = KeyError("a bug")
    with capture_logs() as logs:
        async with running(homes.publisher):
            homes.publisher.changed(asked())
            async with asyncio.timeout(10):
                while not logs:  # noqa: ASYNC110 - a log tells nobody
                    await asyncio.sleep(0.01)
            homes.approvals.error = None
            homes.publisher.changed(asked())
            await homes.published(CAROL.user)

    assert logs[0]["log_level"] == "error"


async def test_a_slack_without_user_groups_publishes_for_those_who_are_named(homes: Homes) -> None:
    homes.slack.refuses("usergroups.list", "unknown_method")
    async with running(homes.publisher):
        homes.publisher.changed(an_approval(a_rule("U0BOB", "S0FINANCE")))
        await homes.published(BOB.user)

    assert homes.of(CAROL.user) == []


def test_there_is_a_limit_to_what_waits(homes: Homes) -> None:
    for _ in range(MOST_APPROVALS + 5):
        homes.publisher.changed(asked())

    assert len(homes.publisher._changed) == MOST_APPROVALS


class TestCards:
    """Every card that is drawn is a change, and no other."""

    @pytest.fixture
    def changes(self) -> list[ApprovalStatus]:
        return []

    @pytest.fixture
    def cards(
        self, client: AsyncWebClient, directory: Directory, changes: list[ApprovalStatus]
    ) -> SlackCards:
        return SlackCards(
            client, directory, Surfaces([SlackThreads(client, "main")]), "main", changes.append
        )

    async def test_a_card_that_is_posted_or_rewritten_is_a_change(
        self, cards: SlackCards, within: ActivityEnvironment, changes: list[ApprovalStatus]
    ) -> None:
        status = asked()
        card = await within.run(cards.post_card, status)
        over = ended(status, Outcome.REJECTED).model_copy(update={"card": card})
        await within.run(cards.redraw_card, over)

        assert changes == [status.model_copy(update={"card": card}), over]

    async def test_a_card_that_slack_does_not_take_is_none(
        self,
        slack: Workspace,
        cards: SlackCards,
        within: ActivityEnvironment,
        changes: list[ApprovalStatus],
    ) -> None:
        slack.refuses("chat.postMessage", "internal_error")
        with pytest.raises(ApplicationError):
            await within.run(cards.post_card, asked())

        assert changes == []
