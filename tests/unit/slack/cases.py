"""Approvals in every state, and what looks through blocks as Slack would."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from sandbox.block_kit import check
from tests.support.builders import ALICE, BOB, NOON, a_press, a_status
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Difference, Person
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Execution,
    HandOver,
    Outcome,
    Refusal,
    Refused,
    Verb,
    Via,
)
from workflows.contracts.rules import Escalation, Panel, People, Rule

Json = dict[str, Any]

EVIL = "<!channel> <@U0EVIL> <https://evil.test|Approve> *bold* `x` \u202eevil & </x>"
CAROL = Person(team="T0ACME", user="U0CAROL", name="carol")
FINANCE = People(groups=("S0FINANCE",))
RULE = Rule(
    name="orders-over-1000",
    version="3",
    panels=(Panel(who=FINANCE, needed=2),),
    notify=People(users=("U0BOB",)),
    names={"S0FINANCE": "finance", "U0BOB": "Bob Keller", "U0CAROL": "Carol Ng"},
)
FULL_RULE = RULE.model_copy(
    update={
        "confirm": True,
        "edit": True,
        "always": True,
        "hand_over": FINANCE,
        "break_glass": ("U0CAROL",),
        "escalation": Escalation(after=timedelta(hours=1), to=People(users=("U0CAROL",))),
    }
)
PARAMETERS: Json = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "minLength": 1, "maxLength": 60},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "approval_reason": {"type": "string"},
    },
    "required": ["sku", "quantity", "approval_reason"],
}
CARD = Card(
    channel="C0FINANCE",
    ts="1.1",
    permalink="https://acme.slack.com/archives/C0FINANCE/p11",
    source="https://acme.slack.com/archives/C0OPS/p1",
)
OPERATOR = Decision(id="operator", at=NOON, via=Via.OPERATOR)
ROOT = Decision(id="cli:1", at=NOON, via=Via.CLI, asserted="root@host")


def pending(rule: Rule = RULE, **changes: Any) -> ApprovalStatus:
    """An approval that waits, under a rule."""
    status = a_status()
    prepared = status.request.prepared.model_copy(
        update={"digest": "d" * 64, "parameters": PARAMETERS}
    )
    request = status.request.model_copy(update={"rule": rule, "prepared": prepared})
    deadline = NOON + timedelta(days=3)
    base = {"request": request, "deadline": deadline, "card": CARD}
    return status.model_copy(update={**base, **changes})


def prepared_as(status: ApprovalStatus, **changes: Any) -> ApprovalStatus:
    """The same, asked for in other words."""
    prepared = status.request.prepared.model_copy(update=changes)
    request = status.request.model_copy(update={"prepared": prepared})
    return status.model_copy(update={"request": request})


def requested_as(status: ApprovalStatus, **changes: Any) -> ApprovalStatus:
    """The same with another request."""
    return status.model_copy(update={"request": status.request.model_copy(update=changes)})


def a_vote(by: Person | None = BOB, **changes: Any) -> CountedVote:
    """Bob's approval."""
    decision = a_press().model_copy(update={"by": by, **changes})
    return CountedVote(decision=decision, panels=(0,))


def ended(outcome: Outcome, **changes: Any) -> ApprovalStatus:
    """An approval that Bob ended."""
    ending = {"outcome": outcome, "decision": a_press(), "ended_at": NOON, **changes}
    return pending().model_copy(update=ending)


def edited(status: ApprovalStatus) -> ApprovalStatus:
    """Fifty, where a hundred were proposed."""
    call = status.request.call.model_copy(
        update={"arguments": '{"sku": "widget", "quantity": 50, "approval_reason": "stock is low"}'}
    )
    prepared = status.request.prepared.model_copy(
        update={"summary": "Order 50 widgets for €2,060.00", "cost": "€2,060.00"}
    )
    return status.model_copy(update={"effective": call, "prepared": prepared})


def decided_by(verb: Verb) -> Decision:
    """A press that asks for something beside yes and no."""
    return a_press().model_copy(update={"verb": verb, "reason": "make it 50"})


