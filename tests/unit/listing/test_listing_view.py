"""Lists as people see them, and as Slack takes them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.actions import (
    APPROVE,
    LIST,
    LIST_AGENT,
    LIST_FILTER,
    LIST_PAGE,
    LIST_REFRESH,
    REJECT,
    REVIEW,
    BlockId,
)
from countersign.slack.listing.details import details_blocks, details_text
from countersign.slack.listing.grants import NOTHING as NO_GRANTS
from countersign.slack.listing.grants import grants_blocks, grants_text
from countersign.slack.listing.page import (
    NO_MORE,
    NOTHING,
    PREVIOUS,
    ListingView,
    listing_blocks,
    listing_text,
)
from countersign.slack.listing.query import ListingQuery
from tests.support.builders import ALICE, BOB, NOON
from tests.support.listed_approvals import CAROL, a_rule, an_approval, voted
from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.core import ArgumentField, Person
from workflows.contracts.decisions import Execution, Outcome, Stop
from workflows.listing.rows import GrantRow, Kind, PendingApproval

Json = dict[str, Any]
TOKEN = (
    b'{"CloseTime":"9999-12-31T23:59:59Z","StartTime":"2026-11-23T12:00:00.361547Z",'
    b'"RunID":"01a20f90-3b69-7858-8f61-c9555f230b3a"}'
)
"""As a SQL store writes it."""
LATER = NOON + timedelta(hours=3)
HOSTILE = st.text(max_size=80) | st.sampled_from(
    ["<!channel>", "<@U0BOB>", "```", "~1~ *5* _x_", "<https://evil.test|here>", "\u202e", "&lt;"]
)


def a_view(*rows: PendingApproval, **changes: Any) -> ListingView:
    standard: Json = {
        "query": ListingQuery(),
        "rows": rows,
        "next_token": None,
        "user": BOB.user,
        "now": LATER,
    }
    return ListingView(**standard | changes)


def a_row(status: ApprovalStatus | None = None, **changes: Any) -> PendingApproval:
    row = PendingApproval.of(status or an_approval(a_rule("U0BOB", "U0CAROL")), one_tap=True)
    return row.model_copy(update={"permalink": "https://acme.slack.test/1", **changes})


def as_json(blocks: Sequence[Any]) -> list[Json]:
    return [block.to_dict() for block in blocks]


def elements(blocks: Sequence[Any]) -> list[Json]:
    return [it for block in as_json(blocks) for it in block.get("elements", ()) if "type" in it]


def buttons(view: ListingView) -> dict[str, Json]:
    """By what they say, without the one that every list has."""
    pressable = (it for it in elements(listing_blocks(view)) if it["type"] == "button")
    return {it["text"]["text"]: it for it in pressable if it["action_id"] != LIST_REFRESH}


def said(blocks: Sequence[Any]) -> str:
    return json.dumps(as_json(blocks), ensure_ascii=False)


def test_a_row_says_what_it_is_who_asked_when_and_how_it_stands() -> None:
    status = voted(an_approval(a_rule("U0BOB", "U0CAROL", needed=2)), CAROL)
    text = said(listing_blocks(a_view(a_row(status))))

    for part in (
        "Waiting for your decision",
        "Order 100 widgets for €4,120.00",
        "item: widget",
        "asked by <@U0ALICE> 3 hours ago",
        "1 of 2 approved",
        "until <!date^",
        status.id,
    ):
        assert part in text


@pytest.mark.parametrize("rows", [(), (a_row(),)], ids=["empty", "full"])
def test_a_list_says_of_when_it_is_and_can_be_refreshed(rows: Sequence[PendingApproval]) -> None:
    blocks = listing_blocks(a_view(*rows))
    pressable = [it["action_id"] for it in elements(blocks) if it["type"] == "button"]

    assert f"As of <!date^{int(LATER.timestamp())}^" in said(blocks[-1:])
    assert pressable[-1] == LIST_REFRESH


def test_a_cost_that_the_summary_does_not_name_is_said() -> None:
    assert "€99.00" in said(listing_blocks(a_view(a_row(cost="€99.00"))))
    assert said(listing_blocks(a_view(a_row()))).count("€4,120.00") == 1


def test_a_row_is_decided_and_opened_where_it_stands() -> None:
    row = a_row(digest="d" * 64)
    shown = buttons(a_view(row, deployment="main"))
    block = next(
        it for it in as_json(listing_blocks(a_view(row, deployment="main"))) if "block_id" in it
    )
    place = BlockId.read(block["block_id"])

    assert list(shown) == ["Approve", "Reject…", "Open"]
    assert (shown["Approve"]["action_id"], shown["Reject…"]["action_id"]) == (APPROVE, REJECT)
    assert {it["value"] for it in shown.values()} == {row.id}
    assert shown["Open"]["url"] == "https://acme.slack.test/1"
    assert (place.kind, place.digest, place.deployment) == (LIST, "d" * 16, "main")


def test_a_confirmation_is_asked_where_the_rule_wants_one() -> None:
    assert "confirm" not in buttons(a_view(a_row()))["Approve"]
    confirm = buttons(a_view(a_row(confirm=True)))["Approve"]["confirm"]
    assert confirm["title"]["text"].endswith("€4,120.00?")
    assert confirm["text"]["text"] == "Your approval is all it takes."


@pytest.mark.parametrize(
    "row",
    [
        a_row(complete=False),
        a_row(summary="x" * 501),
        a_row(fields=(ArgumentField(name="note", value="y" * 501),)),
        a_row(fields=(ArgumentField(name="note", value="one\ntwo"),)),
    ],
    ids=["memo", "summary", "fields", "lines"],
)
def test_nobody_approves_unseen(row: PendingApproval) -> None:
    shown = buttons(a_view(row))

    assert "Approve" not in shown
    assert shown["Review…"]["action_id"] == REVIEW


def test_what_is_decided_outside_slack_says_how() -> None:
    row = a_row(from_slack=False)

    assert list(buttons(a_view(row))) == ["Open"]
    assert f"countersign approve {row.id}" in said(listing_blocks(a_view(row)))


def test_own_requests_are_withdrawn_and_decided_only_where_they_wait_for_their_requester() -> None:
    def own(kind: Kind) -> list[str]:
        return list(buttons(a_view(a_row(), user=ALICE.user, query=ListingQuery(kind))))

    assert own(Kind.REQUESTED) == own(Kind.ALL) == ["Withdraw", "Open"]
    assert own(Kind.MINE) == ["Approve", "Reject…", "Withdraw", "Open"]


@pytest.mark.parametrize("outcome", [it for it in Outcome if it is not Outcome.PENDING])
def test_what_has_ended_has_its_word_and_nothing_to_decide(outcome: Outcome) -> None:
    view = a_view(a_row(outcome=outcome, is_open=False), query=ListingQuery(Kind.HISTORY))

    assert str(outcome).capitalize() in said(listing_blocks(view))
    assert list(buttons(view)) == ["Open"]


def test_what_was_ended_by_force_is_not_said_to_wait() -> None:
    for row, told in (
        (a_row(is_open=False), "its card says how"),
        (a_row(is_open=False, outcome=Outcome.STOPPED, stop=Stop.TERMINATED), "by an operator"),
        (a_row(is_open=False, outcome=Outcome.STOPPED, execution=Execution.UNKNOWN), "may have"),
    ):
        view = a_view(row, query=ListingQuery(Kind.HISTORY))
        assert told in said(listing_blocks(view))
        assert list(buttons(view)) == ["Open"]


def test_a_deadline_that_has_passed_is_not_said_to_come() -> None:
    text = said(listing_blocks(a_view(a_row(), now=NOON + timedelta(days=4))))

    assert "expired <!date^" in text
    assert "4 days ago" in text


def test_pages_lead_on_and_back_and_keep_what_was_asked_for() -> None:
    query = ListingQuery(Kind.ALL, person="U0ALICE", trail=(b"2",))
    shown = buttons(a_view(a_row(), query=query, next_token=b"3"))

    assert shown["Next"]["action_id"] == LIST_PAGE
    assert ListingQuery.unpack(shown["Next"]["value"]) == query.onward(b"3")
    assert shown["Previous"]["action_id"] == PREVIOUS
    assert ListingQuery.unpack(shown["Previous"]["value"]) == query.back()


def test_a_row_knows_on_which_page_it_stands() -> None:
    query = ListingQuery(Kind.ALL, tool="place_order", person="U0ALICE", trail=(TOKEN,))
    view = a_view(a_row(digest="d" * 64), query=query, deployment="a-long-name-of-twenty")
    ids = [block["block_id"] for block in as_json(listing_blocks(view)) if "block_id" in block]

    for block_id in ids:
        assert ListingQuery.unpack(BlockId.read(block_id).row.partition(".")[2]) == query


def test_of_several_agents_one_is_chosen() -> None:
    view = a_view(query=ListingQuery(Kind.ALL, agent="deployer"), agents=("buyer", "deployer"))
    (menu,) = [it for it in elements(listing_blocks(view)) if it["type"] == "static_select"]
    assert menu["action_id"] == LIST_AGENT
    assert [it["value"] for it in menu["options"]] == ["*", "buyer", "deployer"]
    assert menu["initial_option"]["value"] == "deployer"
    assert "Only requests of the agent deployer." in said(listing_blocks(view))
    gone = a_view(query=ListingQuery(agent="gone"), agents=("buyer", "deployer"))
    (menu,) = [it for it in elements(listing_blocks(gone)) if it["type"] == "static_select"]
    assert menu["initial_option"]["value"] == "*"


def test_what_is_asked_for_is_chosen_by_its_title_where_there_is_a_choice() -> None:
    def options(view: ListingView) -> dict[str, str]:
        found = [it for it in elements(listing_blocks(view)) if it["type"] == "static_select"]
        assert all(it["action_id"] == LIST_FILTER for it in found)
        return {it["value"]: it["text"]["text"] for one in found for it in one["options"]}

    assert options(a_view(a_row())) == {}
    both = (a_row(), a_row(tool="cancel_order", title="Cancel an order"))
    assert options(a_view(*both)) == {
        "*": "Everything",
        "cancel_order": "Cancel an order",
        "place_order": "Place an order",
    }
    assert options(a_view(query=ListingQuery(tool="act_now"))) == {
        "*": "Everything",
        "act_now": "Act now",
    }
    chosen = a_view(*both, query=ListingQuery(tool="cancel_order"))
    assert "Only “Cancel an order”." in said(listing_blocks(chosen))


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_list_says_what_to_do_next(kind: Kind) -> None:
    view = a_view(query=ListingQuery(kind))

    assert NOTHING[kind] in said(listing_blocks(view))
    assert listing_text(view) == NOTHING[kind]
    beyond = a_view(query=ListingQuery(kind, trail=(b"2",)))
    assert NO_MORE in said(listing_blocks(beyond))
    assert "Previous" in buttons(beyond)


def wide_rows(length: int) -> list[PendingApproval]:
    """Five rows with everything that a row can have."""
    wide = "<&>" * (length // 6)
    return [
        a_row(
            summary=wide,
            fields=(ArgumentField(name="note", value=f"{number}{wide}"),),
            cost="€" * 60,
            confirm=True,
            rule="r" * 60,
            digest="d" * 64,
            permalink="https://acme.slack.test/archives/C0OPS/p1234567890123456?thread_ts=1.0",
            tool=f"tool_{number}" + "x" * 20,
        )
        for number in range(5)
    ]


@pytest.mark.parametrize("length", [60, 300, 1_000, 5_000])
def test_five_full_rows_fit_in_one_message(length: int) -> None:
    query = ListingQuery(Kind.MINE, "t" * 64, "U0ALICEALICE", (TOKEN,) * 9, "a" * 40)
    notes = ("n" * 300, "m" * 300)
    view = a_view(
        *wide_rows(length), query=query, next_token=TOKEN, deployment="x" * 20, notes=notes
    )
    blocks = listing_blocks(view)
    ids = [block["block_id"] for block in as_json(blocks) if "block_id" in block]

    assert ("Approve" in buttons(view)) == (length <= 60)
    assert len(said(blocks)) <= 13_200
    assert len(blocks) <= 50
    assert len(set(ids)) == len(ids) == 6
    assert max(map(len, ids)) <= 255


def test_ordinary_rows_are_approved_from_the_list() -> None:
    rows = [a_row(permalink=row.permalink, digest=row.digest) for row in wide_rows(0)]
    shown = [it for it in elements(listing_blocks(a_view(*rows))) if it["type"] == "button"]

    assert [it["text"]["text"] for it in shown].count("Approve") == 5


@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_people_wrote_is_never_interpreted(summary: str, value: str, cost: str) -> None:
    field = ArgumentField(name=value, value=summary)
    row = a_row(summary=summary, cost=cost, fields=(field,), tool=value, rule=cost)
    status = an_approval(a_rule("U0BOB")).model_copy(update={"result": value, "prepared": None})
    views = (listing_blocks(a_view(row)), details_blocks(status, BOB.user, LATER))
    for blocks in views:
        for text in _interpreted(as_json(blocks)):
            for wrong in ("<!channel>", "<https://evil", "```", "~1~"):
                assert wrong not in text
    assert "<!channel>" not in listing_text(a_view(row))


def _interpreted(value: Any) -> list[str]:
    """Every text in which Slack would see markup."""
    if isinstance(value, list):
        return [text for item in value for text in _interpreted(item)]
    if not isinstance(value, dict):
        return []
    own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
    return own + [text for item in value.values() for text in _interpreted(item)]


def test_details_tell_who_has_voted_and_what_came_of_it() -> None:
    status = voted(an_approval(a_rule("U0BOB", "U0CAROL", needed=2)), CAROL)
    done = status.model_copy(
        update={"outcome": Outcome.APPROVED, "execution": Execution.DONE, "result": "Order #7"}
    )

    assert "Approved by <@U0CAROL>" in said(details_blocks(status, BOB.user, LATER))
    assert "Review…" in said(details_blocks(status, BOB.user, LATER))
    assert '"Approve"' not in said(details_blocks(status, BOB.user, LATER))
    text = said(details_blocks(done, BOB.user, LATER))
    assert "Done" in text
    assert "Order #7" in text
    assert details_text(done).startswith("approved: Order 100")


def a_grant(number: int, channel: str = "C0OPS", by: Person = CAROL) -> GrantRow:
    grant = Grant(
        id=f"g{number}",
        tool="act",
        rule="r",
        by=by,
        at=NOON,
        approval="approval-1",
        requester=ALICE,
    )
    return GrantRow(f"conversation-T0ACME-{channel}-1.0", grant)


def test_standing_permissions_are_revoked_where_they_stand() -> None:
    blocks = as_json(grants_blocks([a_grant(1), a_grant(2, "D0ALICE")]))
    rows = [block for block in blocks if "accessory" in block]

    assert [row["accessory"]["value"] for row in rows] == [
        "conversation-T0ACME-C0OPS-1.0|g1",
        "conversation-T0ACME-D0ALICE-1.0|g2",
    ]
    assert "<#C0OPS>" in rows[0]["text"]["text"]
    assert "a direct message" in rows[1]["text"]["text"]
    assert "allowed by <@U0CAROL>" in grants_text([a_grant(1)])


def test_many_standing_permissions_fit_in_one_message() -> None:
    blocks = grants_blocks([a_grant(number) for number in range(100)], "x" * 20)

    assert len(blocks) <= 50
    assert len(said(blocks)) <= 13_200
    assert grants_text([]) == NO_GRANTS
