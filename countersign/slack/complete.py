"""Whether a card shows everything, so that it may be approved where only a card is seen."""

from countersign.slack.request_section import question
from workflows.contracts.approvals import ApprovalStatus


def is_complete(status: ApprovalStatus) -> bool:
    """Whether nothing of what is asked had to be cut."""
    return question(status).complete
