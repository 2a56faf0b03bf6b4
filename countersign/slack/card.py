"""The approval card: the whole card from the whole state, and nothing from Slack."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, HeaderBlock, PlainTextObject

from countersign.messages.outcomes import ending, verdict_word
from countersign.slack.actions import CARD, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.buttons import ask_again, card_buttons
from countersign.slack.ending import execution, verdict_blocks, verdict_line
from countersign.slack.facts import facts, markings, notified
from countersign.slack.people import IN_THREAD, Mentions, person
from countersign.slack.request_section import question, summary, title
from countersign.slack.text import HEADER_LIMIT, escape, mention, moment, plain
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome


def approval_card(
    status: ApprovalStatus, source: str = "", deployment: str = "", mentions: Mentions = IN_THREAD
) -> Sequence[Block]:
    """Everything an approver needs; buttons only while the approval is pending.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, if there is one.
        deployment: name of this installation, which its buttons carry.
        mentions: whom it mentions.
    """
    asked = question(status, source, mentions)
    pending = status.outcome is Outcome.PENDING
    whom = notified(status, rings=mentions.notified)
    return [
        HeaderBlock(text=PlainTextObject(text=_headline(status))),
        *(() if pending else verdict_blocks(status)),
        *asked.head,
        *asked.body,
        context(*facts(status)),
        *_markings(status),
        *([context(f"for {whom}")] if whom else []),
        *_end(status, deployment, complete=asked.complete),
    ]


def minimal_card(
    status: ApprovalStatus, deployment: str = "", mentions: Mentions = IN_THREAD
) -> Sequence[Block]:
    """For when Slack refuses the whole card: one sentence, and a dialog that shows the rest."""
    told = section("\n".join(_told(status, mentions)))
    return [told, *_markings(status), *_end(status, deployment, complete=False)]


def card_text(status: ApprovalStatus, mentions: Mentions = IN_THREAD) -> str:
    """What notifications and screen readers read instead of the blocks."""
    return " ".join(_told(status, mentions))


def _told(status: ApprovalStatus, mentions: Mentions) -> Sequence[str]:
    if status.outcome is not Outcome.PENDING:
        first = f"{verdict_word(status.outcome)}: {summary(status)}."
        parts = (first, verdict_line(status), ending(status), escape(execution(status)))
        return [part for part in parts if part]
    whom = notified(status, rings=True) if mentions.notified else ""
    ring = f"{whom}: " if whom else ""
    until = f", by {moment(status.deadline)}" if status.deadline else ""
    requester = status.request.call.requester
    who = mention(requester.user) if mentions.requester else person(status, requester)
    return [f"{ring}Approval needed: {summary(status)}, asked by {who}{until}"]


def _headline(status: ApprovalStatus) -> str:
    return plain(f"{verdict_word(status.outcome)} · {title(status)}", HEADER_LIMIT).text


def _markings(status: ApprovalStatus) -> Iterator[Block]:
    if marked := " · ".join(markings(status)):
        yield context(f":warning: {marked}")


def _end(status: ApprovalStatus, deployment: str, *, complete: bool) -> Iterator[Block]:
    """What can be pressed, and what is not to be seen here."""
    place = BlockId(CARD, status.edition, status.shown.digest, deployment)
    if status.outcome is Outcome.PENDING:
        yield from card_buttons(status, complete, place)
        return
    if not complete:
        yield context(
            f"The rest doesn't fit here; `countersign show {escape(status.id)}` prints it."
        )
    if status.outcome is Outcome.EXPIRED and status.request.call.requester.is_in_slack:
        yield ask_again(status, place)
