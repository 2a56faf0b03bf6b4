"""Bot and worker draw every message of an approval alike, whatever became of it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.testing import ActivityEnvironment

from bot.card_refresh import CardRefresh
from bot.payloads.presses import Click
from countersign.slack.actions import ASK_AGAIN, CARD, DETAILS, OPEN_CARD, BlockId
from countersign.slack.directory import Directory
from countersign.slack.message import messages_of
from countersign.slack.origin import slack_thread
from countersign.slack.validate import message_problems
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import FakeApprovals
from tests.unit.slack.cases import CAROL, EVIL, FULL_RULE, RULE, a_vote, edited, pending
from worker.cards.activities import SlackCards
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted, as_ended
from workflows.contracts.core import Difference
from workflows.contracts.decisions import (
    Decision,
    Execution,
    HandOver,
    Outcome,
    Refusal,
    Refused,
    Stop,
    Verb,
    Via,
)

DEPLOYMENT = "main"
HARMLESS = {ASK_AGAIN, DETAILS, OPEN_CARD}
"""Buttons that decide nothing."""
Update = tuple[str, str, str, list[dict[str, Any]]]


class Wall(AsyncWebClient):
    """A Slack that takes everything, and keeps what a message says last."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-test")
        self.updates: list[Update] = []

    async def api_call(self, api_method: str, **request: Any) -> Any:
        given: Mapping[str, Any] = request.get("json") or request.get("params") or {}
        if api_method == "chat.update":
            blocks = given["blocks"]
            known = json.loads(blocks) if isinstance(blocks, str) else blocks
            shown = [it if isinstance(it, dict) else it.to_dict() for it in known]
            self.updates.append((given["channel"], given["ts"], given["text"], shown))
        return {"ok": True, "ts": "99.0", "channel": {"id": "D0NEW"}, "messages": []}


TEXTS = st.sampled_from(["", "too dear", EVIL, "long " * 300, "🍩" * 600])
WHO = st.sampled_from([ALICE, BOB, CAROL, None])
DECISIONS = st.builds(
    Decision,
    id=st.just("3.0:U0BOB"),
    at=st.just(NOON),
    via=st.sampled_from(Via),
    by=WHO,
    reason=TEXTS,
    verb=st.sampled_from(Verb),
    asserted=st.sampled_from(["", "root@host"]),
)
LINK = "https://acme.slack.com/archives/C0OPS/p1"
COPIES = st.lists(
    st.sampled_from(
        [
            Posted(kind=MessageKind.COPY, channel=f"D0{name}", ts="8.0", user=f"U0{name}")
            for name in "XYZ"
        ]
    ),
    unique=True,
    max_size=3,
).map(tuple)
LINKS = st.sampled_from(["", LINK])
IN_THREAD = st.builds(Card, channel=st.just("C0OPS"), ts=st.just("2.0"), source=LINKS)
ELSEWHERE = st.builds(
    Card,
    channel=st.sampled_from(["C0FINANCE", "C0OPS", "D0BOB", "D0ALICE"]),
    ts=st.sampled_from(["2.0", ""]),
    permalink=LINKS,
    source=LINKS,
    copies=COPIES,
    line=st.just("7.0"),
    problems=st.sampled_from([(), ("C0FINANCE: not_in_channel",)]),
)
RULES = st.sampled_from(
    [
        RULE,
        FULL_RULE,
        RULE.model_copy(update={"solo": True, "self_approval": True}),
        RULE.model_copy(update={"from_slack": False}),
    ]
)


