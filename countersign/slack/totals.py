"""What several requests come to together, in the currency in which their costs are written."""

from collections.abc import Sequence
from decimal import Decimal

from countersign.slack.text import escape
from workflows.contracts.approvals import ApprovalStatus
from workflows.money import MONEY, written_like


def together(statuses: Sequence[ApprovalStatus]) -> str:
    """`4 requests, €4,435.00 together`; without a sum where one has no cost of its kind."""
    count = "1 request" if len(statuses) == 1 else f"{len(statuses)} requests"
    total = _sum(statuses)
    return f"{count}, {_written(statuses[0], total)} together" if total is not None else count


def left_after(statuses: Sequence[ApprovalStatus]) -> str:
    """What all of them leave of the budget, reckoned from the one that was asked last."""
    total = _sum(statuses)
    if total is None or len(statuses) < 2:
        return ""
    last = max(statuses, key=lambda it: it.request.asked_at).shown
    if last.left is None or last.amount is None:
        return ""
    left = Decimal(str(last.left)) + Decimal(str(last.amount)) - total
    if left < 0:
        return f":warning: Together they are over the budget by {_written(statuses[0], -left)}."
    return f"Budget left after all of them: {_written(statuses[0], left)}"


def _sum(statuses: Sequence[ApprovalStatus]) -> Decimal | None:
    """The amounts together, if all have one and all are of one currency."""
    amounts = [it.shown.amount for it in statuses]
    found = [MONEY.fullmatch(it.shown.cost) for it in statuses]
    currencies = {(it["before"], it["after"]) for it in found if it}
    if not statuses or None in amounts or None in found or len(currencies) != 1:
        return None
    return sum((Decimal(str(it)) for it in amounts if it is not None), Decimal())


def _written(like: ApprovalStatus, amount: Decimal) -> str:
    return escape(written_like(like.shown.cost, amount))
