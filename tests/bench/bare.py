"""Bare Temporal: some activities, a press, some more activities."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import Client

CALL = timedelta(seconds=10)


class Steps(NamedTuple):
    """How many activities come before a press, and how many after it."""

    before: int
    after: int


Times = tuple[float, float]
"""Milliseconds from the message to the card, and from the press to the answer."""


@workflow.defn
class Bare:
    """The least that could be called an approval."""

    def __init__(self) -> None:
        self._is_pressed = False

    @workflow.run
    async def run(self, steps: Steps) -> None:
        await self._note(range(steps.before))
        await workflow.wait_condition(lambda: self._is_pressed)
        await self._note(range(steps.before, sum(steps)))

    @workflow.signal
    def press(self) -> None:
        self._is_pressed = True

    async def _note(self, steps: Sequence[int]) -> None:
        for step in steps:
            await workflow.execute_activity(note, step, start_to_close_timeout=CALL)


_NOTED: defaultdict[tuple[str, int], asyncio.Event] = defaultdict(asyncio.Event)


@activity.defn
async def note(step: int) -> None:
    """Let whoever waits for this step of a workflow go on."""
    _NOTED[activity.info().workflow_id or "", step].set()


async def play_bare(temporal: Client, queue: str, steps: Steps) -> Times:
    """Run one, and press as soon as what stands for the card is there."""
    id_, began = uuid4().hex, time.perf_counter()
    handle = await temporal.start_workflow(Bare.run, steps, id=id_, task_queue=queue)
    await _NOTED[id_, steps.before - 1].wait()
    asked = time.perf_counter()
    await handle.signal(Bare.press)
    await _NOTED[id_, sum(steps) - 1].wait()
    return 1000 * (asked - began), 1000 * (time.perf_counter() - asked)
