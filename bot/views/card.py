"""The approval card: the whole card from the whole state, and nothing from Slack."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, HeaderBlock, PlainTextObject

from bot.views.actions import CARD, Place
from bot.views.blocks import context
from bot.views.buttons import ask_again, card_buttons
from bot.views.facts import facts, markings, notified
from bot.views.question import Question, question, summary, title
from bot.views.text import HEADER_LIMIT, escape, mention, moment, plain
from bot.views.verdict import execution, verdict_blocks, verdict_line, verdict_word
from workflows.contracts import ApprovalStatus, Outcome


def approval_card(
    status: ApprovalStatus, source: str = "", deployment: str = ""
) -> Sequence[Block]:
    """Everything an approver needs; buttons only while the approval is pending.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, if there is one.
        deployment: name of this installation, which its buttons carry.
    """
    asked = question(status, source)
    place = Place(CARD, status.edition, status.shown.digest, deployment)
    pending = status.outcome is Outcome.PENDING
    return [
        HeaderBlock(text=PlainTextObject(text=_headline(status))),
        *(() if pending else verdict_blocks(status)),
        *asked.head,
        *asked.body,
        context(*facts(status)),
        *_markings(status),
        *(_pending(status, asked, place) if pending else _settled(status, asked, place)),
    ]


def card_text(status: ApprovalStatus) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if status.outcome is not Outcome.PENDING:
        told = " ".join(part for part in (verdict_line(status), escape(execution(status))) if part)
        return f"{verdict_word(status.outcome)}: {summary(status)}. {told}"
    ring = f"{whom}: " if (whom := notified(status)) else ""
    until = f", by {moment(status.deadline)}" if status.deadline else ""
    who = mention(status.request.call.requester.user)
    return f"{ring}Approval needed: {summary(status)}, asked by {who}{until}"


def _headline(status: ApprovalStatus) -> str:
    return plain(f"{verdict_word(status.outcome)} · {title(status)}", HEADER_LIMIT).text


def _markings(status: ApprovalStatus) -> Iterator[Block]:
    if marked := " · ".join(markings(status)):
        yield context(f":warning: {marked}")


def _pending(status: ApprovalStatus, asked: Question, place: Place) -> Iterator[Block]:
    if whom := notified(status):
        yield context(f"for {whom}")
    yield from card_buttons(status, asked.complete, place)


def _settled(status: ApprovalStatus, asked: Question, place: Place) -> Iterator[Block]:
    if not asked.complete:
        yield context(f"Not all of it fits here; `countersign show {escape(status.id)}` has it.")
    if status.outcome is Outcome.EXPIRED:
        yield ask_again(status, place)
