"""Lists that somebody has open: what is kept of them, and how they are shown again."""

import asyncio
from typing import Any

from aiohttp import web

from bot.private_lists import OUTDATED
from countersign.slack.actions import APPROVE, LIST, REJECT, BlockId
from countersign.slack.listing_query import ListingQuery
from tests.builders import BOB
from tests.unit.bot.fake_slack import Json
from tests.unit.bot.standins import CAROL, a_press, approved_by, ended, ruled
from tests.unit.listing.conftest import Lists
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import Kind, PendingApproval

OTHER = "approval-0000000000aa"


def a_row(status: ApprovalStatus) -> PendingApproval:
    return PendingApproval.of(status, one_tap=True)


def a_press_in(
    lists: Lists, action: str, status: ApprovalStatus, query: ListingQuery | None = None
) -> Json:
    place = BlockId(LIST, deployment="main", row=f"0.{(query or ListingQuery()).pack(150)}")
    return a_press(action, status.id, place=place, response_url=lists.response_url)


async def everything_has_run() -> None:
    """Let every task come to where it waits for something."""
    for _ in range(10):
        await asyncio.sleep(0)


async def ends(lists: Lists, *ended: ApprovalStatus) -> Json:
    """Approvals end; what Slack is asked to show after that."""
    for status in ended:
        lists.votes.known[status.id] = status
        lists.votes.ends.setdefault(status.id, asyncio.Event()).set()
    before = len(lists.slack.given("response"))
    async with asyncio.timeout(5):
        while len(lists.slack.given("response")) == before:
            await lists.slack.heard.wait()
            lists.slack.heard.clear()
    kept = lists.votes.open_lists._kept.values()
    await asyncio.gather(*(it.redrawing for it in kept if it.redrawing))
    return lists.slack.given("response")[-1]


async def a_list(lists: Lists, *statuses: ApprovalStatus, **query: Any) -> None:
    """Bob has a list open in which he has pressed."""
    lists.votes.rows = [a_row(status) for status in statuses]
    lists.votes.known = {status.id: status for status in statuses}
    await lists.pressed(a_press_in(lists, APPROVE, statuses[0], ListingQuery(**query)))
    lists.slack.heard.clear()