STATES = {
    "pending": pending(),
    "one of two": pending(votes=(a_vote(),), counted=1),
    "everything offered": pending(FULL_RULE),
    "not from Slack": pending(RULE.model_copy(update={"from_slack": False})),
    "solo": pending(RULE.model_copy(update={"solo": True, "self_approval": True})),
    "edited": edited(pending()),
    "handed over": pending(
        FULL_RULE, handed=(HandOver(by=BOB, to=CAROL, at=NOON),), escalated=True
    ),
    "running": ended(Outcome.APPROVED, execution=Execution.RUNNING),
    "done": ended(Outcome.APPROVED, votes=(a_vote(),), execution=Execution.DONE, result="Order #7"),
    "failed": ended(Outcome.APPROVED, decision=ROOT, execution=Execution.FAILED, result="no stock"),
    "rejected": ended(
        Outcome.REJECTED, decision=a_press().model_copy(update={"reason": "too expensive"})
    ),
    "changes requested": ended(
        Outcome.CHANGES_REQUESTED,
        decision=decided_by(Verb.REQUEST_CHANGES),
        replaced_by="approval-newer0000000",
    ),
    "expired": ended(Outcome.EXPIRED, decision=None),
    "withdrawn": ended(Outcome.WITHDRAWN, decision=a_press(ALICE)),
    "superseded": ended(
        Outcome.SUPERSEDED,
        decision=None,
        replaced_by="approval-newer0000000",
        replaced_at="https://acme.slack.com/archives/C0FINANCE/p12",
        drift=(Difference(name="price each", before="€41.20", after="€45.00"),),
    ),
    "not asked": ended(Outcome.FAILED_TO_ASK, decision=None),
    "refused attempts": pending(
        refused=(Refused(why=Refusal.OWN_REQUEST, at=NOON, decision=a_press(ALICE)),)
    ),
}


def written(blocks: Sequence[Block]) -> list[Json]:
    """Blocks as JSON; slack_sdk's models refuse what is over a limit."""
    return [block.to_dict() for block in blocks]


def text_of(blocks: Sequence[Block]) -> str:
    """All of it in one string."""
    return json.dumps(written(blocks), ensure_ascii=False)


def view_text(view: View) -> str:
    """All of a dialog in one string."""
    return json.dumps(view.to_dict(), ensure_ascii=False)


def labels(blocks: Sequence[Block]) -> list[str]:
    """What can be pressed, in its order, with the options of menus."""
    return [label for block in written(blocks) for label in _labels(block)]


def _labels(block: Json) -> Iterator[str]:
    accessory = [block["accessory"]] if "accessory" in block else []
    elements = block["elements"] if block["type"] == "actions" else accessory
    for element in elements:
        if "options" in element:
            yield from (option["text"]["text"] for option in element["options"])
        else:
            yield element["text"]["text"]


def live(part: Any) -> Iterator[str]:
    """What Slack would interpret: mentions, dates and links in mrkdwn, and rich elements."""
    if isinstance(part, Mapping):
        if part.get("type") == "mrkdwn":
            yield from re.findall(r"<([^>]*)>", str(part["text"]))
        yield from _live_element(part)
        for inner in part.values():
            yield from live(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from live(inner)


def _live_element(part: Mapping[str, Any]) -> Iterator[str]:
    """A mention or link of rich text, as mrkdwn would spell it."""
    match part.get("type"):
        case "user":
            yield f"@{part['user_id']}"
        case "channel":
            yield f"#{part['channel_id']}"
        case "link":
            yield f"{part['url']}|{part.get('text', '')}"
        case "usergroup" | "broadcast":
            yield str(part)
        case _:
            return


def live_kinds(found: Iterator[str]) -> set[str]:
    """The same without what differs from date to date."""
    return {item.split("^")[0] if item.startswith("!date") else item for item in found}


def refused_by_slack(blocks: Sequence[Block]) -> list[str]:
    """What the sandbox, as Slack, would say to a message."""
    blocks_ = written(blocks)
    length = len(json.dumps(blocks_, ensure_ascii=False))
    too_long = [f"{length} characters"] if length > check.BLOCKS_SIZE_LIMIT else []
    return [*check.message_problems(blocks_), *too_long]


def view_refused_by_slack(view: View) -> list[str]:
    """The same for a dialog."""
    return check.view_problems(view.to_dict())
