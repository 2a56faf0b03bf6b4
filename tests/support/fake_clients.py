"""Stand-ins for Temporal's door: they keep what is handed in, or fail as they are told."""

import asyncio
from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Services, build_app
from bot.background import Background
from countersign.runtime.preflight import Identity
from countersign.slack.actions import CARD as ON_CARD
from countersign.slack.actions import BlockId
from tests.support.builders import ALICE, BOB, NOON, a_status
from workflows.agent_queues import AgentQueues
from workflows.client import (
    LIST_PAGE,
    ApprovalNotFoundError,
    Approvals,
    Conversations,
)
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card
from workflows.contracts.core import Edit, Message, Origin, Person
from workflows.contracts.decisions import CountedVote, Decision, Outcome, Via
from workflows.contracts.rules import Panel, People, Rule
from workflows.listing.rows import GrantRow, Listing, Page, PendingApproval, Viewer

BOT = "U0SIGN"
TEAM = "T0ACME"
APPROVAL = "approval-k3f9x2ab7q1m"
DIGEST = "0123456789abcdef" * 4
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
    "required": ["sku", "quantity"],
}
CAROL = Person(team=TEAM, user="U0CAROL", name="carol")
CARD = BlockId(ON_CARD, 0, DIGEST[:16], "main")
IDENTITY = Identity(team=TEAM, bot_id="B0SIGN", bot_user=BOT)


class FakeConversations(Conversations):
    """Threads, as far as listeners go."""

    def __init__(self) -> None:
        self.agents = AgentQueues.single("fake")
        self.started: list[tuple[Origin, Message]] = []
        self.followed: list[tuple[Origin, Message]] = []
        self.edits: list[tuple[Origin, Edit]] = []
        self.revoked: list[tuple[str, str, Person]] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()

    async def start(self, origin: Origin, message: Message, *, anew: bool = True) -> None:
        assert anew  # a thread always is
        await self._pass()
        self.started.append((origin, message))

    async def follow_up(self, origin: Origin, message: Message) -> bool:
        await self._pass()
        self.followed.append((origin, message))
        return True

    async def edited(self, origin: Origin, edit: Edit) -> bool:
        await self._pass()
        self.edits.append((origin, edit))
        return True

    async def revoke(self, workflow_id: str, grant_id: str, by: Person) -> None:
        await self._pass()
        self.revoked.append((workflow_id, grant_id, by))

    async def grants(self, team: str, viewer: Viewer) -> Sequence[GrantRow]:
        return ()

    async def _pass(self) -> None:
        self.entered.set()
        await self.gate.wait()
        if self.error:
            raise self.error


class FakeApprovals(Approvals):
    """Approvals, as far as listeners go: `status` knows what a test has put into `known`."""

    def __init__(self) -> None:
        self.known: dict[str, ApprovalStatus] = {APPROVAL: ruled()}
        self.decided: list[tuple[str, bool, Decision]] = []
        self.lost: list[tuple[str, str]] = []
        self.cleaned_up: list[str] = []
        self.rows: Sequence[PendingApproval] = ()
        self.looked_for: list[Listing] = []
        self.error: Exception | None = None
        self.unread: Exception | None = None
        """What a look at an approval fails with."""
        self.undecidable: Exception | None = None
        """What a decision fails with, and nothing else."""
        self.gate = asyncio.Event()
        self.gate.set()

    async def decide(self, approval_id: str, approve: bool, decision: Decision) -> None:
        if error := self.error or self.undecidable:
            raise error
        self.decided.append((approval_id, approve, decision))

    async def card_lost(self, approval_id: str, card_ts: str) -> None:
        self.lost.append((approval_id, card_ts))

    async def clean_up(self, approval_id: str) -> None:
        self.cleaned_up.append(approval_id)

    async def status(self, approval_id: str) -> ApprovalStatus:
        await self.gate.wait()
        if self.unread:
            raise self.unread
        if approval_id not in self.known:
            raise ApprovalNotFoundError(approval_id)
        return self.known[approval_id]

    async def runs(self, approval_id: str) -> bool:
        return (await self.status(approval_id)).outcome is Outcome.PENDING

    async def find(
        self, listing: Listing, token: bytes | None = None, size: int = LIST_PAGE
    ) -> Page:
        if self.error:
            raise self.error
        self.looked_for.append(listing)
        return Page(self.rows, None)


def ruled(id_: str = APPROVAL, /, requester: Person = ALICE, **rule: Any) -> ApprovalStatus:
    """The order of 100 widgets, pending under a rule that Bob and Carol may decide."""
    status = a_status()
    panels = (Panel(who=People(users=("U0BOB", "U0CAROL"))),)
    in_force = Rule.model_validate({"name": "orders", "version": "3", "panels": panels, **rule})
    call = status.request.call.model_copy(update={"requester": requester})
    prepared = status.request.prepared.model_copy(
        update={"digest": DIGEST, "parameters": PARAMETERS}
    )
    request = ApprovalRequest(call=call, prepared=prepared, asked_at=NOON, rule=in_force)
    card = Card(channel="C0OPS", ts="2.0", permalink="https://acme.slack.test/card")
    return ApprovalStatus(id=id_, request=request, card=card)


def ended(status: ApprovalStatus, outcome: Outcome, by: Person | None = BOB) -> ApprovalStatus:
    """The same approval after its end."""
    decision = Decision(id="9.0:U0BOB", at=NOON, via=Via.BUTTON, by=by) if by else None
    return status.model_copy(update={"outcome": outcome, "decision": decision, "ended_at": NOON})


def approved_by(status: ApprovalStatus, *people: Person, press: str = "9.0") -> ApprovalStatus:
    """The same approval with votes that counted."""
    votes = tuple(
        CountedVote(decision=Decision(id=f"{press}:{it.user}", at=NOON, via=Via.BUTTON, by=it))
        for it in people
    )
    return status.model_copy(update={"votes": votes, "counted": len(votes)})


def an_app(
    client: AsyncWebClient,
    conversations: FakeConversations,
    approvals: FakeApprovals,
    secret: str = "",
    background: Background | None = None,
) -> AsyncApp:
    """The real app in front of stand-ins."""
    services = Services(
        conversations, approvals, lambda: NOON, background=background or Background()
    )
    return build_app(client, secret, IDENTITY, services)
