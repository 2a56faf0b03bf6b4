"""The dialogs that show everything and approve: Review all, and Always."""

from slack_sdk.models.views import View

from countersign.slack.actions import ALWAYS, REVIEW
from countersign.slack.blocks import bold, paragraph, rich, section, words
from countersign.slack.modals.frame import approving_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.request_section import title
from workflows.contracts.approvals import ApprovalStatus


def review_modal(status: ApprovalStatus, meta: Meta) -> View:
    """Everything, and Approve below it; no Approve if even this does not hold everything."""
    return approving_modal(REVIEW, "Review and approve", status, meta, "Approve")


def always_modal(status: ApprovalStatus, meta: Meta) -> View:
    """What "always" means, before it is said."""
    told = [
        rich(
            paragraph(
                words(
                    "You approve this, and from now on every request of this kind in this thread: "
                ),
                bold(title(status)),
            )
        ),
        section(
            "Each of them runs *without asking anybody*, whatever it is for. "
            "What the policy denies stays denied. `/approvals always` lists this permission, so "
            "that you can revoke it."
        ),
    ]
    return approving_modal(ALWAYS, "Always approve", status, meta, "Always approve", told)
