"""The conversation workflow: one Slack thread, what it remembers, and whose turn it is."""

import asyncio
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from workflows.approvals import Grant
    from workflows.contracts import (
        CONVERSATION_WORKFLOW,
        GRANTS_QUERY,
        REVOKE_SIGNAL,
        SAY_SIGNAL,
        Message,
    )
    from workflows.memory import SEEN_LIMIT, Memory, window
    from workflows.talk import Talk
    from workflows.turn import Turn

TURNS_PER_RUN = 50
"""Turns after which a quiet conversation starts a fresh history; Temporal allows 51,200 events."""


@workflow.defn(name=CONVERSATION_WORKFLOW)
class ConversationWorkflow:
    """Listens for as long as the thread exists; every message is a turn (see `Turn`)."""

    @workflow.init
    def __init__(self, memory: Memory) -> None:
        self._talk = Talk.of(memory)
        self._by_policy = memory.by_policy
        self._seen = list(memory.seen)
        self._inbox = list(memory.inbox)
        self._turns = memory.turns
        self._running: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, memory: Memory) -> None:
        """Take turns until the history is long, and then go on in a fresh one."""
        renew_at = memory.turns + TURNS_PER_RUN
        while True:
            await workflow.wait_condition(lambda: bool(self._inbox) or self._can_renew(renew_at))
            if not self._inbox:
                workflow.continue_as_new(self._memory())
            self._turns += 1
            message = self._inbox.pop(0)
            turn = Turn(self._talk, message, self._turns, by_policy=self._follows_policy())
            self._running.append(asyncio.create_task(turn.take()))

    @workflow.signal(name=SAY_SIGNAL)
    def say(self, *args: Any) -> None:
        """Take one `Message`; drop what came before or does not parse.

        The arguments are untyped for the reason given at `ApprovalWorkflow.decide`.
        """
        try:
            message = Message.model_validate(args[0] if args else None)
        except ValidationError:
            workflow.logger.warning("Dropped a malformed message", exc_info=True)
            return
        if message.id in self._seen or message.ts in self._seen:
            return
        self._seen = [*self._seen, message.id, message.ts][-SEEN_LIMIT:]
        self._inbox.append(message)

    @workflow.signal(name=REVOKE_SIGNAL)
    def revoke(self, *args: Any) -> None:
        """Take a standing permission back, by its id. Anybody may: the tool then asks again."""
        if args and isinstance(args[0], str):
            self._talk.revoke(args[0])

    @workflow.query(name=GRANTS_QUERY)
    def grants(self) -> tuple[Grant, ...]:
        """The standing permissions of this thread."""
        return tuple(self._talk.grants)

    def _follows_policy(self) -> bool:
        """Whether this turn asks the policy. Only the replay of one taken before it does not.

        A run that began before the policy has a patch of its own for each turn: one for all would
        stay off for ever where an old turn was replayed.
        """
        return self._by_policy or workflow.patched(f"policy-{self._turns}")

    def _can_renew(self, renew_at: int) -> bool:
        """Whether the history is long and nothing is under way, whose children would be lost."""
        for turn in [task for task in self._running if task.done()]:
            turn.result()  # a bug must show in Temporal, not vanish with the task
            self._running.remove(turn)
        long = self._turns >= renew_at or workflow.info().is_continue_as_new_suggested()
        return long and not self._running

    def _memory(self) -> Memory:
        return Memory(
            thread=self._talk.thread,
            items=tuple(window(self._talk.items)),
            seen=tuple(self._seen),
            turns=self._turns,
            grants=tuple(self._talk.grants),
            refusals=tuple(self._talk.refusals),
            asks=tuple(self._talk.asks),
            by_policy=True,
        )
