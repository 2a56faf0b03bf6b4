"""A direct message to somebody who is waited for.

It shows what the card shows, until nobody waits for them any more; then it says why.
"""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block

from countersign.slack.actions import PROMPT, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.buttons import UNSEEN, not_from_slack, vote_buttons
from countersign.slack.facts import markings
from countersign.slack.line import SUMMARY_LIMIT, waiting_line
from countersign.slack.people import QUIET, person, still_needed
from countersign.slack.request_section import question, sentence_blocks, summary
from countersign.slack.text import mention, moment
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalStatus, MessageKind
from workflows.contracts.decisions import Outcome

HEADLINES = {
    MessageKind.REMINDER: "⏰ This is still waiting for your decision",
    MessageKind.ESCALATION: "⏫ Nobody has decided yet, so now you are asked too",
    MessageKind.NUDGE: "👋 You are asked to decide",
}


def reminder_blocks(reminder: Reminder, deployment: str, user: str = "") -> Sequence[Block]:
    """Who asks, what, since when and until when, with the buttons that the card has.

    `user` is who gets it.
    """
    status = reminder.status
    if told := _no_longer(status, user):
        return [section(told)]
    asked = question(status, _source(status), QUIET)
    return [
        section(f"*{_headline(reminder)}*"),
        *sentence_blocks(status),
        *asked.head,
        *asked.body,
        context(" · ".join(_facts(status))),
        *_buttons(reminder, asked.complete, deployment),
    ]


def reminder_text(reminder: Reminder, user: str = "") -> str:
    """What notifications and screen readers read instead of the blocks."""
    status = reminder.status
    if told := _no_longer(status, user):
        return told
    until = f", by {moment(status.deadline)}" if status.deadline else ""
    who = person(status, status.request.call.requester)
    return f"{_headline(reminder)}: {summary(status)}, asked by {who}{until}"


def _source(status: ApprovalStatus) -> str:
    """The link to the thread, where the one to the card leads elsewhere."""
    card = status.card
    if card is None or (card.permalink and card.channel == status.origin.channel):
        return ""
    return card.source


def _no_longer(status: ApprovalStatus, user: str) -> str:
    """Why nobody waits for them any more; empty while somebody does."""
    if status.outcome is not Outcome.PENDING:
        told = waiting_line(status)
    elif not (told := _counted(status, user) or _handed(status, user)):
        return ""
    link = status.card.permalink if status.card else ""
    return f"{told} · <{link}|open the card>" if link else told


def _counted(status: ApprovalStatus, user: str) -> str:
    """That their vote is counted, or that of somebody in their place."""
    so_far = f"{status.counted} of {status.in_force.needed}"
    asked = f"*{summary(status, SUMMARY_LIMIT)}*"
    for vote in status.votes:
        by = vote.decision.by
        if by is not None and by.user == user:
            return f"✔ Your approval is counted, {so_far}: {asked}"
        if by is not None and user and vote.instead_of == user:
            return f"✔ {mention(by.user)} approved in your place, {so_far}: {asked}"
    return ""


def _handed(status: ApprovalStatus, user: str) -> str:
    """To whom they handed their vote over, unless they got it back."""
    for handed in reversed(status.handed):
        if handed.to.user == user:
            return ""
        if handed.by.user == user:
            asked = f"*{summary(status, SUMMARY_LIMIT)}*"
            return f"You handed this over to {mention(handed.to.user)}: {asked}"
    return ""


def _headline(reminder: Reminder) -> str:
    by, requester = reminder.by, reminder.status.request.call.requester
    if reminder.kind is MessageKind.NUDGE and by and not by.same_as(requester):
        return f"👋 {person(reminder.status, by)} asks you to decide"
    return HEADLINES.get(reminder.kind, HEADLINES[MessageKind.REMINDER])


def _facts(status: ApprovalStatus) -> Iterator[str]:
    if status.in_force.approver_ids:
        yield still_needed(status)
    if status.deadline:
        yield f"until {moment(status.deadline)}"
    yield from markings(status, rings=False)
    if status.card and status.card.permalink:
        yield f"<{status.card.permalink}|open the card>"


def _buttons(reminder: Reminder, complete: bool, deployment: str) -> Iterator[Block]:
    status, row = reminder.status, f"{reminder.kind}{reminder.number}"
    place = BlockId(PROMPT, status.edition, status.shown.digest, deployment, row)
    elements = [*vote_buttons(status, complete)][:2]  # changes are asked for on the card
    if elements:
        yield ActionsBlock(block_id=place.block_id, elements=elements)
        if not complete:
            yield context(UNSEEN)
    else:
        yield context(not_from_slack(status))
