"""What an approval costs beside bare Temporal: `python -m tests.bench.hops` prints a table.

Bare Temporal is a workflow that runs one activity, waits for a press and runs another; and the
same with as many activities as an approval and its turn have before and after the press. All is
measured in one run, on a Temporal of its own, with stand-ins for Slack and the model.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from agents import ModelResponse
from temporalio.api.history.v1 import HistoryEvent
from temporalio.worker import Worker

from countersign.runtime.logs import set_up
from countersign.runtime.settings import LogFormat
from tests.bench.bare import Bare, Steps, Times, note, play_bare
from tests.bench.listing import a_temporal
from tests.flows.flow import Flow, act, working
from tests.support.builders import a_thread
from tests.support.scripted_model import Script, says

RUNS, BURSTS, AT_ONCE = 20, 3, 20
PAUSE = 1.0
"""Seconds in which whatever goes on beside a wait comes to its end."""
TICKS = 100
"""Clock ticks of a second in `/proc`, on any Linux of today."""


Play = Callable[[], Awaitable[Times]]


class Cost(NamedTuple):
    """What one approval takes."""

    card_ms: float
    answer_ms: float
    a_second: float
    worker_ms: float
    """Of CPU, with what plays the people's part."""
    server_ms: float


class Obliging(Script):
    """Acts if it is asked to, and then says that it is done."""

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        is_over = any("output" in item for item in named["input"])
        return says("Done.") if is_over else act(1)


async def play_ours(world: Flow) -> Times:
    began = time.perf_counter()
    flow, id_ = await ask(world)
    asked = time.perf_counter()
    await flow.vote(id_)
    await flow.threads.until(lambda: any(it.origin == flow.thread for it in flow.threads.posted))
    return 1000 * (asked - began), 1000 * (time.perf_counter() - asked)


async def ask(world: Flow) -> tuple[Flow, str]:
    """Somebody asks in a thread of their own; that thread, and the approval's id."""
    flow = replace(world, thread=a_thread())
    await flow.say("please act")
    cards = flow.cards
    await cards.until(lambda: any(it.origin == flow.thread for it in cards.shown))
    return flow, next(it.id for it in cards.shown if it.origin == flow.thread)


async def measure(plays: Sequence[Play], server: int) -> Sequence[Cost]:
    """All of them in turns, so that what else the machine does concerns each of them."""
    singly = [[await play() for play in plays] for _ in range(RUNS)]
    bursts = [[await burst(play, server) for play in plays] for _ in range(BURSTS)]
    return [
        Cost(*map(statistics.median, (*zip(*one, strict=True), *zip(*many, strict=True))))
        for one, many in zip(zip(*singly, strict=True), zip(*bursts, strict=True), strict=True)
    ]


async def burst(play: Play, server: int) -> tuple[float, float, float]:
    """Many at once: approvals a second, and milliseconds of CPU of each, here and in the server."""
    began, worked, served = time.perf_counter(), time.process_time(), cpu_of(server)
    await asyncio.gather(*(play() for _ in range(AT_ONCE)))
    took = time.perf_counter() - began
    spent = time.process_time() - worked, cpu_of(server) - served
    return AT_ONCE / took, 1000 * spent[0] / AT_ONCE, 1000 * spent[1] / AT_ONCE


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used; none where there is no `/proc`."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return 0.0
    user, system = path.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / TICKS


async def count(world: Flow) -> Steps:
    """Print what one approval leaves in its histories; its activities."""
    flow, id_ = await ask(world)
    await asyncio.sleep(PAUSE)
    begun = await histories(flow, id_)
    await flow.vote(id_)
    await asyncio.sleep(PAUSE)
    ended = await histories(flow, id_)
    before, names = _activities(*begun), _activities(*ended)
    told = ", ".join(f"{name} × {number}" for name, number in names.items())
    print("events of turn and approval:", *map(len, ended), "activities:", told)  # noqa: T201
    return Steps(before.total(), (names - before).total())


async def histories(flow: Flow, id_: str) -> Sequence[Sequence[HistoryEvent]]:
    """Of a conversation and of its approval."""
    handles = map(flow.temporal.get_workflow_handle, (flow.thread.workflow_id, id_))
    return [(await it.fetch_history()).events for it in handles]


def _activities(*histories: Sequence[HistoryEvent]) -> Counter[str]:
    scheduled = (it.activity_task_scheduled_event_attributes for it in chain(*histories))
    return Counter(it.activity_type.name for it in scheduled if it.activity_type.name)


def table(costs: Sequence[Cost], steps: Steps) -> str:
    """Ours beside both of the bare ones, and how much more it takes."""
    rows: list[tuple[str, ...]] = [
        ("", "ours", "bare, 1+1", f"bare, {steps.before}+{steps.after}", "×", "×")
    ]
    for name in Cost._fields:
        ours, *bare = (getattr(cost, name) for cost in costs)
        ratios = (ours / it if it else 0 for it in bare)
        rows.append((name, *(f"{it:.1f}" for it in (ours, *bare, *ratios))))
    return "\n".join(f"{name:<12}" + "".join(f"{it:>12}" for it in cells) for name, *cells in rows)


async def main() -> None:
    """Measure ours and both of the bare ones."""
    set_up("ERROR", LogFormat.JSON)
    queue = uuid4().hex
    async with (
        a_temporal() as (temporal, server),
        working(temporal, script=Obliging()) as world,
        Worker(temporal, task_queue=queue, workflows=[Bare], activities=[note]),
    ):
        steps = await count(world)
        plays = (
            partial(play_ours, world),
            partial(play_bare, temporal, queue, Steps(1, 1)),
            partial(play_bare, temporal, queue, steps),
        )
        print(table(await measure(plays, server), steps))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
