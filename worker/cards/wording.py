"""What a card says at the spot where the worker puts it."""

from bot.views import message
from bot.views.message import Words
from worker.posts import Spot
from workflows.approvals import ApprovalStatus

is_direct = message.is_direct


def card_words(
    status: ApprovalStatus, spot: Spot, source: str, deployment: str, *, again: bool = False
) -> Words:
    """See `bot.views.message.card_words`, which the bot asks as well."""
    return message.card_words(
        status,
        spot.channel,
        deployment,
        in_thread=bool(spot.thread_ts),
        source=source,
        again=again,
    )
