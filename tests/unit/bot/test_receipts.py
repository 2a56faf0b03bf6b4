"""Whoever presses is told that it counts, where the card does not follow, and only then."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from bot.background import Background
from bot.error_replies import EphemeralMessages, Place
from bot.receipts import RECORDED, Patience, Receipts
from bot.response_url import ResponseUrls
from tests.support.builders import BOB, NOON, a_press
from tests.support.fake_clients import APPROVAL, FakeApprovals, ended, ruled
from tests.support.fake_slack import FakeSlack
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import CountedVote, Outcome, Refusal, Refused
from workflows.voting.parsing import Vote

AT_ONCE = Patience(look=0, give_up=0.05, pause=0.01)
HERE = Place("C0OPS", BOB.user, "1.0")
VOTE = Vote(True, a_press(BOB))


@pytest.fixture
def approvals() -> FakeApprovals:
    return FakeApprovals()


@pytest_asyncio.fixture
async def background() -> AsyncGenerator[Background]:
    async with Background() as background:
        yield background


@pytest.fixture
def receipts(client: AsyncWebClient, approvals: FakeApprovals, background: Background) -> Receipts:
    ephemerals = EphemeralMessages(client, ResponseUrls(client))
    return Receipts(approvals, ephemerals, background, AT_ONCE)


async def test_a_press_that_nobody_hears_is_confirmed_where_it_was_made(
    receipts: Receipts, background: Background, slack: FakeSlack
) -> None:
    receipts.expect(APPROVAL, VOTE, HERE)
    await background.idle()
    (said,) = slack.given("chat.postEphemeral")

    assert said["text"] == RECORDED
    assert (said["channel"], said["user"], said["thread_ts"]) == ("C0OPS", BOB.user, "1.0")


@pytest.mark.parametrize(
    "error", [RPCError("no worker", RPCStatusCode.DEADLINE_EXCEEDED, b""), None], ids=str
)
async def test_a_worker_that_is_away_answers_nothing(
    receipts: Receipts,
    background: Background,
    slack: FakeSlack,
    approvals: FakeApprovals,
    error: RPCError | None,
) -> None:
    approvals.unread = error
    if error is None:
        approvals.gate.clear()
    receipts.expect(APPROVAL, VOTE, HERE)
    await background.idle()

    assert len(slack.given("chat.postEphemeral")) == 1


async def test_two_deliveries_of_one_press_are_confirmed_once(
    receipts: Receipts, background: Background, slack: FakeSlack
) -> None:
    receipts.expect(APPROVAL, VOTE, HERE)
    receipts.expect(APPROVAL, VOTE, HERE)
    await background.idle()

    assert len(slack.given("chat.postEphemeral")) == 1


@pytest.mark.parametrize(
    "status",
    [
        ruled().model_copy(update={"votes": (CountedVote(decision=VOTE.decision),)}),
        ruled().model_copy(
            update={"refused": (Refused(why=Refusal.GUEST, at=NOON, decision=VOTE.decision),)}
        ),
        ended(ruled(), Outcome.EXPIRED, None),
    ],
    ids=["counted", "refused", "ended"],
)
async def test_what_was_heard_needs_no_word(
    receipts: Receipts,
    background: Background,
    slack: FakeSlack,
    approvals: FakeApprovals,
    status: ApprovalStatus,
) -> None:
    approvals.known[APPROVAL] = status
    receipts.expect(APPROVAL, VOTE, HERE)
    await background.idle()

    assert slack.given("chat.postEphemeral") == []


async def test_nothing_is_promised_of_what_is_gone_or_broken(
    receipts: Receipts, background: Background, slack: FakeSlack, approvals: FakeApprovals
) -> None:
    receipts.expect("approval-000000000000", VOTE, HERE)
    await background.idle()
    approvals.unread = WorkflowQueryFailedError("a bug")
    receipts.expect(APPROVAL, VOTE, HERE)
    await background.idle()

    assert slack.given("chat.postEphemeral") == []


async def test_no_more_tasks_than_are_allowed_and_none_outlives_the_bot(
    slack: FakeSlack,
) -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async with Background(most=2) as background:
        for name in ("first", "second", "third"):
            background.start(name, work(name))
        await asyncio.sleep(0)  # each begins

    assert sorted(ended) == ["first", "second"]
    assert slack.given("chat.postEphemeral") == []
