"""Lists, as a real visibility store answers them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.common import (
    SearchAttributeIndexedValueType,
    SearchAttributePair,
    TypedSearchAttributes,
)

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, BOB, NOON
from tests.support.listed_approvals import CAROL, QUEUE, a_rule, an_approval, start, voted
from workflows.agent_queues import AgentQueues
from workflows.client import Approvals, Conversations
from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.core import CONVERSATION_WORKFLOW, Person
from workflows.contracts.decisions import HandOver, Outcome
from workflows.contracts.rules import PUBLIC, Absence, Escalation, Rule
from workflows.conversation.memory import Memory
from workflows.listing.rows import Kind, Listing, Page, PendingApproval, Viewer, grants_memo
from workflows.listing.search_attributes import ALL, grant_changes

FINANCE, OPS = "S0FINANCE", "C0OPS"
MEMBER = Viewer(BOB.user, (FINANCE,), (OPS,), is_member=True)
GUEST = Viewer("U0DAVE", (), ("C0GENERAL",))


@dataclass
class Store:
    """The approvals of one workspace, which no other test sees."""

    temporal: Client
    team: str
    started: int = 0

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.temporal)

    async def ask(
        self,
        rule: Rule,
        by: Person = ALICE,
        tool: str = "place_order",
        audience: Sequence[str] = (),
    ) -> str:
        return await self.put(an_approval(rule, by, self.team, tool, audience))

    async def put(self, status: ApprovalStatus) -> str:
        self.started += 1
        return await start(self.temporal, status)

    async def find(self, kind: Kind, viewer: Viewer = MEMBER, tool: str = "", person: str = ""):
        await self.follow()
        listing = Listing(kind, self.team, viewer, tool, person)
        return [row.id for row in (await self.approvals.find(listing, size=50)).rows]

    async def follow(self) -> None:
        """Visibility follows in its own time."""
        query = f"CountersignTeam = '{self.team}'"
        for _ in range(500):
            if (await self.temporal.count_workflows(query)).count == self.started:
                return
        pytest.fail("visibility does not follow")


@pytest_asyncio.fixture
async def store(temporal: Client) -> AsyncGenerator[Store]:
    yield Store(temporal, f"T{uuid4().hex.upper()}"[:20])


async def test_mine_are_those_that_wait_for_me_by_name_group_or_channel(store: Store) -> None:
    by_name = await store.ask(a_rule(BOB.user))
    by_group = await store.ask(a_rule(FINANCE))
    by_channel = await store.ask(a_rule(OPS))
    await store.ask(a_rule(CAROL.user, "S0LEGAL", "C0FINANCE"))

    assert await store.find(Kind.MINE) == [by_channel, by_group, by_name]


async def test_what_i_have_approved_waits_for_others(store: Store) -> None:
    rule = a_rule(BOB.user, CAROL.user, needed=2)
    await store.put(voted(an_approval(rule, team=store.team), BOB))
    theirs = await store.put(voted(an_approval(rule, team=store.team), CAROL))

    assert await store.find(Kind.MINE) == [theirs]
    assert len(await store.find(Kind.MINE, Viewer(CAROL.user))) == 1


async def test_own_requests_wait_for_me_only_where_the_rule_lets_me_decide_them(
    store: Store,
) -> None:
    await store.ask(a_rule(FINANCE), by=BOB)
    allowed = await store.ask(a_rule(FINANCE, self_approval=True), by=BOB)
    alone = await store.ask(a_rule(BOB.user, solo=True), by=BOB)

    assert await store.find(Kind.MINE) == [alone, allowed]


async def test_escalation_absence_and_hand_over_add_approvers(store: Store) -> None:
    rule = a_rule(
        CAROL.user,
        escalation=Escalation.model_validate({"after": "PT1H", "to": {"groups": [FINANCE]}}),
    )
    await store.ask(rule)
    escalated = an_approval(rule, team=store.team).model_copy(update={"escalated": True})
    absent = a_rule(CAROL.user, absences=(Absence(user=CAROL.user, delegate=BOB.user),))
    handed = an_approval(a_rule(CAROL.user), team=store.team).model_copy(
        update={"handed": (HandOver(by=CAROL, to=BOB, at=NOON),)}
    )
    ids = [await store.put(escalated), await store.ask(absent), await store.put(handed)]

    assert await store.find(Kind.MINE) == ids[::-1]
    assert ids[2] not in await store.find(Kind.MINE, Viewer(CAROL.user))


async def test_requested_are_mine_and_nobody_elses(store: Store) -> None:
    await store.ask(a_rule(FINANCE), by=ALICE)
    mine = await store.ask(a_rule(FINANCE), by=BOB)

    assert await store.find(Kind.REQUESTED) == [mine]


async def test_all_are_those_that_i_may_see(store: Store) -> None:
    public = await store.ask(a_rule(CAROL.user), audience=[PUBLIC])
    here = await store.ask(a_rule(CAROL.user), audience=[OPS])
    await store.ask(a_rule(CAROL.user), audience=["C0FINANCE"])
    asked = await store.ask(a_rule(CAROL.user), by=BOB)
    decides = await store.ask(a_rule(BOB.user))

    assert await store.find(Kind.ALL) == [decides, asked, here, public]
    assert await store.find(Kind.ALL, GUEST) == []


async def test_a_rule_without_approvers_waits_for_nobody(store: Store) -> None:
    await store.ask(a_rule(auto_approve=True))

    assert await store.find(Kind.MINE) == []


async def test_what_has_ended_is_history_and_nothing_else(store: Store) -> None:
    open_, ended = [await store.ask(a_rule(BOB.user)) for _ in range(2)]
    await store.follow()
    await store.temporal.get_workflow_handle(ended).terminate("over")
    rows = await _ended(store)

    assert [(row.id, row.is_open, row.outcome) for row in rows] == [(ended, False, Outcome.STOPPED)]
    assert await store.find(Kind.MINE) == await store.find(Kind.ALL) == [open_]
    assert await store.find(Kind.HISTORY, Viewer(CAROL.user)) == []


async def _ended(store: Store) -> Sequence[PendingApproval]:
    listing = Listing(Kind.HISTORY, store.team, MEMBER)
    for _ in range(500):
        if rows := (await store.approvals.find(listing)).rows:
            return rows
    pytest.fail("what has ended is not listed")


async def test_lists_are_narrowed_by_tool_and_person(store: Store) -> None:
    order = await store.ask(a_rule(BOB.user), tool="place_order")
    cancel = await store.ask(a_rule(BOB.user), tool="cancel_order")
    carols = await store.ask(a_rule(BOB.user), by=CAROL)

    assert await store.find(Kind.MINE, tool="cancel_order") == [cancel]
    assert await store.find(Kind.MINE, person=CAROL.user) == [carols]
    assert await store.find(Kind.MINE, tool="place_order", person=ALICE.user) == [order]


@pytest.mark.parametrize(
    "word", ["' OR '1'='1", "x' OR CountersignTeam != '", "place_order\\", "a b", "'", "U0BOB' --"]
)
async def test_nothing_can_be_smuggled_into_a_query(store: Store, word: str) -> None:
    await store.ask(a_rule(BOB.user))
    listings = (
        Listing(Kind.MINE, store.team, MEMBER, tool=word),
        Listing(Kind.MINE, store.team, MEMBER, person=word),
        Listing(Kind.MINE, word, MEMBER),
        Listing(Kind.ALL, store.team, Viewer(word)),
        Listing(Kind.MINE, store.team, Viewer("U0EVE", (word,), (word,))),
    )

    assert [list((await store.approvals.find(it)).rows) for it in listings] == [[]] * 5
    assert (await store.approvals.pending(word)).rows == ()
    assert (await store.approvals.pending(None, tool=word)).rows == ()


async def test_somebody_in_a_thousand_channels_has_a_list(store: Store) -> None:
    here = await store.ask(a_rule("C0LAST"))
    many = Viewer(BOB.user, (), (*(f"C{number:09}" for number in range(900)), "C0LAST"))

    assert await store.find(Kind.MINE, many) == [here]


async def test_pages_follow_each_other_without_gaps(store: Store) -> None:
    ids = [await store.ask(a_rule(BOB.user)) for _ in range(7)]
    await store.follow()
    listing = Listing(Kind.MINE, store.team, MEMBER)
    first = await store.approvals.find(listing)
    second = await store.approvals.find(listing, first.next_token)

    assert [row.id for row in (*first.rows, *second.rows)] == ids[::-1]
    assert second.next_token is None


async def test_an_operator_sees_one_workspace_or_all(store: Store) -> None:
    id_ = await store.ask(a_rule(CAROL.user), tool="cancel_order")
    await store.follow()

    def ids(page: Page) -> list[str]:
        return [row.id for row in page.rows]

    assert ids(await store.approvals.pending(store.team)) == [id_]
    assert id_ in ids(await store.approvals.pending(None, size=1000))
    mine = await store.approvals.pending(store.team, tool="cancel_order", requester=ALICE.user)
    assert ids(mine) == [id_]
    assert ids(await store.approvals.pending(store.team, requester=BOB.user)) == []


async def test_a_row_shows_what_the_memo_holds(store: Store) -> None:
    rule = a_rule(BOB.user, CAROL.user, needed=2, confirm=True)
    await store.put(voted(an_approval(rule, team=store.team), CAROL))
    await store.follow()
    (row,) = (await store.approvals.find(Listing(Kind.MINE, store.team, MEMBER))).rows

    assert (row.summary, row.cost, row.requester) == (
        "Order 100 widgets for €4,120.00",
        "€4,120.00",
        ALICE,
    )
    assert (row.counted, row.needed, row.rule) == (1, 2, "orders")
    assert (row.confirm, row.complete, row.from_slack, row.is_open) == (True, True, True, True)
    assert row.deadline is not None
    assert row.permalink == "https://acme.slack.test/card"


async def test_standing_permissions_are_shown_to_the_channel_and_to_their_givers(
    store: Store,
) -> None:
    thread = slack_thread(store.team, OPS, f"{uuid4().int % 10**9}.0")
    grant = Grant(
        id="g1", tool="act", rule="r", by=CAROL, at=NOON, approval="approval-1", requester=ALICE
    )
    updates = grant_changes(thread, [grant], people=[ALICE.user])
    await store.temporal.start_workflow(
        CONVERSATION_WORKFLOW,
        Memory(origin=thread),
        id=thread.workflow_id,
        task_queue=QUEUE,
        memo=grants_memo([grant]),
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(it.key, it.value) for it in updates if it.value]
        ),
    )
    store.started += 1
    await store.follow()
    conversations = Conversations(store.temporal, AgentQueues.single(QUEUE))
    seen = [
        list(await conversations.grants(store.team, viewer))
        for viewer in (MEMBER, Viewer(CAROL.user), Viewer(ALICE.user), GUEST)
    ]

    assert [len(rows) for rows in seen] == [1, 1, 1, 0]
    assert (seen[0][0].grant, seen[0][0].workflow_id) == (grant, thread.workflow_id)
    assert seen[0][0].channel == OPS
    await conversations.revoke(thread.workflow_id, "g1", CAROL)


def test_a_sql_store_has_room_for_these_attributes() -> None:
    """Three keyword lists, ten keywords, three times: what Temporal's own schema provides."""
    kinds = [key.indexed_value_type for key in ALL]
    room = {
        SearchAttributeIndexedValueType.KEYWORD_LIST: 3,
        SearchAttributeIndexedValueType.KEYWORD: 10,
        SearchAttributeIndexedValueType.DATETIME: 3,
    }
    assert all(kinds.count(kind) <= most for kind, most in room.items())
