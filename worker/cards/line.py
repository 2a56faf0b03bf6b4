"""The line in the thread about a card that is elsewhere."""

import structlog
from temporalio.exceptions import ApplicationError

from countersign.slack.line import THREAD_REFUSES
from countersign.slack.message import MessageContent, content_of, line_content
from worker.posts import Destination, IdempotentPosts
from worker.slack import GONE, is_refusal
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted

log = structlog.get_logger(__name__)

LINE_EVENT = "approval_line"


class ThreadLine:
    """One line per approval, posted once and rewritten with every change."""

    def __init__(self, posts: IdempotentPosts, deployment: str) -> None:
        self._posts = posts
        self._deployment = deployment

    async def show(self, status: ApprovalStatus, card: Card) -> Card:
        """Post or rewrite the line; returns the card that knows of it.

        Raises:
            ApplicationError: nobody can be shown anything, or it may yet work.
        """
        shown = status.model_copy(update={"card": card})
        words = line_content(shown, self._deployment)
        try:
            return card.model_copy(update={"line": await self._put(status, card, words)})
        except ApplicationError as error:
            if not is_refusal(error) or not card.ts:
                raise
            log.warning("no line in the thread", approval=status.id, code=error.type)
            problems = dict.fromkeys((*card.problems, f"{THREAD_REFUSES}{error.type}"))
            card = card.model_copy(update={"problems": tuple(problems)})
            return card if status.card else await self._tell_directly(status, card)

    async def _tell_directly(self, status: ApprovalStatus, card: Card) -> Card:
        """Otherwise the requester would not learn where their request went."""
        user = status.request.call.requester.user
        shown = status.model_copy(update={"card": card})
        try:
            destination = await self._posts.direct(user)
            letter = Posted(kind=MessageKind.LETTER, channel=destination.channel, ts="", user=user)
            said = content_of(shown, letter, self._deployment)
            ts = await self._posts.once(destination, LINE_EVENT, f"{status.id}/line/direct", said)
        except ApplicationError as error:
            if not is_refusal(error):
                raise
            log.warning("the requester was not told either", approval=status.id, code=error.type)
            return card
        return card.model_copy(update={"letter": letter.model_copy(update={"ts": ts})})

    async def _put(self, status: ApprovalStatus, card: Card, words: MessageContent) -> str:
        origin = status.origin
        if card.line:
            try:
                await self._posts.rewrite(origin.channel, card.line, words)
            except ApplicationError as error:
                if error.type not in GONE:
                    raise
            else:
                return card.line
        key = f"{status.id}/line/{status.edition}"
        return await self._posts.once(Destination.of(origin), LINE_EVENT, key, words)
