"""The Home: what is published when it is opened, and when something is pressed in it."""

import asyncio
import json
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from countersign.slack.actions import APPROVE, HOME, LIST, REJECT, WITHDRAW, BlockId
from countersign.slack.listing.audience import UNCHECKED
from countersign.slack.listing.home_tab import ROWS, UNAVAILABLE, HomeView, home_blocks
from countersign.slack.listing.query import ListingQuery
from dev.paths import ROOT
from sandbox.block_kit.check import view_problems
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import APPROVAL, TEAM, approved_by, ended, ruled
from tests.support.fake_slack import Json, parsed
from tests.support.slack_payloads import a_command, a_press, an_event
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Outcome, Refusal, Refused, Via
from workflows.listing.rows import Kind, Page, PendingApproval

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
IN_HOME = BlockId(HOME, 0, "", "main", "mine0")


def opened(tab: str = "home", **changes: Any) -> Json:
    """Slack's news that Bob has opened the app."""
    event = {"type": "app_home_opened", "user": BOB.user, "channel": "D0BOB", "tab": tab}
    return {**an_event(), "event": {**event, **changes}}


def a_home_press(action: str = APPROVE, by: Person = BOB) -> Json:
    """A press in a Home, which has neither channel nor message."""
    body = a_press(action, by=by, place=IN_HOME, container={"type": "view", "view_id": "V0HOME"})
    for key in ("channel", "message", "response_url"):
        del body[key]
    return {**body, "view": {"id": "V0HOME", "type": "home"}}


def published(bot: BotFixture) -> Json:
    """The only Home that was published."""
    (given,) = bot.slack.given("views.publish")
    assert given["user_id"] == BOB.user
    view = parsed(given["view"])
    assert view["type"] == "home"
    return view


