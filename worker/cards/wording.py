"""What a card says at the spot where the worker puts it."""

from countersign.slack import message
from countersign.slack.message import Words
from worker.posts import Spot
from workflows.contracts.approvals import ApprovalStatus

is_direct = message.is_direct


def card_words(
    status: ApprovalStatus, spot: Spot, source: str, deployment: str, *, again: bool = False
) -> Words:
    """See `countersign.slack.message.card_words`, which the bot asks as well."""
    return message.card_words(
        status,
        spot.channel,
        deployment,
        in_thread=bool(spot.thread_ts),
        source=source,
        again=again,
    )
