"""Lists are as they stand when they are pressed, and nothing of them is kept meanwhile."""

from aiohttp import web

from bot.payloads.listing import Asked, Topic
from countersign.slack.actions import APPROVE, LIST, LIST_REFRESH, REJECT, BlockId
from countersign.slack.listing.query import ListingQuery
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import CAROL, FakeConversations, approved_by, ended, ruled
from tests.support.fake_slack import Json, parsed
from tests.support.slack_payloads import a_press
from tests.unit.listing.conftest import Lists
from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Outcome, Refusal, Refused, Via
from workflows.listing.rows import GrantRow, Kind, PendingApproval, Viewer

OTHER = "approval-0000000000aa"


def a_row(status: ApprovalStatus) -> PendingApproval:
    return PendingApproval.of(status, one_tap=True)


def a_press_in(
    lists: Lists, action: str, status: ApprovalStatus, query: ListingQuery | None = None
) -> Json:
    place = BlockId(LIST, deployment="main", row=f"0.{(query or ListingQuery()).pack(150)}")
    return a_press(action, status.id, place=place, response_url=lists.response_url)


async def refresh_of(lists: Lists, asked: Asked) -> Json:
    """Bob asks for a list, and presses Refresh in the answer."""
    rendered = await lists.ephemeral.answer(BOB, asked)
    blocks = [it for it in (block.to_dict() for block in rendered.blocks) if "block_id" in it]
    block = blocks[-1]
    (button,) = (it for it in block["elements"] if it["action_id"] == LIST_REFRESH)
    place = BlockId.read(block["block_id"])
    press = a_press(LIST_REFRESH, button["value"], place=place, response_url=lists.response_url)
    lists.approvals.looked_for.clear()
    return press


async def test_refresh_shows_the_same_list_as_it_stands_now(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    lists.approvals.rows = [a_row(first), a_row(other)]
    query = ListingQuery(Kind.ALL, "place_order", "U0ALICE", (b"2",))
    press = await refresh_of(lists, Asked(query=query))
    lists.approvals.rows = [a_row(first)]
    await lists.turned(press)
    shown = str(lists.rewritten()["blocks"])
    (listing,) = lists.approvals.looked_for

    assert f"`{OTHER}`" not in shown
    assert first.id in shown
    assert (listing.kind, listing.tool, listing.person) == (Kind.ALL, "place_order", "U0ALICE")


async def test_refresh_of_an_empty_list_finds_what_has_come(lists: Lists) -> None:
    press = await refresh_of(lists, Asked())
    lists.approvals.rows = [a_row(ruled())]
    await lists.turned(press)

    assert "Order 100" in str(lists.rewritten()["blocks"])


async def test_refresh_of_one_approval_shows_how_it_ended(lists: Lists) -> None:
    status = ruled()
    press = await refresh_of(lists, Asked(Topic.DETAILS, approval_id=status.id))
    lists.approvals.known[status.id] = ended(status, Outcome.REJECTED)
    await lists.turned(press)

    assert lists.rewritten()["text"].startswith("rejected")
    assert lists.approvals.looked_for == []


class Granted(FakeConversations):
    """A thread in which a tool is approved without asking."""

    async def grants(self, team: str, viewer: Viewer) -> list[GrantRow]:
        grant = Grant(
            id="g1", tool="act", rule="r", by=CAROL, at=NOON, approval="a", requester=ALICE
        )
        return [GrantRow("conversation-T0ACME-C0OPS-1.0", grant)]


async def test_refresh_of_standing_permissions_shows_them_anew(lists: Lists) -> None:
    press = await refresh_of(lists, Asked(Topic.GRANTS))
    lists.conversations = Granted()
    await lists.turned(press)

    assert "“act”" in str(lists.rewritten()["blocks"])


async def test_what_was_decided_elsewhere_is_gone_at_the_next_press(lists: Lists) -> None:
    first, other = ruled(), ruled(OTHER)
    lists.approvals.known = {first.id: approved_by(first, BOB, press="3.000100")}
    lists.approvals.rows = [a_row(first)]
    await lists.pressed(a_press_in(lists, APPROVE, first, ListingQuery(Kind.ALL)))
    shown = str(lists.rewritten()["blocks"])

    assert f"`{other.id}`" not in shown
    assert "✔ Your approval counts" in shown


async def test_a_list_says_why_a_press_in_it_did_not_count(lists: Lists) -> None:
    press = Decision(id="3.000100:U0BOB", at=NOON, via=Via.LIST, by=BOB)
    refused = Refused(why=Refusal.NOT_AN_APPROVER, at=NOON, decision=press)
    status = ruled().model_copy(update={"refused": (refused,)})
    lists.approvals.known[status.id] = status
    lists.approvals.rows = [a_row(status)]
    await lists.pressed(a_press_in(lists, APPROVE, status))

    assert "You can't decide this" in str(lists.rewritten()["blocks"])


async def test_a_press_that_opens_a_dialog_leaves_its_list_as_it_is(lists: Lists) -> None:
    await lists.pressed(a_press_in(lists, REJECT, ruled()))

    assert lists.slack.asked == []


async def test_a_list_that_slack_did_not_take_is_shown_by_the_next_press(lists: Lists) -> None:
    status = ruled()
    lists.approvals.known[status.id] = ended(status, Outcome.APPROVED)
    lists.slack.answers["response"] = [web.Response(status=503)]
    for _ in range(2):
        await lists.pressed(a_press_in(lists, APPROVE, status))
    shown = lists.slack.given("response")[-1]

    assert shown["replace_original"] is True
    assert "✅ Approved" in str(parsed(shown["blocks"]))


async def republished(lists: Lists, *known: ApprovalStatus, by: Person = BOB) -> str:
    """What a Home says that was published without anybody asking."""
    await lists.home.republish(by.team, by, known)
    given = lists.slack.given("views.publish")[-1]
    return str(parsed(given["view"])["blocks"])


async def test_a_home_says_what_has_ended_and_what_one_s_own_vote_did(lists: Lists) -> None:
    lists.knows()
    rejected, half = ended(ruled(), Outcome.REJECTED, CAROL), approved_by(ruled(OTHER), BOB)
    lists.approvals.rows = [a_row(ruled()), a_row(ruled(OTHER))]
    shown = await republished(lists, rejected, half)

    assert "⛔ Rejected: Order 100" in shown
    assert "✔ Your approval counts" in shown
    assert f"`{rejected.id}`" not in shown


async def test_a_home_says_nothing_of_what_was_only_just_asked_but_lists_it(lists: Lists) -> None:
    lists.knows()
    lists.approvals.rows = [a_row(ruled())]
    shown = await republished(lists, ruled())

    assert "Not decided yet" not in shown
    assert "Order 100" in shown


async def test_what_is_being_carried_out_waits_in_no_home(lists: Lists) -> None:
    lists.knows()
    approved = PendingApproval.of(ended(ruled(), Outcome.APPROVED), one_tap=True)
    lists.approvals.rows = [approved.model_copy(update={"is_open": True})]

    assert "Nothing is waiting for you" in await republished(lists)


async def test_a_home_is_not_replaced_unasked_by_one_that_may_lack_something(lists: Lists) -> None:
    lists.knows()
    lists.slack.answers["usergroups.list"].clear()
    lists.slack.refuses("usergroups.list", "internal_error")
    await lists.home.republish(ALICE.team, ALICE, [ruled()])

    assert lists.slack.given("views.publish") == []