def labels(view: Json) -> list[str]:
    rows = [block for block in view["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for block in rows for element in block["elements"]]


def said(view: Json) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def a_row(id_: str = APPROVAL, **rule: Any) -> PendingApproval:
    return PendingApproval.of(ruled(id_, **rule), one_tap=True)


async def test_who_opens_their_home_finds_what_waits_and_what_they_asked_for(
    bot: BotFixture,
) -> None:
    bot.approvals.rows = [a_row()]
    assert (await bot.deliver(opened())).status == 200
    view = published(bot)
    mine, requested = bot.approvals.looked_for

    assert (mine.kind, requested.kind) == (Kind.MINE, Kind.REQUESTED)
    assert (mine.team, mine.viewer.user) == (TEAM, BOB.user)
    assert said(view).count("Order 100 widgets") == 2
    assert labels(view)[:3] == ["Approve", "Reject…", "Open"]
    assert "/approvals history" in said(view)
    assert view_problems(view, "/view") == []


async def test_an_empty_home_says_so_and_what_to_do(bot: BotFixture) -> None:
    await bot.deliver(opened())
    view = published(bot)

    assert "Nothing is waiting for you" in said(view)
    assert "None of your requests is waiting" in said(view)
    assert labels(view) == []


async def test_the_messages_of_the_app_are_no_home(bot: BotFixture) -> None:
    assert (await bot.deliver(opened("messages"))).status == 200
    assert bot.slack.asked == []


async def test_a_slack_without_homes_is_left_alone(bot: BotFixture) -> None:
    bot.slack.refuses("views.publish", "unknown_method")
    assert (await bot.deliver(opened())).status == 200


@pytest.mark.parametrize("code", ["not_enabled", "ratelimited", "internal_error"])
async def test_a_home_that_slack_does_not_take_is_not_delivered_again(
    bot: BotFixture, code: str
) -> None:
    bot.slack.refuses("views.publish", code)
    assert (await bot.deliver(opened())).status == 200


@pytest.mark.parametrize("code", ["ratelimited", "http_500", "of_next_year", "user_not_found"])
async def test_a_home_that_slack_did_not_take_is_published_by_the_next_opening(
    bot: BotFixture, code: str
) -> None:
    bot.slack.refuses("views.publish", code)
    bot.approvals.rows = [a_row()]
    for _ in range(2):
        assert (await bot.deliver(opened())).status == 200
    first, second = bot.slack.given("views.publish")
    assert first["view"] == second["view"]


async def test_a_press_whose_home_slack_did_not_take_counts_and_the_next_opening_shows_it(
    bot: BotFixture,
) -> None:
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB)
    bot.slack.refuses("views.publish", "internal_error")
    assert (await bot.deliver(a_home_press())).status == 200
    assert bot.decision()[0]
    await bot.deliver(opened())
    published = parsed(bot.slack.given("views.publish")[-1]["view"])
    assert "Nothing is waiting for you" in said(published)


async def test_a_home_without_its_lists_has_them_when_it_is_opened_again(bot: BotFixture) -> None:
    bot.approvals.error, bot.approvals.rows = AWAY, [a_row()]
    await bot.deliver(opened())
    assert UNAVAILABLE in said(published(bot))
    bot.approvals.error = None
    await bot.deliver(opened())
    assert "Order 100" in said(parsed(bot.slack.given("views.publish")[-1]["view"]))


async def test_an_event_that_names_nobody_is_acknowledged(bot: BotFixture) -> None:
    assert (await bot.deliver(opened(user=None))).status == 200
    assert bot.slack.asked == []


async def test_while_temporal_is_away_the_home_says_that_nothing_is_lost(bot: BotFixture) -> None:
    bot.approvals.error = AWAY
    assert (await bot.deliver(opened())).status == 200
    assert UNAVAILABLE in said(published(bot))


async def test_where_slack_does_not_say_who_they_are_the_home_tells_them(bot: BotFixture) -> None:
    bot.slack.refuses("usergroups.list", "internal_error")
    await bot.deliver(opened())
    assert UNCHECKED in said(published(bot))


async def test_a_press_in_a_home_decides_and_empties_it(bot: BotFixture) -> None:
    bot.approvals.rows = [a_row()]
    bot.approvals.known[APPROVAL] = ended(
        approved_by(ruled(), BOB, press="3.000100"), Outcome.APPROVED
    )
    await bot.deliver(a_home_press())
    approve, decision = bot.decision()
    view = published(bot)

    assert approve
    assert (decision.via, decision.by, decision.card) == (Via.HOME, BOB, "")
    assert "✅ Approved: Order 100 widgets" in said(view)
    assert "Nothing is waiting for you" in said(view)


async def test_a_refusal_is_said_in_the_home_since_nothing_private_can_be_said_there(
    bot: BotFixture,
) -> None:
    press = Decision(id="3.000100:U0BOB", at=NOON, via=Via.HOME, by=BOB)
    refused = Refused(why=Refusal.NOT_AN_APPROVER, at=NOON, decision=press)
    bot.approvals.known[APPROVAL] = ruled().model_copy(update={"refused": (refused,)})
    bot.approvals.rows = [a_row()]
    await bot.deliver(a_home_press())

    assert "You can't decide this" in said(published(bot))


async def test_who_withdraws_in_their_home_sees_it_gone(bot: BotFixture) -> None:
    bot.approvals.rows = [a_row(requester=BOB)]
    bot.approvals.known[APPROVAL] = ended(ruled(requester=BOB), Outcome.WITHDRAWN, BOB)
    await bot.deliver(a_home_press(WITHDRAW))

    assert labels(published(bot)) == []


async def test_a_dialog_opens_over_the_home_and_publishes_nothing_yet(bot: BotFixture) -> None:
    view = await bot.open(a_home_press(REJECT))

    assert view["callback_id"] == "modal_reject"
    assert json.loads(view["private_metadata"])["via"] == HOME
    assert bot.slack.methods == ["views.open"]


async def test_who_presses_too_late_in_a_home_is_told_in_a_dialog_and_sees_it_gone(
    bot: BotFixture,
) -> None:
    status = ended(ruled(), Outcome.REJECTED, ALICE)
    bot.approvals.rows = [a_row()]
    bot.approvals.known[APPROVAL] = status
    bot.approvals.undecidable = ApprovalClosedError(APPROVAL, status)
    await bot.deliver(a_home_press())

    assert "already rejected" in said(bot.opened())
    assert "⛔ Rejected" in said(published(bot))


def ours() -> list[str]:
    """What the bot is doing in this process, but for a look after three seconds at each press."""
    coroutines = (task.get_coro() for task in asyncio.all_tasks())
    names = (str(getattr(it, "cr_code", "")) for it in coroutines)
    names = (it for it in names if f"{ROOT}/bot/receipts.py" not in it)
    return [it for it in names if f"{ROOT}/bot/" in it or f"{ROOT}/countersign/" in it]


async def test_nothing_that_a_list_or_a_home_needs_outlives_its_request(bot: BotFixture) -> None:
    bot.approvals.rows = [a_row()]
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB, press="3.000100")
    row = f"0.{ListingQuery().pack(150)}"
    in_list = BlockId(LIST, 0, "", "main", row)
    press = a_press(APPROVE, place=in_list, response_url=f"{bot.slack.url}response")
    for body in (opened(), a_home_press(), a_command(), press):
        assert (await bot.deliver(body)).status == 200

    assert ours() == []


def test_many_rows_fit_and_the_rest_is_named() -> None:
    rows = [a_row(f"approval-{number:012}") for number in range(ROWS[Kind.MINE])]
    view = HomeView(
        mine=Page(rows, b"next"),
        requested=Page(rows[: ROWS[Kind.REQUESTED]], b"next"),
        user=BOB.user,
        now=NOON,
    )
    blocks = [block.to_dict() for block in home_blocks(view)]

    assert view_problems({"type": "home", "blocks": blocks}, "/view") == []
    assert json.dumps(blocks).count("There is more than fits here") == 2
