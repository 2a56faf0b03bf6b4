"""The card in every state."""

import re

import pytest

from countersign.slack.card import approval_card, card_text
from countersign.slack.complete import is_complete
from countersign.slack.ending import verdict_line
from countersign.slack.validate import message_problems
from tests.support.builders import ALICE, a_press
from tests.unit.slack.cases import (
    CAROL,
    EVIL,
    FULL_RULE,
    OPERATOR,
    ROOT,
    RULE,
    STATES,
    a_vote,
    edited,
    ended,
    labels,
    live,
    live_kinds,
    pending,
    prepared_as,
    refused_by_slack,
    requested_as,
    text_of,
    written,
)
from workflows.contracts.approvals import Grant
from workflows.contracts.core import ArgumentField, Difference
from workflows.contracts.decisions import Decision, Execution, Outcome, Verb, Via
from workflows.contracts.rules import Panel, People

LINK = "https://acme.slack.com/x"
LONG = ArgumentField(name="notes", value="x" * 5_000)


def _via(via: Via, **changes: object) -> Decision:
    return a_press().model_copy(update={"via": via, **changes})


@pytest.mark.parametrize("state", STATES)
def test_slack_takes_every_state(state: str) -> None:
    blocks = approval_card(STATES[state], LINK, "main")
    assert (message_problems(blocks), refused_by_slack(blocks)) == ([], [])


@pytest.mark.parametrize("state", STATES)
def test_every_state_shows_the_whole_question(state: str) -> None:
    shown = text_of(approval_card(STATES[state], LINK))
    for part in ("× widget for €", "<@U0ALICE>", "approval-k3f9x2ab7q1m", "stock is low", "Buyer"):
        assert part in shown
    assert "× widget" in card_text(STATES[state])


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (
            "pending",
            ["Approve", "Reject…", "Request changes…", "Details", "Withdraw (requester)"],
        ),
        ("not from Slack", ["Details", "Withdraw (requester)"]),
        (
            "everything offered",
            [
                "Approve",
                "Reject…",
                "Request changes…",
                "Details",
                "Edit & approve",
                "Always in this thread",
                "Hand over…",
                "Break glass…",
                "Withdraw (requester)",
            ],
        ),
        ("expired", ["Ask again"]),
        ("done", []),
        ("rejected", []),
        ("superseded", []),
    ],
)
def test_what_a_card_offers(state: str, offered: list[str]) -> None:
    assert labels(approval_card(STATES[state], LINK)) == offered


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("pending", ["rule `orders-over-1000` v3", "needs 2 of @finance", "expires <"]),
        ("one of two", ["✔ <@U0BOB> <!date^", " UTC> · 1 of 2"]),
        ("solo", ["solo mode: you approve your own requests", '"confirm"']),
        ("not from Slack", ["`countersign approve approval-k3f9x2ab7q1m`"]),
        (
            "edited",
            ["Order 50 × widget", "Originally proposed: Order 100 × widget", "€4,120.00 → €2,060"],
        ),
        ("handed over", ["<@U0BOB> handed over to <@U0CAROL>", "escalated to @Carol Ng"]),
        ("running", ["✅ Approved", "<@U0BOB>", "with the button", "Running…"]),
        ("done", ["✅ Approved", "☑️ Done: Order #7", "✔ <@U0BOB>"]),
        ("failed", ["operator via CLI (unverified: root@host)", "Failed: no stock", "say in the"]),
        ("rejected", ["⛔ Rejected", "Reason:", "too expensive", "Nothing was done"]),
        ("changes requested", ["✏️ Changes requested", "make it 50", "`approval-newer0000000`"]),
        ("expired", ["⌛ Expired", "Nobody decided in time", "Nothing was done"]),
        ("withdrawn", ["↩️ Withdrawn", "<@U0ALICE>", "No longer needed"]),
        ("superseded", ["🔁 Superseded", "`approval-newer0000000`", ": €41.20 → €45.00"]),
        ("not asked", ["nobody was asked.", "Nothing was done."]),
    ],
)
def test_what_a_state_says(state: str, words: list[str]) -> None:
    shown = text_of(approval_card(STATES[state], LINK))
    assert [word for word in words if word not in shown] == []


