"""The card in every state."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from countersign.slack.card import approval_card, card_text
from countersign.slack.complete import is_complete
from countersign.slack.ending import verdict_line
from countersign.slack.line import waiting_line
from countersign.slack.modals.details import details_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.validate import message_problems
from tests.support.builders import ALICE, a_prepared, a_press
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
    view_text,
    written,
)
from workflows.contracts.approvals import Grant
from workflows.contracts.core import ArgumentField, Difference
from workflows.contracts.decisions import Decision, Execution, Outcome, Verb, Via
from workflows.contracts.rules import Panel, People
from workflows.digest import TOTAL

LINK = "https://acme.slack.com/x"
BUTTONS = ("Approve", "Reject", "Request changes")
LONG = ArgumentField(name="notes", value="x" * 5_000)


def _via(via: Via, **changes: object) -> Decision:
    return a_press().model_copy(update={"via": via, **changes})


@pytest.mark.parametrize("state", STATES)
def test_slack_takes_every_state(state: str) -> None:
    blocks = approval_card(STATES[state], LINK, "main")
    assert (message_problems(blocks), refused_by_slack(blocks)) == ([], [])


@pytest.mark.parametrize("state", STATES)
def test_every_state_says_what_it_is_about_and_who_asked(state: str) -> None:
    status, shown = STATES[state], text_of(approval_card(STATES[state], LINK))
    assert "widgets for €" in shown or "Order #7" in shown
    assert "U0ALICE" in shown
    assert ("stock is low" in shown) is (status.outcome is Outcome.PENDING)
    assert "widgets" in card_text(status)


def test_an_agent_that_is_not_the_first_is_named() -> None:
    status = pending()
    call = status.request.call.model_copy(update={"agent": "Clerk <!here>"})
    request = status.request.model_copy(update={"call": call})
    shown = approval_card(status.model_copy(update={"request": request}), LINK)
    assert ", by the agent Clerk <!here>: “stock is low”" in "".join(_said(shown[1].to_dict()))
    assert "by the agent" not in text_of(approval_card(status, LINK))


def _said(part: Any) -> Iterator[str]:
    """The texts of rich text, in order."""
    if isinstance(part, dict):
        if part.get("type") == "text":
            yield part["text"]
        for inner in part.get("elements", ()):
            yield from _said(inner)


@pytest.mark.parametrize("state", STATES)
def test_nothing_internal_is_on_a_card(state: str) -> None:
    shown = text_of(_without_values(approval_card(STATES[state], LINK)))
    for internal in ("place_order", "orders-over-1000", "Buyer", "d" * 16):
        assert internal not in shown
    if STATES[state].in_force.from_slack:  # or else an operator needs the id
        assert "approval-k3f9x2ab7q1m" not in shown


def _without_values(blocks: Sequence[Block]) -> Sequence[Block]:
    """Without what buttons carry, which nobody reads."""
    return [block for block in blocks if block.type != "actions"]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (
            "pending",
            ["Approve", "Reject…", "Request changes…", "Details", "Withdraw"],
        ),
        ("not from Slack", ["Details", "Withdraw"]),
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
                "Withdraw",
            ],
        ),
        ("expired", ["Ask again", "Details"]),
        ("done", ["Details"]),
        ("rejected", ["Details"]),
        ("superseded", ["Details"]),
    ],
)
def test_what_a_card_offers(state: str, offered: list[str]) -> None:
    assert labels(approval_card(STATES[state], LINK)) == offered


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            "pending",
            ["✋ Order 100 widgets for €4,120.00", "Two approvals from @finance · until <"],
        ),
        (
            "one of two",
            ["€4,120.00 · 1 of 2: Bob Keller approved", "One more approval from @finance"],
        ),
        ("solo", ["Solo mode: you approve your own requests", '"confirm"']),
        ("not from Slack", ["`countersign approve approval-k3f9x2ab7q1m`"]),
        (
            "edited",
            ["Order 50 widgets", "Proposed was: Order 100 widgets", "€4,120.00 → €2,060"],
        ),
        ("handed over", ["<@U0BOB> handed over to <@U0CAROL>", "so @Carol Ng may too"]),
        ("running", ["⏳ Running: Order 100 widgets", "Approved by <@U0BOB>, <!date"]),
        ("done", ["✅ Order #7", "Approved by <@U0BOB>, <!date", "asked by <@U0ALICE>"]),
        ("failed", ["operator via CLI (unverified: root@host)", "no stock", "say in the thread"]),
        ("rejected", ["⛔ Not done: Order 100 widgets", "Rejected by <@U0BOB>", "too expensive"]),
        (
            "changes requested",
            [
                "✏️ Not done",
                "Changes requested by",
                "make it 50",
                "Replaced: there is a new request",
            ],
        ),
        ("expired", ["⌛ Not done", "Expired, <!date", "nobody decided in time"]),
        ("withdrawn", ["↩️ Not done", "Withdrawn by <@U0ALICE>"]),
        ("superseded", ["🔁 Not done", ": €41.20 → €45.00", "/p12|open the new request>"]),
        ("not asked", ["⚠️ Not done", "so nobody was asked", "has to allow me to post here"]),
    ],
)
def test_what_a_state_says(state: str, words: list[str]) -> None:
    shown = text_of(approval_card(STATES[state], LINK))
    assert [word for word in words if word not in shown] == []


def test_a_decided_card_is_two_lines_and_a_button() -> None:
    votes = (a_vote(), a_vote(CAROL))
    done = {"execution": Execution.DONE, "result": "Order #2 placed: 100 widgets, €4,120.00."}
    blocks = written(approval_card(ended(Outcome.APPROVED, votes=votes, **done), LINK))
    assert [block["type"] for block in blocks] == ["header", "section", "actions"]
    assert blocks[0]["text"]["text"] == "✅ Order #2 placed: 100 widgets, €4,120.00"
    said = re.sub(r"<!date[^>]*>", "noon", blocks[1]["text"]["text"])
    assert said == "Approved by <@U0BOB> and <@U0CAROL>, noon · asked by <@U0ALICE>"


def test_an_approval_in_an_emergency_is_the_first_thing_that_is_said() -> None:
    press = a_press(CAROL).model_copy(update={"verb": Verb.BREAK_GLASS, "reason": "fire"})
    vote = a_vote(CAROL, verb=Verb.BREAK_GLASS)
    status = ended(Outcome.APPROVED, decision=press, votes=(a_vote(), vote))
    blocks = written(approval_card(status))
    assert blocks[0]["text"]["text"] == "🚨 Carol Ng approved alone, in an emergency"
    assert "fire" in str(blocks)
    assert waiting_line(status).startswith("🚨 Approved alone, in an emergency by <@U0BOB> and")
    assert card_text(status).startswith("🚨 Approved alone, in an emergency. ")


@pytest.mark.parametrize("value", ["~100~ 5", "*free*", ":zero:", "> all of it"])
def test_what_slack_would_interpret_has_a_line_of_its_own(value: str) -> None:
    blocks = written(
        approval_card(prepared_as(pending(), fields=(ArgumentField(name="amount", value=value),)))
    )
    assert not any("fields" in block for block in blocks)
    assert value in str([block for block in blocks if block["type"] == "rich_text"])


def test_what_the_sentence_says_is_not_said_again() -> None:
    fields = (
        ArgumentField(name="quantity", value="100", in_summary=True),
        ArgumentField(name="price each", value="€41.20"),
    )
    status = prepared_as(pending(), fields=fields)
    shown = text_of(approval_card(status))
    assert (shown.count("€4,120.00"), "quantity" in shown) == (len(BUTTONS) + 1, False)
    assert "quantity" in view_text(details_modal(status, Meta()))


@pytest.mark.parametrize("part", ["word ", "شراء ", "🚀"])
def test_a_sentence_that_is_no_header_stands_below_one(part: str) -> None:
    status = prepared_as(pending(), summary=(part * 200)[:400].strip())
    blocks = written(approval_card(status))
    assert blocks[0]["text"]["text"] == "✋ Place an order"
    assert status.shown.summary in str(blocks[1])
    assert is_complete(status)
    short = written(approval_card(prepared_as(pending(), summary="🚀" * 80)))
    assert short[0]["text"]["text"] == "✋ Place an order"  # Slack counts 160


def test_a_long_reason_is_cut_on_the_card_and_whole_behind_details() -> None:
    press = a_press().model_copy(update={"reason": "because " * 375})
    status = ended(Outcome.REJECTED, decision=press)
    blocks = approval_card(status)
    assert refused_by_slack(blocks) == []
    assert len(text_of(blocks)) < 2_500
    assert view_text(details_modal(status, Meta())).count("because") == 375


def test_forty_arguments_are_shown_or_reviewed() -> None:
    fields = tuple(ArgumentField(name=f"name {at}", value=f"value {at}") for at in range(40))
    status = prepared_as(pending(), fields=fields)
    blocks = approval_card(status)
    assert refused_by_slack(blocks) == []
    assert all(f"value {at}" in text_of(blocks) for at in range(40)) is is_complete(status)


def test_what_is_too_long_is_reviewed_before_it_is_approved() -> None:
    status = prepared_as(pending(FULL_RULE), fields=(LONG,))
    offered = labels(approval_card(status))
    assert (offered[0], "Approve" in offered, is_complete(status)) == ("Review all…", False, False)
    assert "This is only part of it" in text_of(approval_card(status))


@pytest.mark.parametrize("name", ["summary", "reason"])
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
    for part in ("Replaces an earlier request. Changed:", ": 100 → 50", ": nothing → urgent"):
        assert part in shown


def test_one_change_is_named_with_what_is_replaced() -> None:
    changes = (Difference(name="quantity", before="50", after="100"),)
    status = requested_as(pending(), replaces="approval-older0000000", changes=changes)
    assert "Replaces the request for 50. Changed:" in text_of(approval_card(status))


def test_a_change_that_the_sentence_does_not_name_is_not_what_was_asked_for() -> None:
    changes = (Difference(name="price each", before="€41.20", after="€45.00"),)
    status = requested_as(pending(), replaces="approval-older0000000", changes=changes)
    shown = text_of(approval_card(status))
    assert "Replaces an earlier request. Changed:" in shown
    assert shown.count("€45.00") == 1


@pytest.mark.parametrize(
    ("amount", "total", "said"),
    [(4_120.0, 5_400.0, True), (4_120.0, 4_120.0, False), (4_120.0, None, False)],
)
def test_what_was_split_is_counted_on_the_card(
    amount: float, total: float | None, said: bool
) -> None:
    status = requested_as(prepared_as(pending(), amount=amount), total=total)
    for shown in (text_of(approval_card(status)), view_text(details_modal(status, Meta()))):
        assert ("*today with this*  €5,400.00" in shown) is said
        assert ("today with this" in shown) is said


def test_a_total_that_stands_there_already_is_not_said_again() -> None:
    changes = (Difference(name=TOTAL, before="€4,120.00", after="€5,400.00"),)
    status = requested_as(prepared_as(pending(), amount=4_120.0), total=5_400.0)
    again = requested_as(status, replaces="approval-older0000000", changes=changes)
    shown = text_of(approval_card(again))
    assert shown.count("5,400.00") == 1
    assert "Replaces an earlier request. Changed:" in shown
    in_summary = prepared_as(status, summary="Order 100 widgets, €5,400.00 today")
    assert "today with this" not in text_of(approval_card(in_summary))


def test_a_total_follows_an_edit() -> None:
    fewer = a_prepared().model_copy(update={"cost": "€2,060", "amount": 2_060.0})
    asked = requested_as(prepared_as(pending(), amount=4_120.0), total=5_400.0)
    shown = text_of(approval_card(asked.model_copy(update={"prepared": fewer})))
    assert "*today with this*  €3,340" in shown


@pytest.mark.parametrize(("counted", "place"), [(0, "first"), (1, "second")])
def test_a_confirmation_asks_with_the_sentence(counted: int, place: str) -> None:
    status = pending(FULL_RULE, votes=(a_vote(CAROL),) * counted, counted=counted)
    approve = written(approval_card(status))[-1]["elements"][0]
    assert approve["confirm"]["title"]["text"] == "Order 100 widgets for €4,120.00?"
    assert approve["confirm"]["text"]["text"] == f"You are the {place} of two approvers."


def test_a_long_sentence_is_asked_below_the_title_of_the_confirmation() -> None:
    status = prepared_as(STATES["everything offered"], summary="Is clause four right? " * 8)
    approve = written(approval_card(status))[-1]["elements"][0]
    assert approve["confirm"]["title"]["text"] == "Approve this?"
    assert approve["confirm"]["text"]["text"].startswith("Is clause four right? Is")


def test_votes_say_in_whose_place_and_how_they_were_given() -> None:
    votes = (
        a_vote().model_copy(update={"instead_of": "U0CAROL", "escalated": True}),
        a_vote(CAROL, arguments="{}"),
    )
    status = ended(Outcome.APPROVED, votes=votes, decision=votes[-1].decision)
    assert "<@U0BOB> (in place of <@U0CAROL>) and <@U0CAROL>" in text_of(approval_card(status))
    shown = view_text(details_modal(status, Meta()))
    assert "in place of <@U0CAROL>, asked because nobody had decided" in shown
    assert ", with changes" in shown


def test_those_who_approved_what_was_rejected_are_named_too() -> None:
    status = ended(Outcome.REJECTED, votes=(a_vote(CAROL),))
    assert "Approved before that by <@U0CAROL>." in text_of(approval_card(status))


def test_one_of_each_group_is_said_as_such() -> None:
    panels = (
        Panel(who=People(groups=("S0FINANCE",))),
        Panel(who=People(users=("U0BOB",), channels=("C0OPS",))),
    )
    shown = text_of(approval_card(pending(RULE.model_copy(update={"panels": panels}))))
    each = "One approval from @finance and one from <@U0BOB> or anyone in <#C0OPS>"
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
    assert "Approved by the policy, rule “orders over 1000” (version 3)" in text_of(
        approval_card(by_rule)
    )
    grant = Grant(
        id="g", tool="place_order", rule="r", by=CAROL, at=press.at, approval="a", requester=ALICE
    )
    by_grant = ended(Outcome.APPROVED, decision=press.model_copy(update={"via": Via.GRANT}))
    shown = text_of(approval_card(requested_as(by_grant, granted=grant)))
    assert "a standing permission of @Carol Ng" in shown


def test_an_operator_is_never_shown_as_somebody() -> None:
    plain = ended(Outcome.APPROVED, decision=OPERATOR, execution=Execution.DONE)
    named = ended(Outcome.APPROVED, decision=ROOT, execution=Execution.DONE)
    assert "an operator (unverified)" in text_of(approval_card(plain))
    assert "operator via CLI (unverified: root@host)" in text_of(approval_card(named))
    assert "nobody verified who it was" in text_of(approval_card(named))


def test_self_approval_is_marked_where_the_rule_allows_it() -> None:
    status = pending(RULE.model_copy(update={"self_approval": True}))
    assert "@alice may approve this alone" in text_of(approval_card(status))


def test_who_belongs_to_another_workspace_is_marked() -> None:
    call = pending().request.call
    stranger = call.requester.model_copy(update={"team": "T0OTHER"})
    status = requested_as(pending(), call=call.model_copy(update={"requester": stranger}))
    assert "from another workspace" in text_of(approval_card(status))
    assert "from another workspace" not in text_of(approval_card(pending()))


def test_buttons_carry_the_edition_the_digest_and_the_deployment() -> None:
    actions = written(approval_card(pending(edition=2), LINK, "blue"))[-1]
    assert actions["block_id"] == f"decide:2:{'d' * 16}:blue"
    assert [it.get("value") for it in actions["elements"][:3]] == ["approval-k3f9x2ab7q1m"] * 3
    options = actions["elements"][3]["options"]
    assert options[0]["value"] == "approval_details|approval-k3f9x2ab7q1m"


def test_every_button_says_to_screen_readers_what_it_is_about() -> None:
    elements = written(approval_card(pending()))[-1]["elements"]
    told = [it["accessibility_label"] for it in elements if it["type"] == "button"]
    assert told == [f"{it}: Order 100 widgets for €4,120.00" for it in BUTTONS]


def test_name_and_value_stand_together() -> None:
    field = ArgumentField(name="price & cost", value="<€41.20>")
    blocks = written(approval_card(prepared_as(pending(), fields=(field,))))
    (cell,) = next(block["fields"] for block in blocks if "fields" in block)
    assert cell == {
        "type": "mrkdwn",
        "text": "*price &amp; cost*  &lt;€41.20&gt;",
        "verbatim": True,
    }


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
        *((_via(it), "by <@U0BOB>, noon") for it in (Via.BUTTON, Via.LIST, Via.MODAL, Via.HOME)),
        *((_via(it), "by <@U0BOB>, noon") for it in (Via.PROMPT, Via.MESSAGE)),
        (_via(Via.RULE), "by the policy, rule “orders over 1000” (version 3), noon without asking"),
        (OPERATOR, "by an operator (unverified), noon from outside Slack"),
        (_via(Via.CLI, by=None), "by an operator (unverified), noon from the command line"),
        (ROOT, "by an operator via CLI (unverified: root@host), noon"),
    ],
    ids=lambda it: it.via if isinstance(it, Decision) else "",
)
def test_the_verdict_says_who_and_from_where(decision: Decision, told: str) -> None:
    line = verdict_line(ended(Outcome.APPROVED, decision=decision))
    assert re.sub(r"<!date[^>]*>", "noon", line).startswith(f"Approved {told}")
    assert ("command line" in line) is (decision.via is Via.CLI and not decision.asserted)


def test_lines_keep_their_order_whatever_room_they_take() -> None:
    fields = (
        ArgumentField(name="item", value="Handheld gadget with display"),
        ArgumentField(name="price each", value="€129.00"),
        ArgumentField(name="budget left after this", value="€22,420.00"),
    )
    shown = text_of(approval_card(prepared_as(pending(), fields=fields)))
    places = [shown.index(field.name) for field in fields]
    assert places == sorted(places)


def test_a_question_that_is_too_long_for_a_card_is_not_shown_again_below() -> None:
    asked = " ".join(f"clause {number} holds," for number in range(90))
    status = prepared_as(
        pending(), summary=asked, fields=(ArgumentField(name="question", value=asked),)
    )
    shown = text_of(approval_card(status))
    assert "rich_text_preformatted" not in shown
    assert "Review all…" in labels(approval_card(status))


def test_who_took_their_own_request_back_is_named_once() -> None:
    assert text_of(approval_card(STATES["withdrawn"])).count("<@U0ALICE>") == 1


def test_a_cost_that_the_sentence_names_does_not_stand_among_the_changes() -> None:
    drift = (
        Difference(name="price each", before="€41.20", after="€45.00"),
        Difference(name="cost", before="€4,120.00", after="€4,500.00"),
    )
    shown = text_of(approval_card(STATES["superseded"].model_copy(update={"drift": drift})))
    assert "€41.20 → €45.00" in shown
    assert "€4,500.00" not in shown
