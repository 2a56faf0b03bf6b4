"""Give your vote to somebody else."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import PlainTextObject, UserSelectElement
from slack_sdk.models.views import View

from countersign.slack.actions import HAND_OVER
from countersign.slack.blocks import section
from countersign.slack.modals.frame import VALUE, about, field, modal
from countersign.slack.modals.meta import Meta
from countersign.slack.people import mentions
from workflows.contracts.approvals import ApprovalStatus

PERSON = "person"


def hand_over_modal(status: ApprovalStatus, meta: Meta) -> View:
    """Whom to choose from, and what it means."""
    rule = status.in_force
    whom = mentions(rule.hand_over.ids) if rule else ""
    means = "They can then decide in your place, and you no longer can."
    select = UserSelectElement(action_id=VALUE, placeholder=PlainTextObject(text="Choose somebody"))
    blocks = [
        about(status),
        section(f"{means} The rule allows {whom}." if whom else means),
        field(PERSON, "Hand over to", select),
    ]
    return modal(HAND_OVER, "Hand over", blocks, meta, "Hand over")


def read_person(values: Mapping[str, Any]) -> str:
    """The id of whoever was chosen, or nothing."""
    given = (values.get(PERSON) or {}).get(VALUE) or {}
    return str(given.get("selected_user") or "")
