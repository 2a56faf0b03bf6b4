"""Dialogs that ask for a reason: reject, request changes, break the glass."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Option, PlainTextObject, RadioButtonsElement
from slack_sdk.models.views import View

from countersign.slack.actions import BREAK_GLASS, REJECT, REQUEST_CHANGES
from countersign.slack.blocks import section
from countersign.slack.modals.frame import (
    VALUE,
    about,
    approving_modal,
    field,
    modal,
    text_input,
)
from countersign.slack.modals.meta import Meta
from workflows.contracts.approvals import ApprovalStatus

QUICK = "quick_reason"
REASON = "reason"
REASON_LIMIT = 500
"""Characters; as many as a settled card shows."""
QUICK_REASONS = {
    "too_much": ("Too much", "This is too much; propose something smaller or cheaper."),
    "wrong": ("Details are wrong", "Some details are wrong; check with the person who asked."),
    "not_needed": ("Not needed", "This is not needed; don't propose it again unless asked."),
}
"""What is shown, and the sentence that the agent gets; both at most 75 characters."""
NO_REASON = "This rule needs a reason: choose one or write one."


def reject_modal(status: ApprovalStatus, meta: Meta) -> View:
    """A quick reason, a free one, or both; the rule says whether one is needed."""
    rule = status.in_force
    required = bool(rule and rule.reason_required)
    options = [
        Option(
            value=key, text=PlainTextObject(text=label), description=PlainTextObject(text=sentence)
        )
        for key, (label, sentence) in QUICK_REASONS.items()
    ]
    quick = RadioButtonsElement(action_id=VALUE, options=options)
    asked = "Why? The assistant reads this, and it stays on the record."
    hint = f"{asked} Choose one or write your own." if required else asked
    blocks = [
        about(status),
        field(QUICK, "Reason", quick, optional=True),
        field(
            REASON,
            "In your own words" + (" (required if you chose none)" if required else ""),
            text_input(REASON_LIMIT),
            hint,
            optional=True,
        ),
    ]
    return modal(REJECT, "Reject", blocks, meta, "Reject")


def changes_modal(status: ApprovalStatus, meta: Meta) -> View:
    """What has to be different; the assistant proposes again."""
    hint = "This request ends, and the assistant makes a new one that says what differs."
    element = text_input(REASON_LIMIT, "For example: 50 instead of 100")
    blocks = [
        about(status),
        field(REASON, "What has to change?", element, hint),
    ]
    return modal(REQUEST_CHANGES, "Request changes", blocks, meta, "Request changes")


def break_glass_modal(status: ApprovalStatus, meta: Meta) -> View:
    """Alone, at once, with a reason, and for everyone to see."""
    warning = (
        "🚨 You approve this *alone*, without the people the rule asks for. The card, the thread "
        "and the record will say so, and why."
    )
    reason = field(REASON, "Why can't this wait?", text_input(REASON_LIMIT))
    return approving_modal(
        BREAK_GLASS, "Break glass", status, meta, "Approve alone", [section(warning), reason]
    )


def read_reason(values: Mapping[str, Any]) -> str:
    """The reason that was given in any of these dialogs: the quick sentence, then the free text.

    `values` is the `state.values` of a submission.
    """
    option = _input(values, QUICK).get("selected_option") or {}
    _, quick = QUICK_REASONS.get(str(option.get("value")), ("", ""))
    free = str(_input(values, REASON).get("value") or "").strip()
    return " ".join(part for part in (quick, free) if part)


def reason_errors(status: ApprovalStatus, values: Mapping[str, Any]) -> dict[str, str]:
    """What is missing from a rejection, by `block_id`; empty if nothing is."""
    rule = status.in_force
    if rule and rule.reason_required and not read_reason(values):
        return {REASON: NO_REASON}
    return {}


def _input(values: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    return (values.get(block_id) or {}).get(VALUE) or {}
