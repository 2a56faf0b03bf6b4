"""What a card says at the destination where the worker puts it."""

from countersign.slack import message
from countersign.slack.message import MessageContent
from worker.posts import Destination
from workflows.contracts.approvals import ApprovalStatus

is_direct = message.is_direct


def card_content(
    status: ApprovalStatus,
    destination: Destination,
    source: str,
    deployment: str,
    *,
    again: bool = False,
) -> MessageContent:
    """See `countersign.slack.message.card_content`, which the bot asks as well."""
    return message.card_content(
        status,
        destination.channel,
        deployment,
        in_thread=bool(destination.thread_ts),
        source=source,
        again=again,
    )
