"""Lists for one person: who they are, what they see, and the same list after a press in it."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs
from temporalio.service import RPCError, RPCStatusCode

from bot.ephemeral_list import RenderedView
from bot.payloads.listing import Asked, Topic
from bot.response_url import ResponseUrlError, ResponseUrls
from countersign.slack.actions import APPROVE, LIST, LIST_REFRESH, REVOKE, BlockId
from countersign.slack.listing.audience import UNCHECKED
from countersign.slack.listing.query import ListingQuery
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import (
    CAROL,
    FakeApprovals,
    FakeConversations,
    approved_by,
    ended,
    ruled,
)
from tests.support.fake_slack import Json
from tests.support.listed_approvals import TEAM
from tests.support.slack_payloads import a_press
from tests.unit.listing.conftest import Lists
from workflows.client import ApprovalNotFoundError
from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import GrantRow, Kind, PendingApproval, Viewer


def a_list_press(
    lists: Lists, status: ApprovalStatus, query: ListingQuery | None = None, action: str = APPROVE
) -> Json:
    """Bob presses a button in a row."""
    packed = (query or ListingQuery()).pack(150)
    place = BlockId(LIST, deployment="main", row=f"0.{packed}")
    body = a_press(action, status.id, place=place, response_url=lists.response_url)
    del body["message"]
    return body


def said(value: object) -> str:
    """Everything a message says."""
    return str(value)


def text_of(rendered: RenderedView) -> str:
    """What the blocks say."""
    return said([block.to_dict() for block in rendered.blocks])


def row_of(status: ApprovalStatus) -> PendingApproval:
    return PendingApproval.of(status, one_tap=True)


async def test_somebody_is_looked_for_by_all_that_they_belong_to(lists: Lists) -> None:
    lists.knows(("S0FINANCE",), ("C0OPS",))
    query = ListingQuery(Kind.ALL, "place_order", "U0ALICE")
    drawn = await lists.page(query)
    (listing,) = lists.approvals.looked_for

    assert listing.viewer == Viewer("U0BOB", ("S0FINANCE",), ("C0OPS",), is_member=True)
    assert (listing.kind, listing.team) == (Kind.ALL, TEAM)
    assert (listing.tool, listing.person) == ("place_order", "U0ALICE")
    assert UNCHECKED not in text_of(drawn)


async def test_an_older_list_of_an_agent_that_is_gone_does_not_say_that_it_is_its_own(
    lists: Lists,
) -> None:
    status = ruled()
    query = ListingQuery(Kind.ALL, agent="gone")
    await lists.turned(a_list_press(lists, status, query, LIST_REFRESH))
    (listing,) = lists.approvals.looked_for
    assert listing.task_queue == ""
    assert "requests of the agent" not in said(lists.rewritten())


async def test_where_slack_does_not_say_who_somebody_is_they_see_less_and_are_told(
    lists: Lists,
) -> None:
    lists.knows(("S0FINANCE",), ())
    lists.slack.answers["users.conversations"].clear()
    lists.slack.refuses("users.conversations", "internal_error")
    drawn = await lists.page()

    assert lists.approvals.looked_for[0].viewer.groups == ("S0FINANCE",)
    assert UNCHECKED in text_of(drawn)


LACKS = [
    ("usergroups.list", "your user groups"),
    ("users.conversations", "your channels"),
    ("users.info", "whether you are a full member"),
]
NEVER = ["unknown_method", "missing_scope"]


@pytest.mark.parametrize(("method", "what"), LACKS)
@pytest.mark.parametrize("code", NEVER)
async def test_what_this_slack_can_never_say_is_said_once_in_a_list(
    lists: Lists, method: str, what: str, code: str
) -> None:
    lists.knows()
    lists.slack.answers[method].clear()
    lists.slack.always[method] = code
    with capture_logs() as logs:
        answer = await lists.page()
        await lists.turned(a_list_press(lists, ruled(), action=LIST_REFRESH))

    assert f"can't tell me {what}" in text_of(answer)
    assert UNCHECKED not in text_of(answer)
    assert "can't tell me" not in said(lists.rewritten())
    assert len([it for it in logs if it["log_level"] == "warning"]) == 1


async def test_a_slack_that_only_just_did_not_answer_is_always_said_to(lists: Lists) -> None:
    lists.knows()
    lists.slack.answers["usergroups.list"].clear()
    lists.slack.always["usergroups.list"] = "internal_error"
    for _ in range(2):
        drawn = await lists.page()
        assert UNCHECKED in text_of(drawn)


async def test_a_workspace_without_groups_is_no_failure(lists: Lists) -> None:
    lists.knows()
    lists.slack.answers["usergroups.list"].clear()
    lists.slack.refuses("usergroups.list", "plan_upgrade_required")
    drawn = await lists.page()

    assert UNCHECKED not in text_of(drawn)


@pytest.mark.parametrize("fact", ["is_restricted", "is_stranger", "deleted", "is_bot"])
async def test_only_full_members_see_what_is_public(lists: Lists, fact: str) -> None:
    lists.knows()
    lists.slack.answers["users.info"].clear()
    user = {"id": BOB.user, "team_id": TEAM, fact: True}
    lists.slack.will_answer("users.info", ok=True, user=user)
    await lists.page()

    assert not lists.approvals.looked_for[0].viewer.is_member


async def test_after_an_approval_the_row_is_gone_and_the_list_says_what_came_of_it(
    lists: Lists,
) -> None:
    status, other = ruled(), ruled("approval-0000000000aa")
    lists.approvals.rows = [row_of(status), row_of(other)]
    lists.approvals.known[status.id] = ended(approved_by(status, BOB), Outcome.APPROVED)
    await lists.pressed(a_list_press(lists, status))
    shown = said(lists.rewritten())

    assert "✅ Approved: Order 100 widgets" in shown
    assert f"`{status.id}`" not in shown
    assert f"`{other.id}`" in shown


async def test_one_of_two_approvals_leaves_my_list_and_stays_in_the_list_of_all(
    lists: Lists,
) -> None:
    status = ruled(panels=({"who": {"users": ("U0BOB", "U0CAROL")}, "needed": 2},))
    lists.approvals.rows = [row_of(status)]
    lists.approvals.known[status.id] = approved_by(status, BOB, press="3.000100")
    await lists.pressed(a_list_press(lists, status))
    mine = said(lists.rewritten())
    lists.slack.asked.clear()
    await lists.pressed(a_list_press(lists, status, ListingQuery(Kind.ALL)))

    assert "✔ Your approval counts, 1 of 2" in mine
    assert f"`{status.id}`" not in mine
    assert "1 of 2 approved" in said(lists.rewritten())


class SlowVotes(FakeApprovals):
    """Approvals that look the voter up before they count: the third look sees it."""

    looks = 0

    async def status(self, approval_id: str) -> ApprovalStatus:
        self.looks += 1
        status = await super().status(approval_id)
        return status if self.looks < 3 else approved_by(status, BOB, press="3.000100")


async def test_a_vote_that_is_still_looked_into_is_waited_for(lists: Lists) -> None:
    lists.approvals = SlowVotes()
    lists.approvals.rows = [row_of(ruled())]
    await lists.pressed(a_list_press(lists, ruled()))

    assert "Your approval counts" in said(lists.rewritten())


async def test_a_refused_press_changes_no_list(lists: Lists) -> None:
    status = ruled()
    lists.approvals.rows = [row_of(status)]
    await lists.pressed(a_list_press(lists, status))
    shown = said(lists.rewritten())

    assert "Not decided yet: Order 100 widgets" in shown
    assert f"`{status.id}`" in shown


@pytest.mark.parametrize(
    "error", [ApprovalNotFoundError("approval-1"), RPCError("away", RPCStatusCode.UNAVAILABLE, b"")]
)
async def test_a_list_that_cannot_be_redrawn_undoes_nothing(lists: Lists, error: Exception) -> None:
    lists.approvals.unread = error
    await lists.pressed(a_list_press(lists, ruled()))

    assert lists.slack.given("response") == []


async def test_details_are_for_those_who_may_see_them(lists: Lists) -> None:
    status = ruled()
    one = Asked(Topic.DETAILS, approval_id=status.id)
    drawn = await lists.ephemeral.answer(BOB, one)

    assert "Order 100 widgets" in text_of(drawn)
    dave = ALICE.model_copy(update={"user": "U0DAVE"})
    with pytest.raises(ApprovalNotFoundError):
        await lists.ephemeral.answer(dave, one)
    with pytest.raises(ApprovalNotFoundError):
        await lists.ephemeral.answer(BOB.model_copy(update={"team": "T0OTHER"}), one)


async def test_a_press_in_details_shows_the_details_again(lists: Lists) -> None:
    status = ruled()
    one = Asked(Topic.DETAILS, approval_id=status.id)
    drawn = await lists.ephemeral.answer(BOB, one)
    (block,) = (it for it in (each.to_dict() for each in drawn.blocks) if "block_id" in it)
    lists.approvals.known[status.id] = ended(status, Outcome.REJECTED)
    body = a_press(
        APPROVE, status.id, place=BlockId.read(block["block_id"]), response_url=lists.response_url
    )
    await lists.pressed(body)

    assert lists.rewritten()["text"].startswith("rejected")
    assert lists.approvals.looked_for == []


class Granted(FakeConversations):
    """A thread in which a tool is approved without asking."""

    async def grants(self, team: str, viewer: Viewer) -> list[GrantRow]:
        grant = Grant(
            id="g1", tool="act", rule="r", by=CAROL, at=NOON, approval="approval-1", requester=ALICE
        )
        other = grant.model_copy(update={"id": "g2", "tool": "look"})
        return [GrantRow("conversation-T0ACME-C0OPS-1.0", it) for it in (grant, other)]


async def test_a_revoked_permission_is_gone_from_its_list_at_once(lists: Lists) -> None:
    lists.conversations, lists.deployment = Granted(), ""
    place = BlockId(LIST, row="grant0")
    value = "conversation-T0ACME-C0OPS-1.0|g1"
    await lists.pressed(a_press(REVOKE, value, place=place, response_url=lists.response_url))
    shown = said(lists.rewritten())

    assert "“look”" in shown
    assert "“act”" not in shown
    assert "needs approval again" in shown


@pytest.mark.parametrize(
    ("base", "url", "is_taken"),
    [
        ("https://slack.com/api/", "https://hooks.slack.com/actions/T/1/x", True),
        ("https://slack.com/api/", "http://hooks.slack.com/actions/T/1/x", False),
        ("https://slack.com/api/", "https://hooks.slack.com.evil.test/x", False),
        ("https://slack.com/api/", "https://evil.test/slack.com", False),
        ("http://127.0.0.1:8100/api/", "http://127.0.0.1:8100/response/1", True),
        ("http://127.0.0.1:8100/api/", "http://127.0.0.1:9999/response/1", False),
        ("http://127.0.0.1:8100/api/", "https://hooks.slack.com/actions/T/1/x", False),
        ("https://slack.com/api/", "", False),
    ],
)
def test_answers_go_to_our_slack_and_to_nobody_else(base: str, url: str, is_taken: bool) -> None:
    assert ResponseUrls(AsyncWebClient(base_url=base))._is_slacks(url) is is_taken


async def test_an_address_that_is_used_up_is_an_error_of_its_own(lists: Lists) -> None:
    urls = lists.ephemeral.response_urls
    for url in (f"{lists.slack.url}no/such/route", "https://evil.test/x"):
        with pytest.raises(ResponseUrlError):
            await urls.rewrite(url, "text", [])
