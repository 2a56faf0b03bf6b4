"""What the messages about one approval say, each in the place where it is.

The worker posts and rewrites them, and the bot rewrites what is out of date. Both ask here, with
the same inputs: the approval's state and this installation's name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from countersign.slack.blocks import section
from countersign.slack.card import approval_card, card_text, minimal_card
from countersign.slack.line import letter_text, line_blocks, waiting_line
from countersign.slack.people import QUIET, Mentions
from countersign.slack.reminder import reminder_blocks, reminder_text
from countersign.slack.validate import message_problems
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalStatus, MessageKind, Posted

DIRECT_PREFIX = "D"


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What a message says: blocks, and the text that is read where blocks are not."""

    text: str
    blocks: Sequence[Block]
    instead: Sequence[Block] = ()
    """Fewer blocks, for where Slack refuses those; after them there is only the text."""

    def takes(self) -> Iterator[Sequence[Block]]:
        """Blocks that Slack would take, from the most to none."""
        for blocks in (self.blocks, self.instead):
            if blocks and not message_problems(blocks):
                yield blocks
        yield ()


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """One message that is there, and what it says."""

    channel: str
    ts: str
    words: MessageContent


def card_content(
    status: ApprovalStatus,
    channel: str,
    deployment: str,
    *,
    in_thread: bool,
    source: str = "",
    again: bool = False,
) -> MessageContent:
    """A card, and fewer words for where Slack refuses it.

    Args:
        status: the approval.
        channel: where the card is.
        deployment: name of this installation.
        in_thread: whether it is in the thread in which it was asked.
        source: permalink of the message that began the thread.
        again: whether an earlier card of it has rung already; only what waits rings.
    """
    mentions = _ringing(channel, in_thread=in_thread, again=again)
    return MessageContent(
        card_text(status, mentions),
        approval_card(status, "" if in_thread else source, deployment, mentions),
        minimal_card(status, deployment, mentions),
    )


def line_content(status: ApprovalStatus, deployment: str) -> MessageContent:
    """The line in the thread about a card that is elsewhere."""
    return MessageContent(waiting_line(status), line_blocks(status, deployment))


def card_at(status: ApprovalStatus, channel: str, deployment: str) -> MessageContent:
    """A card that is in a channel already. In its own, a line stands for one out of the thread."""
    card = status.card
    in_thread = channel == status.origin.channel and not (card and card.line)
    source = card.source if card else ""
    return card_content(status, channel, deployment, in_thread=in_thread, source=source)


def content_of(status: ApprovalStatus, posted: Posted, deployment: str) -> MessageContent:
    """What a message about an approval has to say now, whatever it said when it was posted."""
    match posted.kind:
        case MessageKind.CARD:
            return card_at(status, posted.channel, deployment)
        case MessageKind.COPY:
            return copy_content(status, posted.channel, deployment)
        case MessageKind.LINE:
            return line_content(status, deployment)
        case MessageKind.LETTER:
            text = letter_text(status)
            return MessageContent(text, [section(text)])
        case (
            MessageKind.REMINDER
            | MessageKind.ESCALATION
            | MessageKind.HAND_OVER
            | MessageKind.NUDGE
        ):
            return reminder_content(status, posted, deployment)


def copy_content(status: ApprovalStatus, channel: str, deployment: str) -> MessageContent:
    """The card in one more direct message."""
    source = status.card.source if status.card else ""
    return card_content(status, channel, deployment, in_thread=False, source=source)


def reminder_content(status: ApprovalStatus, posted: Posted, deployment: str) -> MessageContent:
    """A direct message to somebody who is or was waited for."""
    reminder = Reminder(status=status, number=posted.number, kind=posted.kind, by=posted.by)
    blocks = reminder_blocks(reminder, deployment, posted.user)
    return MessageContent(reminder_text(reminder, posted.user), blocks)


def messages_of(status: ApprovalStatus, deployment: str) -> Iterator[RenderedMessage]:
    """Every message about an approval, as it has to be now."""
    for posted in status.messages:
        words = content_of(status, posted, deployment)
        yield RenderedMessage(posted.channel, posted.ts, words)


def is_direct(channel: str) -> bool:
    """Whether it is the direct messages of somebody."""
    return channel.startswith(DIRECT_PREFIX)


def _ringing(channel: str, *, in_thread: bool, again: bool) -> Mentions:
    """Phones ring once, and a direct message rings by itself."""
    if in_thread:
        return Mentions(notified=not again)
    return QUIET if again or is_direct(channel) else Mentions(requester=False)
