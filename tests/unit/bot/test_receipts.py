"""Whoever presses is told that it counts, where the card does not follow, and only then."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from bot.background import Background
from bot.error_replies import EphemeralMessages, Place
from bot.receipts import RECORDED, Patience, Receipts
from bot.response_url import ResponseUrls
from countersign.slack.actions import (
    APPROVE,
    APPROVE_ALL,
    HOME,
    PROMPT,
    REJECT,
    WITHDRAW,
    BlockId,
)
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import Audience
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.modals.approve_all import TICKS
from tests.support.builders import ALICE, BOB, NOON, a_press
from tests.support.fake_clients import APPROVAL, CAROL, DIGEST, TEAM, FakeApprovals, ended, ruled
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import a_press as a_press_on
from tests.unit.bot.bot_fixture import BotFixture
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
    home = HomeTab(
        slack=client, approvals=approvals, audience=Audience(Directory(client)), now=lambda: NOON
    )
    return Receipts(approvals, ephemerals, home, background, AT_ONCE)


async def test_a_press_that_nobody_hears_is_confirmed_where_it_was_made(
    receipts: Receipts, background: Background, slack: FakeSlack
) -> None:
    receipts.expect({APPROVAL: VOTE}, HERE)
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
    receipts.expect({APPROVAL: VOTE}, HERE)
    await background.idle()

    assert len(slack.given("chat.postEphemeral")) == 1


async def test_two_deliveries_of_one_press_are_confirmed_once(
    receipts: Receipts, background: Background, slack: FakeSlack
) -> None:
    receipts.expect({APPROVAL: VOTE}, HERE)
    receipts.expect({APPROVAL: VOTE}, HERE)
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
    receipts.expect({APPROVAL: VOTE}, HERE)
    await background.idle()

    assert slack.given("chat.postEphemeral") == []


async def test_nothing_is_promised_of_what_is_gone_or_broken(
    receipts: Receipts, background: Background, slack: FakeSlack, approvals: FakeApprovals
) -> None:
    receipts.expect({"approval-000000000000": VOTE}, HERE)
    await background.idle()
    approvals.unread = WorkflowQueryFailedError("a bug")
    receipts.expect({APPROVAL: VOTE}, HERE)
    await background.idle()

    assert slack.given("chat.postEphemeral") == []


async def test_a_press_in_a_home_is_confirmed_there(
    receipts: Receipts, background: Background, slack: FakeSlack
) -> None:
    receipts.expect({APPROVAL: VOTE}, Place("", BOB.user, team=TEAM))
    await background.idle()

    (given,) = slack.given("views.publish")
    assert given["user_id"] == BOB.user
    assert RECORDED in str(given["view"])
    assert slack.given("chat.postEphemeral") == []


async def test_several_votes_of_one_press_are_confirmed_once(
    receipts: Receipts, background: Background, slack: FakeSlack, approvals: FakeApprovals
) -> None:
    ids = [f"approval-00000000000{number}" for number in range(3)]
    approvals.known = {id_: ruled(id_) for id_ in ids}
    votes = {id_: Vote(True, a_press(BOB)) for id_ in ids}
    heard = CountedVote(decision=votes[ids[0]].decision)
    approvals.known[ids[0]] = ruled(ids[0]).model_copy(update={"votes": (heard,)})
    receipts.expect(votes, HERE)
    await background.idle()
    assert len(slack.given("chat.postEphemeral")) == 1

    for id_, vote in votes.items():
        counted = (CountedVote(decision=vote.decision),)
        approvals.known[id_] = ruled(id_).model_copy(update={"votes": counted})
    receipts.expect(votes, HERE)
    receipts.expect({}, HERE)
    await background.idle()
    assert len(slack.given("chat.postEphemeral")) == 1


def _watches() -> set[asyncio.Task[Any]]:
    """What watches over presses, also over those of other tests."""
    return {it for it in asyncio.all_tasks() if it.get_name().startswith("receipt of ")}


async def test_every_press_that_votes_is_watched_over(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ruled(edit=True)
    before = _watches()
    ticked = {f"{TICKS}1": {"selected_options": [{"value": f"{APPROVAL}|{DIGEST[:16]}"}]}}

    await bot.deliver(a_press_on(APPROVE))
    assert len(_watches() - before) == 1
    view = await bot.open(a_press_on(APPROVE_ALL, place=BlockId(PROMPT, row="batch")))
    await bot.submit(view, ticked)
    assert len(_watches() - before) == 2
    await bot.submit(await bot.open(a_press_on(REJECT)), {"reason": {"value": "too much"}})
    assert len(_watches() - before) == 3
    in_home = a_press_on(WITHDRAW, by=ALICE, place=BlockId(HOME, deployment="main"))
    del in_home["channel"]
    await bot.deliver({**in_home, "container": {"type": "view"}})
    assert len(_watches() - before) == 4
    no_dialogs = a_press_on(REJECT, trigger_id="", by=CAROL)
    await bot.deliver(no_dialogs)
    assert len(_watches() - before) == 5


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
