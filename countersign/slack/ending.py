"""How an approval ended and what came of it, in the one vocabulary of `Outcome`."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from countersign.messages.outcomes import deciding, ending, executed
from countersign.slack.blocks import paragraph, quote, rich, section, words
from countersign.slack.people import decided
from countersign.slack.text import escape, moment, plain
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

REASON_LIMIT = 500
RESULT_LIMIT = 500


def verdict_blocks(status: ApprovalStatus) -> Iterator[Block]:
    """Who decided, when, from where and why, and what came of it."""
    yield section("\n".join(_lines(status)))
    if status.decision and status.decision.reason:
        reason = plain(status.decision.reason, REASON_LIMIT).text or "—"
        yield rich(paragraph(words("Reason:")), quote(reason))
    if told := execution(status):
        yield rich(paragraph(words(told)))


def verdict_line(status: ApprovalStatus) -> str:
    """The outcome, who and when, on one line of mrkdwn."""
    outcome = f"*{str(status.outcome).capitalize()}*"
    if decision := deciding(status):
        return f"{outcome} {decided(status, decision)}"
    at = f" {moment(status.ended_at)}" if status.ended_at else ""
    return f"{outcome}{at}"


def execution(status: ApprovalStatus) -> str:
    """What became of the action, as it is and on one line; empty if it was not begun."""
    return executed(status.execution, plain(status.result, RESULT_LIMIT).text)


def _lines(status: ApprovalStatus) -> Iterator[str]:
    yield verdict_line(status)
    if told := ending(status):
        yield told
    if status.outcome is Outcome.STOPPED and status.decision:
        yield f"Before that it was approved {decided(status, status.decision)}."
    if status.replaced_by:
        yield f"Replaced by `{escape(status.replaced_by)}`; decide there."
