"""The dialogs: what they show, what they ask and how answers are read."""

import json
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View

from countersign.slack.modals.approve_all import (
    approve_all_modal,
    read_ticked_digests,
)
from countersign.slack.modals.details import details_modal
from countersign.slack.modals.hand_over import hand_over_modal, read_person
from countersign.slack.modals.message import message_modal
from countersign.slack.modals.meta import Meta, MetaError
from countersign.slack.modals.reasons import (
    QUICK_REASONS,
    break_glass_modal,
    changes_modal,
    read_reason,
    reason_errors,
    reject_modal,
)
from countersign.slack.modals.review import always_modal, review_modal
from sandbox.block_kit.inputs import state_values
from tests.support.builders import NOON, a_press, a_status
from tests.unit.slack.cases import (
    FULL_RULE,
    RULE,
    STATES,
    a_vote,
    edited,
    pending,
    prepared_as,
    requested_as,
    view_refused_by_slack,
    view_text,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField

META = Meta(("approval-k3f9x2ab7q1m",), "C0OPS", "1.1", "d" * 64, "decide", "1.0")
BUILDERS = {
    "reject": reject_modal,
    "changes": changes_modal,
    "break glass": break_glass_modal,
    "review": review_modal,
    "always": always_modal,
    "details": details_modal,
    "hand over": hand_over_modal,
}
APPROVING = ("review", "always", "break glass")


def _submit(view: View) -> str | None:
    return view.submit.text if view.submit else None


def _untouched(view: View) -> Any:
    """What Slack reports when nobody touches anything."""
    return state_values(view.to_dict()["blocks"], {})


def _filled(block_id: str, **state: Any) -> Any:
    return {block_id: {"value": state}}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", BUILDERS)
def test_slack_takes_every_dialog_in_every_state(name: str, state: str) -> None:
    view = BUILDERS[name](STATES[state], META)
    assert view_refused_by_slack(view) == []
    assert Meta.load(view.private_metadata or "") == META


@pytest.mark.parametrize("name", BUILDERS)
def test_a_dialog_says_what_it_is_about(name: str) -> None:
    shown = str(BUILDERS[name](pending(FULL_RULE), META).to_dict()["blocks"])
    assert "Order 100 widgets for €4,120.00" in shown
    assert ("approval-k3f9x2ab7q1m" in shown) is (name == "details")


@pytest.mark.parametrize("name", APPROVING)
def test_a_dialog_that_approves_says_what_that_means(name: str) -> None:
    assert "You are the first of two approvers." in view_text(
        BUILDERS[name](pending(FULL_RULE), META)
    )


def test_quick_reasons_are_choices_with_their_sentences() -> None:
    view = view_text(reject_modal(pending(), META))
    assert len(QUICK_REASONS) == 3
    for label, sentence in QUICK_REASONS.values():
        assert label in view
        assert sentence in view


def test_a_reason_is_the_quick_sentence_and_the_free_text() -> None:
    quick = _filled("quick_reason", selected_option={"value": "too_much"})
    free = _filled("reason", value="  ask in May ")
    sentence = QUICK_REASONS["too_much"][1]
    assert read_reason(quick | free) == f"{sentence} ask in May"
    assert read_reason(quick) == sentence
    assert read_reason(free) == "ask in May"
    assert read_reason(_untouched(reject_modal(pending(), META))) == ""


def test_a_rule_can_ask_for_a_reason() -> None:
    status = pending(RULE.model_copy(update={"reason_required": True}))
    nothing = _untouched(reject_modal(status, META))
    assert reason_errors(status, nothing).keys() == {"reason"}
    assert reason_errors(status, _filled("reason", value="no")) == {}
    assert reason_errors(pending(), nothing) == {}


@pytest.mark.parametrize("name", ["changes", "break glass"])
def test_slack_itself_asks_for_a_text_that_is_needed(name: str) -> None:
    blocks = BUILDERS[name](pending(FULL_RULE), META).to_dict()["blocks"]
    (reason,) = [block for block in blocks if block["type"] == "input"]
    assert (reason["block_id"], reason["optional"]) == ("reason", False)


def test_breaking_the_glass_says_that_everybody_will_know() -> None:
    shown = view_text(break_glass_modal(pending(FULL_RULE), META))
    assert "The card, the thread and the record will say so" in shown


def test_always_says_what_it_means() -> None:
    shown = view_text(always_modal(pending(FULL_RULE), META))
    assert "every request of this kind in this thread" in shown
    assert "*without asking anybody*, whatever it is for" in shown


def test_a_review_shows_what_the_card_had_to_cut() -> None:
    status = prepared_as(
        pending(),
        summary="s" * 5_000,
        reason="r" * 5_000,
        fields=tuple(ArgumentField(name=f"n{at}", value=f"{at:04}" * 1_250) for at in range(8)),
    )
    view = review_modal(status, META)
    assert _submit(view) == "Approve"
    assert view_refused_by_slack(view) == []
    shown = view_text(view)
    assert (shown.count("s" * 2_000), shown.count("r" * 2_000)) == (2, 2)
    for at in range(8):
        assert shown.count(f"{at:04}") >= 1_250


@pytest.mark.parametrize("name", APPROVING)
def test_what_no_dialog_can_hold_cannot_be_approved(name: str) -> None:
    field = ArgumentField(name="notes", value="x" * 400_000)
    view = BUILDERS[name](prepared_as(pending(FULL_RULE), fields=(field,)), META)
    assert _submit(view) is None
    assert view_refused_by_slack(view) == []
    assert "so it can't be approved here" in view_text(view)
    assert "`countersign show approval-" in view_text(view)


@pytest.mark.parametrize("name", APPROVING)
@pytest.mark.parametrize("state", ["done", "not from Slack"])
def test_nothing_is_approved_where_nothing_can_be(name: str, state: str) -> None:
    assert _submit(BUILDERS[name](STATES[state], META)) is None


def test_details_keep_back_nothing_but_secrets() -> None:
    arguments = {"sku": "widget", "api_key": "hunter2000", "note": "use hunter2000", "pin": "1234"}
    parameters = {"properties": {"pin": {"type": "string", "format": "password"}}}
    status = pending(votes=(a_vote(),), refused=STATES["refused attempts"].refused)
    call = status.request.call.model_copy(update={"arguments": json.dumps(arguments)})
    request = status.request.model_copy(update={"call": call})
    status = prepared_as(status.model_copy(update={"request": request}), parameters=parameters)
    shown = view_text(details_modal(status, META))
    for part in (
        "widget",
        "use ••••",
        "own request",
        "✔ <@U0BOB>",
        "Two approvals from <!subteam^S0FINANCE>",
    ):
        assert part in shown
    assert "hunter2000" not in shown
    assert "1234" not in shown


@pytest.mark.parametrize(("told", "names"), [("stock is low", False), ("stock is…", True)])
def test_a_reason_is_an_argument_only_where_it_is_not_told_whole(told: str, names: bool) -> None:
    arguments = {"sku": "widget", "approval_reason": "stock is low"}
    status = pending()
    call = status.request.call.model_copy(update={"arguments": json.dumps(arguments)})
    request = status.request.model_copy(update={"call": call})
    status = prepared_as(status.model_copy(update={"request": request}), reason=told)
    shown = view_text(details_modal(status, META))
    assert "widget" in shown
    assert ("approval_reason" in shown) is names


def test_details_of_an_edit_hold_both_calls() -> None:
    shown = view_text(details_modal(edited(pending()), META))
    for part in (
        "All arguments",
        '\\"quantity\\": 50',
        "Arguments as proposed",
        '\\"quantity\\": 100',
    ):
        assert part in shown


def test_details_that_do_not_fit_say_where_the_rest_is() -> None:
    field = ArgumentField(name="notes", value="x" * 400_000)
    view = details_modal(prepared_as(pending(), fields=(field,)), META)
    assert view_refused_by_slack(view) == []
    assert "The rest doesn't fit here; `countersign show" in view_text(view)


def test_a_person_is_chosen() -> None:
    assert read_person(_filled("person", selected_user="U0CAROL")) == "U0CAROL"
    assert read_person(_untouched(hand_over_modal(pending(FULL_RULE), META))) == ""
    assert read_person({}) == ""


def _many(count: int, status: ApprovalStatus) -> list[ApprovalStatus]:
    return [status.model_copy(update={"id": f"approval-{at:012}"}) for at in range(count)]


def test_every_approval_of_a_batch_is_listed_in_full_and_ticked() -> None:
    view = approve_all_modal(_many(12, pending()), META)
    values = _untouched(view)
    assert view_refused_by_slack(view) == []
    assert list(values) == ["ticks:1", "ticks:11"]
    assert tuple(read_ticked_digests(values)) == tuple(f"approval-{at:012}" for at in range(12))
    assert set(read_ticked_digests(values).values()) == {"d" * 16}
    assert _submit(view) == "Approve ticked"
    assert view_text(view).count("stock is low") == 12


def test_several_are_reckoned_up_and_ticked_in_the_order_asked() -> None:
    rows = [
        prepared_as(
            requested_as(status, asked_at=NOON + timedelta(minutes=minutes)),
            summary=f"Order {minutes} desks",
            cost=f"€{amount:,.2f}",
            amount=amount,
            left=left,
        )
        for status, minutes, amount, left in zip(
            _many(3, pending()),
            (3, 1, 2),
            (1_000.0, 2_435.0, 1_000.5),
            (9_000.0, 7_565.0, 9_000.0),
            strict=True,
        )
    ]
    blocks = approve_all_modal(rows, META).to_dict()["blocks"]
    told = "*3 requests, €4,435.50 together.* Untick what you don't approve."
    assert blocks[0]["text"]["text"] == told
    assert blocks[1]["text"]["text"] == "Budget left after all of them: €5,564.50"
    assert [it["text"]["text"] for it in blocks[2]["element"]["options"]] == [
        "1 · Order 3 desks",  # as its summary lists them, whatever was asked sooner
        "2 · Order 1 desks",
        "3 · Order 2 desks",
    ]


def test_more_than_the_budget_holds_is_said() -> None:
    rows = [
        prepared_as(status, cost="€600.00", amount=600.0, left=400.0)
        for status in _many(2, pending())
    ]
    shown = view_text(approve_all_modal(rows, META))
    assert "Together they are over the budget by €200.00." in shown


def test_what_has_no_common_currency_is_not_reckoned_up() -> None:
    euros, dollars = _many(2, pending())
    rows = [
        prepared_as(euros, cost="€600.00", amount=600.0),
        prepared_as(dollars, cost="$600.00", amount=600.0),
    ]
    assert "*2 requests.*" in view_text(approve_all_modal(rows, META))


def test_what_cannot_be_ticked_is_listed_with_its_reason() -> None:
    long = prepared_as(pending(), fields=(ArgumentField(name="n", value="x" * 5_000),))
    view = approve_all_modal([long, STATES["done"], STATES["not from Slack"], pending()], META)
    shown = view_text(view)
    for part in ("too large to show in full", "is already approved", "can only be decided outside"):
        assert part in shown
    assert tuple(read_ticked_digests(_untouched(view))) == ("approval-k3f9x2ab7q1m",)


def test_a_batch_without_anything_to_tick_cannot_be_submitted() -> None:
    view = approve_all_modal([STATES["done"]], META)
    assert (_submit(view), view_refused_by_slack(view)) == (None, [])


def test_a_batch_larger_than_a_dialog_leaves_the_rest_to_their_cards() -> None:
    view = approve_all_modal(_many(100, pending(FULL_RULE)), META)
    assert view_refused_by_slack(view) == []
    assert "doesn't fit here any more; open its card" in view_text(view)
    assert 20 < len(read_ticked_digests(_untouched(view))) < 100


def test_nothing_ticked_is_nothing_approved() -> None:
    assert tuple(read_ticked_digests(_filled("ticks:1", selected_options=[]))) == ()
    assert tuple(read_ticked_digests({})) == ()


def test_a_message_dialog_can_only_be_closed() -> None:
    view = message_modal("This could not be opened at all", "Press the button again.")
    assert (_submit(view), view_refused_by_slack(view)) == (None, [])
    assert "Press the button again." in view_text(view)


def test_the_memory_of_a_dialog_is_read_as_it_was_written() -> None:
    assert Meta.load(META.dump()) == META
    assert Meta.load(Meta().dump()) == Meta()
    assert Meta.load('{"ids":["a"],"later":1}') == Meta(("a",))


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"ids":1}', '{"ids":[1]}', '{"c":1}', "[" * 9_999]
)
def test_a_memory_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MetaError):
        Meta.load(text)


def test_a_memory_that_slack_would_not_take_is_refused() -> None:
    with pytest.raises(MetaError):
        Meta(tuple(f"approval-{at:012}" for at in range(200))).dump()


def test_an_older_approval_can_be_looked_at_in_every_dialog() -> None:
    status = a_status().model_copy(update={"decision": None})
    for build in BUILDERS.values():
        assert view_refused_by_slack(build(status, META)) == []
    assert a_press().by is not None
