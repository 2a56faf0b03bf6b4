"""What an approval does last, in one activity."""

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from workflows.contracts.activities import CardActivities, EndActivities, LifecycleActivities
from workflows.contracts.activity_inputs import Concluded
from workflows.contracts.approvals import ApprovalStatus

log = structlog.get_logger(__name__)


class Conclusion(EndActivities):
    """Tells the conversation, which waits for it, before Slack, which may be away."""

    def __init__(self, cards: CardActivities, lifecycle: LifecycleActivities) -> None:
        self._cards = cards
        self._lifecycle = lifecycle

    @activity.defn
    async def conclude(self, status: ApprovalStatus) -> Concluded:
        """See `EndActivities`."""
        is_heard = await self._lifecycle.report_end(status)
        try:
            card = await self._cards.redraw_card(status)
        except ApplicationError as error:
            if not error.non_retryable:
                raise
            log.warning("last card refused", approval=status.id, code=error.type)
            card = None
        return Concluded(is_heard=is_heard, card=card)
