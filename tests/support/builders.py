"""Values for tests, each valid as it stands."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from countersign.messages.notices import spoken
from countersign.messages.voice import MarkdownVoice
from countersign.slack.origin import slack_thread
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card, MessageKind, Posted
from workflows.contracts.core import ArgumentField, Call, Message, Origin, Person, Prepared
from workflows.contracts.decisions import Decision, Via
from workflows.contracts.notices import Notice, NoticeCode
from workflows.contracts.rules import Panel, People, Rule

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALICE = Person(team="T0ACME", user="U0ALICE", name="alice")
BOB = Person(team="T0ACME", user="U0BOB", name="bob")
STRANGER = Person(team="buyer", user="agentex:alice@acme.example", name="Alice")
"""Somebody who asks in AgentEx."""


ANYBODY = Rule(name="anybody", version="1", panels=(Panel(who=People(channels=("C0OPS",))),))
"""One approval by anybody in the channel but the requester."""


def a_thread(channel: str = "C0OPS") -> Origin:
    """A thread that no other test has."""
    return slack_thread("T0ACME", channel, f"{uuid4().int % 10**10}.000100")


def a_message(text: str, *files: str) -> Message:
    """Something Alice says now."""
    ts = f"{time.time():.6f}"
    return Message(id=f"Ev{uuid4().hex}", ts=ts, author=ALICE, text=text, files=files)


def a_call(thread: Origin | None = None) -> Call:
    """An order of widgets."""
    return Call(
        id="call_1",
        tool="place_order",
        arguments='{"sku": "widget", "quantity": 100, "approval_reason": "stock is low"}',
        origin=thread or a_thread(),
        requester=ALICE,
    )


def a_prepared(*fields: ArgumentField) -> Prepared:
    """The same order in plain words."""
    return Prepared(
        title="Place an order",
        summary="Order 100 widgets for €4,120.00",
        fields=fields or (ArgumentField(name="item", value="widget"),),
        cost="€4,120.00",
        reason="stock is low",
        agent="Buyer",
    )


def a_request(*fields: ArgumentField) -> ApprovalRequest:
    """A request for that order."""
    return ApprovalRequest(call=a_call(), prepared=a_prepared(*fields), asked_at=NOON, rule=ANYBODY)


def a_status(*fields: ArgumentField) -> ApprovalStatus:
    """The approval of that order, pending."""
    return ApprovalStatus(id="approval-k3f9x2ab7q1m", request=a_request(*fields))


def everywhere(status: ApprovalStatus) -> ApprovalStatus:
    """The same with messages of every kind, all in direct messages but card and line."""
    copy = Posted(kind=MessageKind.COPY, channel="D0CAROL", ts="6.2", user="U0CAROL")
    letter = Posted(kind=MessageKind.LETTER, channel="D0ALICE", ts="6.4", user=ALICE.user)
    card = Card(channel="C0FINANCE", ts="6.1", copies=(copy,), line="6.3", letter=letter)
    kinds = (
        MessageKind.REMINDER,
        MessageKind.ESCALATION,
        MessageKind.HAND_OVER,
        MessageKind.NUDGE,
    )
    reminders = tuple(
        Posted(kind=kind, channel="D0BOB", ts=f"7.{at}", user=BOB.user, number=at)
        for at, kind in enumerate(kinds, 1)
    )
    return status.model_copy(update={"card": card, "reminders": reminders})


def from_elsewhere(status: ApprovalStatus, by: Person = STRANGER) -> ApprovalStatus:
    """The same, asked for outside Slack, where there is no channel."""
    task = Origin(kind=by.kind, team="buyer", channel="", id="task-1")
    call = status.request.call.model_copy(update={"requester": by, "origin": task})
    request = status.request.model_copy(update={"call": call})
    return status.model_copy(update={"request": request})


def a_sentence(code: NoticeCode, **data: Any) -> str:
    """A notice as the thread reads it."""
    return spoken(Notice(code=code, **data), MarkdownVoice())


def a_press(by: Person = BOB, card: str = "") -> Decision:
    """A press of a button."""
    return Decision(
        id=f"{uuid4()}:{by.user}", at=NOON, via=Via.BUTTON, by=by, channel="C0OPS", card=card
    )
