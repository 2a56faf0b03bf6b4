"""What a card says in the place where it is, and whom it mentions there."""

from bot.views.card import approval_card, card_text, minimal_card
from bot.views.people import QUIET, Ringing
from worker.posts import Spot, Words
from workflows.approvals import ApprovalStatus

DIRECT_PREFIX = "D"


def card_words(
    status: ApprovalStatus, spot: Spot, source: str, deployment: str, *, again: bool = False
) -> Words:
    """A card, and fewer words for where Slack refuses it.

    Args:
        status: the approval.
        spot: where the card is.
        source: permalink of the message that began the thread.
        deployment: name of this installation.
        again: whether an earlier card of it has rung already.
    """
    # Cards of before there were rules stay as they were, to the letter.
    deployment = deployment if status.in_force else ""
    ringing = _ringing(spot, again=again)
    return Words(
        card_text(status, ringing),
        approval_card(status, source, deployment, ringing),
        minimal_card(status, deployment, ringing),
    )


def is_direct(channel: str) -> bool:
    """Whether it is the direct messages of somebody."""
    return channel.startswith(DIRECT_PREFIX)


def _ringing(spot: Spot, *, again: bool) -> Ringing:
    """Phones ring once, and a direct message rings by itself."""
    if spot.thread_ts:
        return Ringing(notified=not again)
    return QUIET if again or is_direct(spot.channel) else Ringing(requester=False)