@st.composite
def statuses(draw: st.DrawFn) -> ApprovalStatus:
    """Any state, also such as no approval should ever be in."""
    rule = draw(RULES)
    status = pending(
        rule,
        outcome=draw(st.sampled_from(Outcome)),
        execution=draw(st.sampled_from(Execution)),
        decision=draw(st.none() | DECISIONS),
        votes=tuple(a_vote(by) for by in draw(st.lists(WHO, max_size=3))),
        result=draw(TEXTS),
        card=draw(IN_THREAD | ELSEWHERE if rule else IN_THREAD),
        edition=draw(st.integers(0, 2)),
        escalated=draw(st.booleans()),
        handed=(HandOver(by=BOB, to=CAROL, at=NOON),) if draw(st.booleans()) else (),
        refused=(Refused(why=Refusal.GUEST, at=NOON),) if draw(st.booleans()) else (),
        drift=(Difference(name=EVIL, before="1", after="2"),) if draw(st.booleans()) else (),
        replaced_by=draw(st.sampled_from(["", "approval-newer0000000"])),
        ended_at=draw(st.sampled_from([None, NOON])),
        deadline=draw(st.sampled_from([None, NOON])),
    )
    channel = draw(st.sampled_from(["C0OPS", "D0ALICE"]))
    call = status.request.call
    thread = slack_thread("T0ACME", channel, "1.0")
    asked = {"origin": thread, "requester": draw(st.sampled_from([ALICE, CAROL]))}
    call = status.request.call.model_copy(update=asked)
    request = status.request.model_copy(update={"call": call})
    status = status.model_copy(update={"request": request})
    status = edited(status) if draw(st.booleans()) else status
    stop = draw(st.none() | st.sampled_from(Stop))
    return as_ended(status, stop) if stop else status


@dataclass
class Workshop:
    """What both programs have of one Slack each."""

    worker: Wall = field(default_factory=Wall)
    bot: Wall = field(default_factory=Wall)

    async def by_worker(self, status: ApprovalStatus) -> list[Update]:
        cards = SlackCards(
            self.worker,
            Directory(self.worker),
            Surfaces([SlackThreads(self.worker, DEPLOYMENT)]),
            DEPLOYMENT,
        )
        await ActivityEnvironment().run(cards.redraw_card, status)
        return self.worker.updates

    async def by_bot(self, status: ApprovalStatus, channel: str, ts: str) -> list[Update]:
        self.bot.updates.clear()
        await CardRefresh(self.bot, FakeApprovals(), DEPLOYMENT).heal(a_click(channel, ts), status)
        return self.bot.updates


def a_click(channel: str, ts: str) -> Click:
    """A press on one of the messages."""
    return Click(
        id="3.0:U0BOB",
        action="approval_approve",
        value="approval-k3f9x2ab7q1m",
        by=BOB,
        channel=channel,
        message_ts=ts,
        thread_ts="",
        place=BlockId(CARD, 0, "", DEPLOYMENT),
        ts="3.0",
        trigger_id="",
        response_url="",
        is_ephemeral=False,
        view_id="",
        is_in_modal=False,
        state={},
    )


def _is_decided(status: ApprovalStatus) -> bool:
    if status.outcome is Outcome.APPROVED:
        return status.execution not in {Execution.NOT_STARTED, Execution.RUNNING}
    return status.outcome is not Outcome.PENDING


@given(statuses())
def test_a_late_press_and_the_worker_say_the_same(status: ApprovalStatus) -> None:
    async def drawn() -> None:
        assert status.card is not None
        shop = Workshop()
        worker = await shop.by_worker(status)
        shown = list(messages_of(status, DEPLOYMENT))
        assert sorted((it.channel, it.ts) for it in shown) == sorted(it[:2] for it in worker)
        for update in worker:
            channel, ts, _, blocks = update
            healed = await shop.by_bot(status, channel, ts)
            assert healed == ([update] if _is_decided(status) else [])
            assert blocks

    assume(status.card is not None and (status.card.ts or status.outcome is not Outcome.PENDING))
    asyncio.run(drawn())


@given(statuses())
def test_what_has_ended_is_valid_and_offers_nothing_to_decide(status: ApprovalStatus) -> None:
    for shown in messages_of(status, DEPLOYMENT):
        blocks = next(shown.words.takes())
        assert message_problems(blocks) == []
        if status.outcome is not Outcome.PENDING:
            assert _actions(json.loads(json.dumps([it.to_dict() for it in blocks]))) <= HARMLESS


def _actions(part: Any) -> set[str]:
    """The ids of everything that can be pressed."""
    if isinstance(part, list):
        return {id_ for it in part for id_ in _actions(it)}
    if not isinstance(part, dict):
        return set()
    own = {str(part["action_id"])} if "action_id" in part else set[str]()
    return own | {id_ for it in part.values() for id_ in _actions(it)}