def test_a_settled_card_begins_with_its_outcome_and_keeps_its_arguments() -> None:
    blocks = written(approval_card(STATES["rejected"], LINK))
    assert blocks[0]["text"]["text"] == "⛔ Rejected · Place an order"
    assert "*Rejected* by <@U0BOB>" in blocks[1]["text"]["text"]
    assert "widget" in str([block for block in blocks if "fields" in block])


def test_what_is_too_long_is_reviewed_before_it_is_approved() -> None:
    status = prepared_as(pending(FULL_RULE), fields=(LONG,))
    offered = labels(approval_card(status))
    assert (offered[0], "Approve" in offered, is_complete(status)) == ("Review all…", False, False)
    assert "This is only part of it" in text_of(approval_card(status))


@pytest.mark.parametrize("name", ["summary", "title", "reason", "agent", "cost"])
def test_a_card_is_not_complete_when_any_line_is_cut(name: str) -> None:
    status = prepared_as(pending(), **{name: "word " * 200})
    assert not is_complete(status)
    assert "Approve" not in labels(approval_card(status))


def test_what_a_request_replaces_is_named_with_every_difference() -> None:
    changes = (
        Difference(name="quantity", before="100", after="50"),
        Difference(name="note", before="", after="urgent"),
    )
    status = requested_as(pending(), replaces="approval-older0000000", changes=changes)
    shown = text_of(approval_card(status))
    for part in ("Replaces approval-older0000000", ": 100 → 50", ": nothing → urgent"):
        assert part in shown


def test_a_confirmation_names_tool_amount_and_rule() -> None:
    shown = text_of(approval_card(STATES["everything offered"]))
    assert "Place an order (place_order) for €4,120.00, under rule orders-over-1000." in shown


def test_votes_say_in_whose_place_and_how_they_were_given() -> None:
    votes = (
        a_vote().model_copy(update={"instead_of": "U0CAROL", "escalated": True}),
        a_vote(CAROL, verb=Verb.BREAK_GLASS, reason="fire"),
    )
    shown = text_of(approval_card(pending(votes=votes)))
    assert "(in place of <@U0CAROL>, escalated)" in shown
    assert "(break-glass)" in shown
    assert "break-glass: one person approved alone" in shown


def test_one_of_each_group_is_said_as_such() -> None:
    panels = (
        Panel(who=People(groups=("S0FINANCE",))),
        Panel(who=People(users=("U0BOB",), channels=("C0OPS",))),
    )
    shown = text_of(approval_card(pending(RULE.model_copy(update={"panels": panels}))))
    each = "needs one each of @finance and @Bob Keller, members of <#C0OPS>"
    assert each in shown


def test_the_people_to_notify_are_mentioned_until_it_is_decided() -> None:
    assert card_text(pending()).startswith("<@U0BOB>: Approval needed: ")
    assert "for <@U0BOB>" in text_of(approval_card(pending()))
    rejected = ended(Outcome.REJECTED, decision=a_press(CAROL))
    assert "U0BOB" not in card_text(rejected)
    assert "U0BOB" not in text_of(approval_card(rejected))


def test_nobody_is_named_for_what_a_rule_or_a_standing_permission_allowed() -> None:
    press = a_press(CAROL).model_copy(update={"via": Via.RULE, "by": None})
    by_rule = ended(Outcome.APPROVED, decision=press)
    assert "*Approved* by the policy, rule `orders-over-1000` v3" in text_of(approval_card(by_rule))
    grant = Grant(
        id="g", tool="place_order", rule="r", by=CAROL, at=press.at, approval="a", requester=ALICE
    )
    by_grant = ended(Outcome.APPROVED, decision=press.model_copy(update={"via": Via.GRANT}))
    shown = text_of(approval_card(requested_as(by_grant, granted=grant)))
    assert "a standing permission of @carol" in shown


def test_an_operator_is_never_shown_as_somebody() -> None:
    plain = ended(Outcome.APPROVED, decision=OPERATOR, execution=Execution.DONE)
    named = ended(Outcome.APPROVED, decision=ROOT, execution=Execution.DONE)
    assert "an operator (unverified)" in text_of(approval_card(plain))
    assert "operator via CLI (unverified: root@host)" in text_of(approval_card(named))
    assert "nobody verified who it was" in text_of(approval_card(named))


