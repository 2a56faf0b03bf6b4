"""Has the cards of one model answer appear in the order in which their calls were made."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow

from workflows.conversation.memory import GuardedCall
from workflows.conversation.state import ConversationState

CARD_TURN = timedelta(seconds=5)
"""How long one card is waited for by those behind it, and by the card that it replaces."""


class CardOrder:
    """Whose card comes next. What takes its time is overtaken, and comes when it is ready."""

    def __init__(self, conversation: ConversationState, calls: Sequence[GuardedCall]) -> None:
        """What is asked already, in an earlier run, holds nobody."""
        self._conversation = conversation
        self._calls = calls
        self._asked_before = {it.approval for it in calls if it.asked is not None}
        self._turn = 0

    async def keep(self) -> None:
        """Give one call after the other its turn. Nobody waits for the last one."""
        try:
            for it in self._calls[:-1]:
                await self._wait_for(it)
                self._turn += 1
        finally:
            self._turn = len(self._calls)

    async def turn_of(self, it: GuardedCall) -> None:
        """Wait until all before it have had their turn, or it is taken back."""
        place = self._place(it)
        await workflow.wait_condition(lambda: place <= self._turn or bool(it.withdrawn_by))

    def holds_others(self, it: GuardedCall) -> bool:
        """Whether somebody waits for its card."""
        return self._turn <= self._place(it) < len(self._calls) - 1

    async def _wait_for(self, it: GuardedCall) -> None:
        if self._is_through(it):
            return  # without a timer
        try:
            await workflow.wait_condition(lambda: self._is_through(it), timeout=CARD_TURN)
        except TimeoutError:
            workflow.logger.info("The card of %s is late; the next one is asked", it.call.id)

    def _is_through(self, it: GuardedCall) -> bool:
        """Whether its card stands, or there is none to wait for."""
        if it.words or it.withdrawn_by:
            return True
        if it.asked is None:
            return False
        known = self._asked_before | self._conversation.cards.keys()
        return it.asked.is_automatic or it.approval in known

    def _place(self, it: GuardedCall) -> int:
        return next(at for at, other in enumerate(self._calls) if other is it)
