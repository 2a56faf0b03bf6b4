"""The approval card: the whole card from the whole state, and nothing from Slack."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from countersign.messages.outcomes import MARKS
from countersign.slack.actions import CARD, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.buttons import card_buttons, settled_buttons
from countersign.slack.ending import settled_blocks, settled_text
from countersign.slack.facts import markings, waiting_facts
from countersign.slack.people import IN_THREAD, Mentions, person, progress
from countersign.slack.people import mentions as mentioned
from countersign.slack.request_section import headed, question, sentence, summary
from countersign.slack.text import mention, moment
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

MOST_NOTIFIED = 20


def approval_card(
    status: ApprovalStatus, source: str = "", deployment: str = "", mentions: Mentions = IN_THREAD
) -> Sequence[Block]:
    """What has to be decided and by whom; once that is done, what came of it, in two lines.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, where that is elsewhere.
        deployment: name of this installation, which its buttons carry.
        mentions: whom it mentions.
    """
    if status.outcome is not Outcome.PENDING:
        return [
            *settled_blocks(status),
            *_markings(status),
            *settled_buttons(status, _place(status, deployment)),
        ]
    asked = question(status, source, mentions)
    return [
        *headed(f"{MARKS[Outcome.PENDING]} ", status, sentence(status), progress(status)),
        *asked.head,
        *asked.body,
        *_markings(status),
        *_facts(status, mentions),
        *card_buttons(status, asked.complete, _place(status, deployment)),
    ]


def minimal_card(
    status: ApprovalStatus, deployment: str = "", mentions: Mentions = IN_THREAD
) -> Sequence[Block]:
    """For when Slack refuses the whole card: one sentence, and a dialog that shows the rest."""
    told, place = section(card_text(status, mentions)), _place(status, deployment)
    if status.outcome is not Outcome.PENDING:
        return [told, *_markings(status), *settled_buttons(status, place)]
    return [told, *_markings(status), *card_buttons(status, complete=False, place=place)]


def card_text(status: ApprovalStatus, mentions: Mentions = IN_THREAD) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if status.outcome is not Outcome.PENDING:
        return settled_text(status)
    whom = mentioned(status.in_force.notify.ids, MOST_NOTIFIED) if mentions.notified else ""
    ring = f"{whom}: " if whom else ""
    until = f", by {moment(status.deadline)}" if status.deadline else ""
    requester = status.request.call.requester
    who = mention(requester.user) if mentions.requester else person(status, requester)
    return f"{ring}Approval needed: {summary(status)}, asked by {who}{until}"


def _facts(status: ApprovalStatus, mentions: Mentions) -> Iterator[Block]:
    if told := " · ".join(waiting_facts(status, rings=mentions.notified)):
        yield context(told)


def _markings(status: ApprovalStatus) -> Iterator[Block]:
    if marked := " · ".join(markings(status)):
        yield context(f":warning: {marked}")


def _place(status: ApprovalStatus, deployment: str) -> BlockId:
    return BlockId(CARD, status.edition, status.shown.digest, deployment)