async def test_an_end_elsewhere_rewrites_the_list_and_names_it(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    await a_list(lists, first, other)
    given = await ends(lists, ended(other, Outcome.WITHDRAWN))

    assert given["replace_original"] is True
    assert "↩️ Withdrawn: Order 100 × widget" in str(given["blocks"])
    assert f"`{OTHER}`" not in str(given["blocks"])
    assert f"`{first.id}`" in str(given["blocks"])


async def test_an_end_that_cannot_be_read_takes_its_row_away_all_the_same(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    await a_list(lists, first, other)
    del lists.votes.known[OTHER]
    lists.votes.ends.setdefault(OTHER, asyncio.Event()).set()
    given = await ends(lists)

    assert f"`{OTHER}`" not in str(given["blocks"])


async def test_one_use_of_an_address_is_left_for_whoever_presses(lists: Lists) -> None:
    statuses = [ruled(f"approval-{number:012}") for number in range(5)]
    await a_list(lists, *statuses, kind=Kind.ALL)
    for status in statuses[:3]:
        await ends(lists, ended(status, Outcome.REJECTED))

    assert lists.votes.open_lists.get(BOB.user, "C0OPS") is None
    assert len(lists.slack.given("response")) == 4


async def test_a_press_that_opens_a_dialog_makes_a_list_one_that_can_be_redrawn(
    lists: Lists,
) -> None:
    status = ruled()
    lists.votes.rows = [a_row(status)]
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)
    await lists.pressed(a_press_in(lists, REJECT, status))
    assert lists.slack.given("response") == []
    given = await ends(lists, ended(status, Outcome.REJECTED))

    assert given["replace_original"] is True
    assert "⛔ Rejected" in str(given["blocks"])


async def test_a_vote_in_a_dialog_takes_the_row_out_of_the_voter_s_list(lists: Lists) -> None:
    status = ruled(panels=({"who": {"users": ("U0BOB", "U0CAROL")}, "needed": 2},))
    lists.votes.rows = [a_row(status)]
    await lists.pressed(a_press_in(lists, REJECT, status))
    lists.votes.rows = []
    lists.votes.known[status.id] = approved_by(status, BOB)
    lists.votes.open_lists.touched(BOB.user, status.id)
    given = await ends(lists)

    assert "Nothing is waiting for your decision" in str(given["text"])


async def test_the_answer_to_a_command_is_said_to_be_out_of_date_once(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    lists.votes.rows = [a_row(first), a_row(other)]
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)
    given = await ends(lists, ended(first, Outcome.REJECTED, CAROL))

    assert given["replace_original"] is False
    assert given["response_type"] == "ephemeral"
    assert given["text"].endswith(OUTDATED)
    assert "⛔ Rejected: Order 100 × widget" in given["text"]
    assert lists.votes.open_lists.get(BOB.user, "C0OPS") is None


async def test_who_decided_knows_that_their_command_s_answer_is_out_of_date(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    lists.votes.rows = [a_row(first), a_row(other)]
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)
    lists.votes.known[first.id] = ended(first, Outcome.REJECTED, BOB)
    lists.votes.ends.setdefault(first.id, asyncio.Event()).set()
    await everything_has_run()
    assert lists.slack.given("response") == []
    given = await ends(lists, ended(other, Outcome.WITHDRAWN, CAROL))

    assert "↩️ Withdrawn" in given["text"]
    assert given["text"].endswith(OUTDATED)


async def test_who_presses_in_a_command_s_answer_is_not_told_that_it_is_out_of_date(
    lists: Lists,
) -> None:
    status = ruled()
    lists.votes.rows = [a_row(status)]
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)
    lists.votes.gate.clear()
    press = asyncio.create_task(lists.pressed(a_press_in(lists, APPROVE, status)))
    await everything_has_run()
    lists.votes.known[status.id] = approved_by(status, BOB)
    lists.votes.gate.set()
    await press

    assert lists.rewritten()["text"].startswith("Nothing is waiting")


async def test_a_vote_on_a_card_does_not_use_up_the_word_that_an_answer_is_out_of_date(
    lists: Lists,
) -> None:
    status = ruled()
    lists.votes.rows = [a_row(status)]
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)
    lists.votes.open_lists.touched(BOB.user, status.id)
    await everything_has_run()
    assert lists.slack.given("response") == []
    given = await ends(lists, ended(status, Outcome.APPROVED, CAROL))

    assert given["text"].endswith(OUTDATED)


async def test_a_list_that_could_not_be_redrawn_after_a_press_is_at_the_next_end(
    lists: Lists,
) -> None:
    status = ruled()
    lists.votes.rows = [a_row(status)]
    lists.slack.answers["response"] = [web.Response(status=503)]
    await lists.pressed(a_press_in(lists, APPROVE, status))
    lists.slack.heard.clear()
    given = await ends(lists, ended(status, Outcome.APPROVED))

    assert given["replace_original"] is True
    assert "✅ Approved" in str(given["blocks"])


async def test_one_approval_that_somebody_looks_at_is_shown_anew_after_a_press(
    lists: Lists,
) -> None:
    status = ruled()
    drawn = await lists.private.answer(BOB, status.id, "C0OPS", lists.response_url)
    (block,) = (it for it in (each.to_dict() for each in drawn.blocks) if "block_id" in it)
    place = BlockId.read(block["block_id"])
    await lists.pressed(a_press(REJECT, place=place, response_url=lists.response_url))
    given = await ends(lists, ended(status, Outcome.REJECTED))

    assert given["text"].startswith("rejected")
    assert lists.votes.looked_for == []


async def test_what_waits_for_nothing_is_not_kept(lists: Lists) -> None:
    await lists.private.answer(BOB, ListingQuery(), "C0OPS", lists.response_url)

    assert lists.votes.open_lists.get(BOB.user, "C0OPS") is None
