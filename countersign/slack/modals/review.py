"""The dialogs that show everything and approve: Review all, and Always."""

from slack_sdk.models.views import View

from countersign.slack.actions import ALWAYS, REVIEW
from countersign.slack.blocks import bold, paragraph, rich, section, words
from countersign.slack.modals.frame import approving_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.people import rule_name
from countersign.slack.request_section import title
from workflows.contracts.approvals import ApprovalStatus


def review_modal(status: ApprovalStatus, meta: Meta) -> View:
    """Everything, and Approve below it; no Approve if even this does not hold everything."""
    return approving_modal(REVIEW, "Review and approve", status, meta, "Approve")


def always_modal(status: ApprovalStatus, meta: Meta) -> View:
    """What "always" means, before it is said."""
    rule = status.in_force
    under = f" under {rule_name(rule)}" if rule else ""
    told = [
        rich(
            paragraph(
                words("You approve this call, and from now on every call of "),
                bold(title(status)),
                words(" in this thread."),
            )
        ),
        section(
            f"Each of them runs *without asking anybody*, whatever its arguments are{under}. "
            "What the policy denies stays denied. `/approvals always` lists this permission, so "
            "that you can revoke it."
        ),
    ]
    return approving_modal(ALWAYS, "Always approve", status, meta, "Always approve", told)
