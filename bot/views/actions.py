"""The names under which Slack tells us what was pressed. An id that was posted never changes."""

APPROVE = "approval_approve"
REJECT = "approval_reject"
OPEN_CARD = "approval_open_card"
