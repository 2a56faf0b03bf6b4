"""What Temporal's Web UI says of approvals and conversations."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, BOB, NOON, STRANGER, a_message, a_press, a_status
from tests.support.listed_approvals import CAROL, a_rule, an_approval, voted
from workflows.contracts.core import Origin
from workflows.contracts.decisions import Decision, Execution, Outcome, Verb, Via
from workflows.listing.summaries import (
    LINE_BYTES,
    approval_details,
    conversation_memo,
    conversation_summary,
    line,
    summary_of,
)

OPS = slack_thread("T0ACME", "C0OPS", "1.0")
WAITING = an_approval(
    a_rule("U0BOB", "S0FIN", needed=2, names={"U0BOB": "Bob", "S0FIN": "@finance"})
)
NOBODY = an_approval(a_rule())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order 100 widgets", "order 100 widgets"),
        ("  two\n\tlines ", "two lines"),
        ("*bold* `code` [x](http://a.test) <@U1>", "bold code x(http://a.test) @U1"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("", ""),
    ],
)
def test_a_line_is_one_line_without_markup(text: str, said: str) -> None:
    assert line(text) == said


@given(st.text(max_size=600) | st.text(alphabet="😀é\"'\u200d", max_size=600))
def test_a_line_is_never_longer_than_temporal_takes(text: str) -> None:
    assert len(json.dumps(line(text))) <= LINE_BYTES


def test_pending_details_name_who_is_waited_for_how_many_and_until_when() -> None:
    assert approval_details(WAITING) == (
        "Waiting for @Bob or @finance, 0 of 2. Until 2026-11-26 12:00 UTC."
    )
    assert approval_details(voted(WAITING, CAROL)).startswith(
        "Waiting for @Bob or @finance, 1 of 2. Approved so far by carol."
    )
    assert approval_details(NOBODY).startswith("Waiting for an operator.")


def test_of_many_approvers_the_first_are_named() -> None:
    many = an_approval(a_rule(*(f"U{number:08}" for number in range(90))))
    assert approval_details(many).startswith("Waiting for U00000000, ")
    assert "or 80 more." in approval_details(many)


def test_a_name_cannot_write_markup_into_details() -> None:
    evil = an_approval(a_rule("U0BOB", names={"U0BOB": "[Bob](http://evil.test) **" + "x" * 90}))
    said = approval_details(evil)
    assert not set("[]*") & set(said)
    assert len(said) < 120


PRESS = a_press(BOB)
ENDS: Mapping[str, Mapping[str, object]] = {
    "Approved by bob. It was done.": {
        "outcome": Outcome.APPROVED,
        "decision": PRESS,
        "execution": Execution.DONE,
    },
    "Approved by bob alone, in an emergency. It is being carried out.": {
        "outcome": Outcome.APPROVED,
        "decision": PRESS.model_copy(update={"verb": Verb.BREAK_GLASS}),
        "execution": Execution.RUNNING,
    },
    "Approved by the rule. Nobody knows whether it was done.": {
        "outcome": Outcome.APPROVED,
        "decision": Decision(id="x", at=NOON, via=Via.RULE),
        "execution": Execution.UNKNOWN,
    },
    "Rejected by an operator.": {
        "outcome": Outcome.REJECTED,
        "decision": Decision(id="x", at=NOON, via=Via.CLI, asserted="[root]@host"),
    },
    "Expired.": {
        "outcome": Outcome.EXPIRED,
        "decision": Decision(id="x", at=NOON, via=Via.RULE),
    },
    "Stopped.": {"outcome": Outcome.STOPPED},
}


@pytest.mark.parametrize("said", ENDS)
def test_details_of_what_has_ended_say_how(said: str) -> None:
    assert approval_details(a_status().model_copy(update=ENDS[said])) == said


def test_a_conversation_is_known_by_who_began_it_where_and_with_which_words() -> None:
    message = a_message("please order <b>2</b> chairs")
    assert conversation_memo(OPS, message) == {
        "who": "alice",
        "where": "Slack, channel C0OPS",
        "words": "please order b2/b chairs",
    }
    assert conversation_summary(OPS, message) == (
        "alice in Slack, channel C0OPS: please order b2/b chairs"
    )
    direct = slack_thread("T0ACME", "D0ALICE", "1.0")
    assert conversation_summary(direct, message).startswith("alice in Slack, direct message: ")


def test_outside_slack_as_much_is_said_as_is_known() -> None:
    task = Origin(kind="agentex", team="buyer", channel="", id="task-1")
    assert conversation_summary(task, None) == "AgentEx"
    asked = a_message("2 chairs").model_copy(update={"author": STRANGER})
    assert conversation_summary(task, asked) == "alice@acme.example (AgentEx) in AgentEx: 2 chairs"
    assert summary_of({}) == ""


def test_what_was_not_said_to_us_is_not_repeated() -> None:
    reply = a_message("a secret of theirs").model_copy(update={"is_addressed": False})
    assert conversation_memo(OPS, reply) == {"who": "alice", "where": "Slack, channel C0OPS"}


@pytest.mark.parametrize(
    "secret",
    [
        "my password is hunter2",
        "Password: hunter2",
        "api_key=hunter2",
        "API key: hunter2",
        "Authorization: Bearer hunter2",
        "the *token*: hunter2",
        "xoxb-1-hunter2",
        '{"secret": "hunter2"}',
    ],
)
def test_what_is_called_a_secret_is_masked(secret: str) -> None:
    said = conversation_summary(OPS, a_message(f"{secret} and two chairs"))
    assert "hunter2" not in said
    assert "••••" in said
    assert said.endswith("and two chairs")


def test_the_words_are_bounded() -> None:
    words = conversation_memo(OPS, a_message("word " * 1_000))["words"]
    assert len(words) <= 80
    assert words.endswith("…")
    assert ALICE.name in conversation_summary(OPS, a_message("word " * 1_000))
