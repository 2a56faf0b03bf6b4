"""A direct message to those who are waited for. It shows what the card shows."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block

from countersign.slack.actions import PROMPT, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.buttons import UNSEEN, not_from_slack, vote_buttons
from countersign.slack.facts import markings
from countersign.slack.people import QUIET, needed, person
from countersign.slack.request_section import question, summary
from countersign.slack.text import escape, moment
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

HEADLINES = {
    "reminder": "⏰ This is still waiting for your decision",
    "escalation": "⏫ Nobody has decided yet, so now you are asked too",
    "nudge": "👋 You are asked to decide",
}


def reminder_blocks(reminder: Reminder, deployment: str) -> Sequence[Block]:
    """Who asks, what, since when and until when, with the buttons that the card has."""
    status = reminder.status
    source = status.card.source if status.card else ""
    asked = question(status, source, QUIET)
    return [
        section(f"*{_headline(reminder)}*"),
        *asked.head,
        *asked.body,
        context(" · ".join(_facts(status))),
        *_buttons(reminder, asked.complete, deployment),
    ]


def reminder_text(reminder: Reminder) -> str:
    """What notifications and screen readers read instead of the blocks."""
    status = reminder.status
    until = f", by {moment(status.deadline)}" if status.deadline else ""
    who = person(status, status.request.call.requester)
    return f"{_headline(reminder)}: {summary(status)}, asked by {who}{until}"


def _headline(reminder: Reminder) -> str:
    if reminder.kind == "nudge" and reminder.by:
        return f"👋 {person(reminder.status, reminder.by)} asks you to decide"
    return HEADLINES.get(reminder.kind, HEADLINES["reminder"])


def _facts(status: ApprovalStatus) -> Iterator[str]:
    yield f"since {moment(status.request.asked_at)}"
    if status.deadline:
        yield f"expires {moment(status.deadline)}"
    if rule := status.in_force:
        yield f"{status.counted} of {rule.needed} so far, {needed(status)}"
    yield from markings(status)
    if status.card and status.card.permalink:
        yield f"<{status.card.permalink}|open the card>"
    yield f"`{escape(status.id)}`"


def _buttons(reminder: Reminder, complete: bool, deployment: str) -> Iterator[Block]:
    status = reminder.status
    if status.outcome is not Outcome.PENDING:
        return
    row = f"{reminder.kind}{reminder.number}"
    place = BlockId(PROMPT, status.edition, status.shown.digest, deployment, row)
    elements = [*vote_buttons(status, complete)][:2]  # changes are asked for on the card
    if elements:
        yield ActionsBlock(block_id=place.block_id, elements=elements)
        if not complete:
            yield context(UNSEEN)
    else:
        yield context(not_from_slack(status))
