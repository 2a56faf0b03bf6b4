"""The command line's words: nothing of Slack's markup, nothing that steers a terminal."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType
from rich.text import Text
from typer import BadParameter, Exit
from typer.testing import CliRunner

from countersign.cli.app import app
from countersign.cli.connection import full_id
from countersign.cli.deciding import Reception, from_here, reception
from countersign.cli.details import details, sections
from countersign.cli.document import document
from countersign.cli.errors import CommandError
from countersign.cli.filters import requester_id
from countersign.cli.pending import PendingTable, Waiting, span
from countersign.cli.screen import screen
from tests.support.builders import ALICE, BOB, NOON, a_press, a_status, from_elsewhere
from tests.unit.slack.cases import CAROL
from workflows.contracts.approvals import Card
from workflows.contracts.core import ArgumentField, Difference, Person
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Execution,
    Outcome,
    Refusal,
    Refused,
    Verb,
    Via,
)
from workflows.contracts.rules import Panel, People, Rule
from workflows.listing.rows import PendingApproval

EVIL = "[red]free[/red] \x1b[31m\x1b]0;owned\x07 [link=http://evil.test]x[/link]"
TWO = Rule(name="orders", version="3", panels=(Panel(who=People(groups=("S0FIN",)), needed=2),))


def _printed(shown: RenderableType, width: int = 200) -> str:
    out = StringIO()
    Console(file=out, width=width, highlight=False).print(shown)
    return out.getvalue()


def test_why_a_decision_did_not_count_is_said_without_markup() -> None:
    by = a_press(CAROL)
    status = a_status().model_copy(update={"outcome": Outcome.REJECTED, "decision": by})
    card = Card(channel="C0OPS", ts="2.0", permalink="http://card.test")
    refused = Refused(why=Refusal.CLOSED, at=NOON)
    said = Reception(status.model_copy(update={"card": card}), refused).words
    assert said.startswith("@carol already rejected this at 12:00 UTC. ")
    assert said.endswith("Open the card: http://card.test")


@pytest.mark.parametrize("typed", ["k3f9", "approval-k3f9", " Approval-K3F9 "])
def test_an_id_may_be_typed_without_its_beginning(typed: str) -> None:
    assert full_id(typed) == "approval-k3f9"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=90), "1 h"),
        (timedelta(days=3), "3 d"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_a_row_has_everything_that_one_needs_and_is_read_as_text() -> None:
    row = PendingApproval(
        id="approval-1",
        asked_at=NOON,
        summary=f"Order {EVIL}",
        requester=ALICE,
        permalink="http://card.test",
        deadline=NOON + timedelta(hours=3),
        needed=2,
        counted=1,
    )
    shown = _printed(PendingTable(Waiting([row], is_cut=True), NOON + timedelta(minutes=5)))
    for words in ("approval-1", "alice (U0ALICE)", "5 m", "in 2 h", "1 of 2", "http://card.test"):
        assert words in shown
    assert "[red]free[/red]" in shown
    assert "\x1b" not in shown
    assert shown.splitlines()[-1] == "More are waiting; raise --limit."
    nothing = PendingTable(Waiting([], is_cut=False), NOON)
    assert _printed(nothing).strip() == "Nothing is waiting for a decision."


@pytest.mark.parametrize("width", [80, 100])
def test_a_list_fits_a_terminal_and_keeps_id_what_who_and_until_when(width: int) -> None:
    row = PendingApproval(
        id="approval-k3f9x2ab7q1m",
        asked_at=NOON,
        summary="Order 150 widgets for €6,180.00, " + "and so on, " * 90,
        requester=Person(team="T0ACME", user="U0123456789", name="Bartholomew Featherstonehaugh"),
        permalink="https://acme-corporation.slack.com/archives/C0123456789/p1764454779000100",
        deadline=NOON + timedelta(hours=49),
        needed=12,
        counted=10,
    )
    shown = _printed(PendingTable(Waiting([row, row], is_cut=False), NOON), width)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) < 20
    assert all(word in lines[0] for word in ("approval", "what", "asked by", "deadline", "votes"))
    assert lines[1].startswith("approval-k3f9x2ab7q1m  Order 150 widgets")
    assert "in 2 d" in lines[1]
    assert "10 of 12" in lines[1]
    assert {"Bartholomew", "(U0123456789)"} <= set(shown.split())


def test_a_pipe_gets_each_row_on_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    row = PendingApproval(
        id="approval-1", asked_at=NOON, summary="word " * 150, permalink="http://a"
    )
    with screen(is_json=False) as out:
        out.show({}, PendingTable(Waiting([row], is_cut=False), NOON))
    _, line = capsys.readouterr().out.splitlines()
    assert "word " * 150 in line
    assert line.split()[-1] == "http://a"


def test_what_was_asked_in_agentex_is_told_as_that() -> None:
    asked = dict(dict(sections(from_elsewhere(a_status())))["Asked"])
    assert (asked["by"], asked["in"]) == ("alice@acme.example (AgentEx)", "AgentEx, task task-1")


def test_details_tell_of_rule_votes_attempts_and_end() -> None:
    vote = CountedVote(decision=a_press(), panels=(0,), instead_of="U0CAROL", escalated=True)
    operator = Decision(
        id="x", at=NOON, via=Via.CLI, asserted="root@host", verb=Verb.BREAK_GLASS, reason="fire"
    )
    status = a_status(ArgumentField(name="item", value=EVIL)).model_copy(
        update={
            "rule": TWO,
            "votes": (vote,),
            "refused": (Refused(why=Refusal.NO_BREAK_GLASS, at=NOON, decision=operator),),
            "outcome": Outcome.APPROVED,
            "decision": vote.decision,
            "execution": Execution.DONE,
            "result": "Order #1 placed",
            "drift": (Difference(name="price each", before="€1", after="€2"),),
        }
    )
    shown = _printed(details(status))
    for words in (
        "approved",
        "bob (U0BOB)",
        "orders",
        "version 3",
        "2 of S0FIN",
        "panel 1, in place of U0CAROL, by escalation",
        "no_break_glass",
        "root@host (unverified)",
        "“fire”",
        "€1 → €2",
        "Order #1 placed",
        "alice (U0ALICE)",
        "“stock is low”",
        "[red]free[/red]",
    ):
        assert words in shown
    assert "\x1b" not in shown


def test_an_approval_from_before_there_were_rules_can_be_shown() -> None:
    headings = [heading for heading, _ in sections(a_status())]
    assert headings == ["approval-k3f9x2ab7q1m", "Asked", "What would be done", "Rule"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('{"sku": "Möbel", "approval_reason": ""}', '{"sku": "Möbel"}'),
        ('{"sku": "desk", "approval_reason": " stock is low "}', '{"sku": "desk"}'),
        ('{"approval_reason": "another"}', '{"approval_reason": "another"}'),
        ('{"reason": "stock is low"}', '{"reason": "stock is low"}'),
        ("[cut", "[cut"),
    ],
)
def test_the_arguments_of_a_call_are_the_tools_own(given: str, shown: str) -> None:
    status = a_status()
    request = status.request
    prepared = request.prepared.model_copy(update={"arguments": given, "reason": "stock is low"})
    asked = status.model_copy(update={"request": request.model_copy(update={"prepared": prepared})})
    (rows,) = (rows for heading, rows in sections(asked) if heading == "What would be done")
    assert dict(rows)["arguments"] == shown


def _with_arguments(**given: Any) -> Any:
    status = a_status(ArgumentField(name="pin", value="••••", is_secret=True))
    call = status.request.call.model_copy(update={"arguments": json.dumps(given)})
    request = status.request.model_copy(update={"call": call})
    edit = a_press().model_copy(update={"arguments": json.dumps({**given, "quantity": 2})})
    return status.model_copy(update={"request": request, "decision": edit})


def test_programs_get_no_secret_wherever_arguments_are_kept() -> None:
    written = json.dumps(document(_with_arguments(pin="1", api_key="hunter22", quantity=1)))
    assert "hunter22" not in written
    assert '\\"pin\\": \\"1\\"' not in written
    assert '\\"quantity\\": 2' in written


def test_a_decision_from_here_names_who_claims_it_and_nobody_else() -> None:
    decision = from_here(Verb.WITHDRAW, "  mistake ")
    assert decision.by is None
    assert decision.via is Via.CLI
    assert decision.id.startswith("cli:")
    assert "@" in decision.asserted
    assert decision.reason == "mistake"


def test_a_decision_is_looked_for_among_votes_refusals_and_the_end() -> None:
    mine = from_here()
    status = a_status().model_copy(update={"rule": TWO})
    assert reception(status, mine) is None

    voted = status.model_copy(update={"votes": (CountedVote(decision=mine),), "counted": 1})
    counted = reception(voted, mine)
    assert counted is not None
    assert "1 of 2" in counted.words

    ended = voted.model_copy(update={"outcome": Outcome.APPROVED, "decision": a_press(BOB)})
    for execution, words in (
        (Execution.RUNNING, "countersign show"),
        (Execution.DONE, "Done: ok"),
        (Execution.FAILED, "failed: ok"),
    ):
        carried = ended.model_copy(update={"execution": execution, "result": "ok"})
        found = reception(carried, mine)
        assert found is not None
        assert words in found.words

    refused = Refused(why=Refusal.NO_OPERATORS, at=NOON, decision=mine)
    no = reception(status.model_copy(update={"refused": (refused,)}), mine)
    assert no is not None
    assert no.document["refused"] == "no_operators"
    assert no.document["counted"] is False
    assert no.words
    assert "<" not in no.words


def test_a_rejection_from_here_says_that_nothing_was_done() -> None:
    mine = from_here(reason="too dear")
    status = a_status().model_copy(update={"outcome": Outcome.REJECTED, "decision": mine})
    found = reception(status, mine)
    assert found is not None
    assert found.words == "Rejected. Nothing was done."


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--requester", "@alice", "Copy member ID"),
        ("--team", "U' OR 1=1", "not a Slack id"),
        ("--tool", "place order", "place_order"),
        ("--limit", "0", "limit"),
    ],
)
def test_a_filter_that_could_match_nothing_is_refused(option: str, value: str, words: str) -> None:
    ended = CliRunner().invoke(app, ["pending", option, value], env={"COLUMNS": "300"})
    assert ended.exit_code == 2
    assert words in ended.output


def test_a_rejection_needs_a_reason() -> None:
    ended = CliRunner().invoke(app, ["reject", "k3f9x2ab7q1m"])
    assert ended.exit_code == 2
    assert "--reason" in ended.output


def test_a_sentence_is_not_cut_into_lines(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "countersign show approval-k3f9x2ab7q1m " * 20
    with screen(is_json=False) as out:
        out.show({}, Text(sentence))
    with pytest.raises(Exit) as ended, screen(is_json=False):
        raise CommandError(sentence, 2)
    assert ended.value.exit_code == 2
    written = capsys.readouterr()
    assert written.out.count("\n") == written.err.count("\n") == 1


def test_programs_find_a_failure_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit), screen(is_json=True):
        raise CommandError("It is away.", 2)
    written = capsys.readouterr()
    assert json.loads(written.out) == {"error": "It is away."}
    assert written.err == ""


@pytest.mark.parametrize("typed", ["", "U0ALICE", "agentex:alice@acme.example"])
def test_a_list_may_be_of_what_one_person_asked_for_wherever_they_are(typed: str) -> None:
    assert requester_id(typed) == typed


@pytest.mark.parametrize("typed", ["alice", "agentex:", "agentex:o'neill", "AgentEx:alice"])
def test_what_is_no_id_of_anybody_is_refused(typed: str) -> None:
    with pytest.raises(BadParameter, match="not a Slack id"):
        requester_id(typed)