def test_self_approval_is_marked_where_the_rule_allows_it() -> None:
    status = pending(RULE.model_copy(update={"self_approval": True}))
    assert "self-approval allowed by this rule" in text_of(approval_card(status))


def test_buttons_carry_the_edition_the_digest_and_the_deployment() -> None:
    actions = written(approval_card(pending(edition=2), LINK, "blue"))[-1]
    assert actions["block_id"] == f"decide:2:{'d' * 16}:blue"
    assert [it.get("value") for it in actions["elements"][:3]] == ["approval-k3f9x2ab7q1m"] * 3
    options = actions["elements"][3]["options"]
    assert options[0]["value"] == "approval_details|approval-k3f9x2ab7q1m"


def test_every_button_says_to_screen_readers_what_it_is_about() -> None:
    elements = written(approval_card(pending()))[-1]["elements"]
    told = [it["accessibility_label"] for it in elements if it["type"] == "button"]
    assert told == [f"{it} Place an order" for it in ("Approve", "Reject…", "Request changes…")]


def test_a_value_is_shown_as_it_is_and_not_as_markup() -> None:
    field = ArgumentField(name="quantity", value="~100~ 5")
    blocks = written(approval_card(prepared_as(pending(), fields=(field,))))
    cells = next(block["fields"] for block in blocks if "fields" in block)
    assert cells[1] == {"type": "plain_text", "text": "~100~ 5", "emoji": False}


def test_spaces_that_matter_are_kept() -> None:
    field = ArgumentField(name="path", value="a  b ")
    assert '"a  b "' in text_of(approval_card(prepared_as(pending(), fields=(field,))))


def test_an_edit_shows_proposed_and_effective_arguments() -> None:
    status = prepared_as(pending(), fields=(ArgumentField(name="quantity", value="100"),))
    after = edited(status)
    assert after.prepared is not None
    fields = (ArgumentField(name="quantity", value="50"),)
    prepared = after.prepared.model_copy(update={"fields": fields})
    shown = text_of(approval_card(after.model_copy(update={"prepared": prepared})))
    assert ": 100 → 50" in shown


def test_nothing_that_is_written_into_a_card_is_live() -> None:
    fields = (ArgumentField(name=EVIL, value=EVIL), ArgumentField(name="b", value=EVIL))
    status = prepared_as(
        pending(), fields=fields, summary=EVIL, reason=EVIL, title=EVIL, cost=EVIL, agent=EVIL
    )
    blocks = approval_card(status, LINK)
    assert live_kinds(live(written(blocks))) == {
        "@U0ALICE",
        "@U0BOB",
        "#C0OPS",
        f"{LINK}|open the thread",
        "!date",
    }
    assert "\u202e" not in text_of(blocks)
    assert "<!channel>" not in card_text(status)


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (a_press(), "by <@U0BOB> · <!date^ · with the button"),
        (_via(Via.LIST), "by <@U0BOB> · <!date^ · from the list"),
        (_via(Via.MODAL), "by <@U0BOB> · <!date^ · in the dialog"),
        (_via(Via.PROMPT), "by <@U0BOB> · <!date^ · from a private message"),
        (_via(Via.MESSAGE), "by <@U0BOB> · <!date^ · with a message in the thread"),
        (_via(Via.HOME), "by <@U0BOB> · <!date^ · from Home"),
        (_via(Via.RULE), "by the policy, rule `orders-over-1000` v3 · <!date^ · without asking"),
        (OPERATOR, "by an operator (unverified) · <!date^ · from outside Slack"),
        (_via(Via.CLI, by=None), "by an operator (unverified) · <!date^ · from the command line"),
        (ROOT, "by operator via CLI (unverified: root@host) · <!date^"),
    ],
    ids=lambda it: it.via if isinstance(it, Decision) else "",
)
def test_the_verdict_says_who_and_from_where(decision: Decision, told: str) -> None:
    line = verdict_line(ended(Outcome.APPROVED, decision=decision))
    assert re.sub(r"<!date[^>]*>", "<!date^", line).startswith(f"*Approved* {told}")
    assert ("command line" in line) is (decision.via is Via.CLI and not decision.asserted)
