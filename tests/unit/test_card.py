"""The card in every state, whatever people and models write into it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.card import approval_card, card_text
from bot.views.pending import age, pending_list, pending_text
from bot.views.text import clean
from tests.builders import ALICE, NOON, a_press, a_request, a_status
from workflows.contracts import (
    ApprovalStatus,
    ArgumentField,
    Decision,
    Execution,
    Outcome,
    PendingApproval,
    Via,
)

EVIL = "<!channel> <@U0BOB> <https://evil.test|Approve> *bold* `x` \u202eevil & </x>"
LARGEST_MESSAGE = 13_200
OPERATOR = Decision(id="operator", at=NOON, via=Via.OPERATOR)


def _with(**changes: Any) -> ApprovalStatus:
    return a_status().model_copy(update=changes)


STATES = {
    "pending": _with(),
    "running": _with(outcome=Outcome.APPROVED, decision=a_press(), execution=Execution.RUNNING),
    "done": _with(
        outcome=Outcome.APPROVED, decision=a_press(), execution=Execution.DONE, result="#7"
    ),
    "failed": _with(
        outcome=Outcome.APPROVED, decision=OPERATOR, execution=Execution.FAILED, result="no stock"
    ),
    "rejected": _with(
        outcome=Outcome.REJECTED, decision=a_press().model_copy(update={"reason": EVIL})
    ),
    "not asked": _with(outcome=Outcome.FAILED_TO_ASK),
}


def _blocks(status: ApprovalStatus) -> list[dict[str, Any]]:
    """The card as JSON; slack_sdk's models refuse what is over a limit."""
    return [block.to_dict() for block in approval_card(status, "https://acme.slack.com/x")]


def _live(blocks: list[dict[str, Any]]) -> list[str]:
    """What Slack would interpret in mrkdwn."""
    return re.findall(r"<([^>]+)>", json.dumps(blocks, ensure_ascii=False))


def _labels(blocks: list[dict[str, Any]]) -> list[str]:
    return [
        element["text"]["text"]
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


@pytest.mark.parametrize("state", STATES)
def test_only_a_pending_card_has_buttons(state: str) -> None:
    labels = _labels(_blocks(STATES[state]))
    assert labels == (["Approve", "Reject"] if state == "pending" else [])


@pytest.mark.parametrize("state", STATES)
def test_every_state_shows_the_whole_question(state: str) -> None:
    shown = json.dumps(_blocks(STATES[state]), ensure_ascii=False)
    for part in ("Order 100 × widget for €4,120.00", "<@U0ALICE>", "approval-k3f9x2ab7q1m"):
        assert part in shown
    assert "Order 100 × widget" in card_text(STATES[state])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("running", ["Approved", "<@U0BOB>", "Running"]),
        ("done", ["Approved", "Done: #7"]),
        ("failed", ["Approved", "an operator (unverified)", "Failed: no stock"]),
        ("rejected", ["Rejected", "Reason:", "Nothing was done"]),
        ("not asked", ["nobody was asked and nothing was done"]),
    ],
)
def test_a_settled_card_says_what_came_of_it(state: str, words: list[str]) -> None:
    shown = json.dumps(_blocks(STATES[state]), ensure_ascii=False)
    assert [word for word in words if word not in shown] == []


def test_nothing_that_is_written_into_a_card_is_live() -> None:
    request = a_request(ArgumentField(name=EVIL, value=EVIL), ArgumentField(name="b", value=EVIL))
    prepared = request.prepared.model_copy(
        update={"summary": EVIL, "reason": EVIL, "title": EVIL, "cost": EVIL, "agent": EVIL}
    )
    status = a_status().model_copy(
        update={"request": request.model_copy(update={"prepared": prepared})}
    )
    live = _live([block for block in _blocks(status) if block["type"] != "header"])
    assert {item.split("^")[0] for item in live} <= {
        "@U0ALICE",
        "#C0OPS",
        "https://acme.slack.com/x|open the thread",
        "!date",
    }
    assert "\u202e" not in json.dumps(_blocks(status), ensure_ascii=False)


FIELDS = st.lists(
    st.builds(
        ArgumentField,
        name=st.text(max_size=40),
        value=st.text(max_size=300) | st.text(min_size=1, max_size=5).map(lambda it: it * 2_000),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(fields=FIELDS)
def test_any_arguments_fit_and_what_is_cut_cannot_be_approved(fields: list[ArgumentField]) -> None:
    blocks = _blocks(a_status(*fields))
    shown = json.dumps(blocks, ensure_ascii=False)
    assert len(blocks) <= 50
    assert len(shown) < LARGEST_MESSAGE
    for block in blocks:
        for field in block.get("fields", ()):
            assert len(field["text"]) <= 2_000
    if any(len(clean(field.value)) > 3_000 for field in fields):
        assert "Approve" not in _labels(blocks)


def test_the_list_has_a_row_for_each_and_says_when_there_are_more() -> None:
    row = PendingApproval(id="approval-1", asked_at=NOON, summary=EVIL, tool="act", requester=ALICE)
    blocks = [block.to_dict() for block in pending_list([row] * 10, True, NOON)]
    assert len(blocks) <= 50
    assert {item for item in _live(blocks) if "U0" in item} == {"@U0ALICE"}
    assert "there are more" in json.dumps(blocks)
    assert "!channel>" not in pending_text([row])
    assert "Nothing is waiting" in pending_text([])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (7_200, "2 hours ago"),
        (21 * 86_400, "21 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    assert age(timedelta(seconds=seconds)) == words
