"""Whatever was posted about an approval beside its card, kept true for as long as it is there."""

from collections.abc import Iterator

import structlog
from temporalio.exceptions import ApplicationError

from countersign.slack.message import content_of
from worker.cards.placing import next_edition
from worker.posts import IdempotentPosts
from worker.slack import GONE, all_of
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted

log = structlog.get_logger(__name__)

ELSEWHERE = frozenset({MessageKind.CARD, MessageKind.LINE})
"""The card is redrawn by `Placing`, and its line by the surface; both are posted anew if gone."""


class OtherMessages:
    """Rewrites copies, letters and reminders."""

    def __init__(self, posts: IdempotentPosts, deployment: str) -> None:
        self._posts = posts
        self._deployment = deployment

    async def redraw(self, status: ApprovalStatus, card: Card) -> Card:
        """Rewrite all of them; the card without the copies that are gone.

        What Slack refuses for good is left as it is.

        Args:
            status: how the approval stands; its card is as it was known before.
            card: the card as it is now.

        Raises:
            ApplicationError: it may yet work.
        """
        shown = _with(status, card)
        known = set(status.messages)
        messages = [it for it in shown.messages if it.kind not in ELSEWHERE and it in known]
        answers = await all_of(self._rewrite(shown, it) for it in messages)
        gone = set(_gone(status.id, messages, answers))
        return card.model_copy(update={"copies": tuple(it for it in card.copies if it not in gone)})

    async def _rewrite(self, status: ApprovalStatus, posted: Posted) -> None:
        words = content_of(status, posted, self._deployment)
        await self._posts.rewrite(posted.channel, posted.ts, words)


def _with(status: ApprovalStatus, card: Card) -> ApprovalStatus:
    """The approval with the card as it is now, which may have been posted anew."""
    is_new = status.card is not None and status.card.ts != card.ts
    return (next_edition(status) if is_new else status).model_copy(update={"card": card})


def _gone(
    id_: str, messages: list[Posted], answers: list[ApplicationError | None]
) -> Iterator[Posted]:
    for posted, answer in zip(messages, answers, strict=True):
        if answer is not None:
            user, code = posted.user, answer.type
            log.warning("not rewritten", approval=id_, kind=posted.kind, user=user, code=code)
            if code in GONE:
                yield posted
