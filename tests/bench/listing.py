"""How much longer a page of `/approvals` takes with thousands of approvals than with a few.

`python -m tests.bench.listing [COUNT]` starts a Temporal of its own on a file database, as
`make dev` does, and prints one line of JSON.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from countersign.runtime.logs import set_up
from countersign.runtime.settings import LogFormat
from dev import temporal_cli
from dev.child import Child, Command
from dev.environment import without_ours
from dev.ports import free_port
from dev.temporal_server import TemporalServer
from tests.support.builders import ALICE, BOB
from tests.support.listed_approvals import CAROL, TEAM, a_rule, an_approval, start, voted
from worker.search import register_search_attributes
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.rules import PUBLIC
from workflows.listing.rows import Kind, Listing, Page, Viewer

COUNT, FEW = 10_000, 10
AT_ONCE = 50
RUNS = 31
VIEWER = Viewer(BOB.user, ("S0FINANCE",), ("C0OPS",), is_member=True)
RULES = (
    a_rule(BOB.user, CAROL.user, needed=2),
    a_rule("S0FINANCE"),
    a_rule("C0OPS"),
    a_rule(CAROL.user, "S0LEGAL"),
)
"""Three of four concern the viewer, and a third of those has their vote already."""
SELDOM_ASKED = Viewer("U0DAVE")
SELDOM = 1_000
"""One in so many is all that somebody else has to decide, the hardest to find."""


class Served(NamedTuple):
    """A server, as its client and as a process."""

    client: Client
    pid: int


@asynccontextmanager
async def a_temporal() -> AsyncGenerator[Served]:
    """A server that is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home)
        server = TemporalServer(
            program=temporal_cli.find_or_install(),
            port=free_port(),
            http_port=free_port(),
            database=path / "temporal.db",
        )
        command = Command(
            name="temporal",
            argv=server.command(),
            env=without_ours(),
            cwd=path,
            log=path / "temporal.log",
            ready_url=server.ready_url,
            grace=0,
        )
        child = await Child.start(command)
        try:
            await child.ready(30)
            client = await Client.connect(server.address, data_converter=pydantic_data_converter)
            await register_search_attributes(client)
            yield Served(client, child.pid)
        finally:
            await child.stop()


def an_approval_of_many(number: int) -> ApprovalStatus:
    rule = RULES[number % len(RULES)] if number % SELDOM else a_rule(SELDOM_ASKED.user)
    status = an_approval(
        rule,
        by=ALICE if number % 5 else BOB,
        tool=("place_order", "cancel_order")[number % 2],
        audience=[PUBLIC] if number % 3 else ["C0FINANCE"],
    )
    return status if number % 3 else voted(status, BOB)


async def fill(temporal: Client, numbers: Sequence[int]) -> float:
    """Start them, so many at once, and wait until visibility has them; seconds it took."""
    began, gate = time.perf_counter(), asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await start(temporal, an_approval_of_many(number))

    await asyncio.gather(*(one(number) for number in numbers))
    while (await temporal.count_workflows("")).count <= numbers[-1]:  # noqa: ASYNC110 - no event
        await asyncio.sleep(0.2)
    return time.perf_counter() - began


async def times(temporal: Client) -> dict[str, float]:
    """Median milliseconds of a page of each list."""
    approvals = Approvals(temporal)
    mine = Listing(Kind.MINE, TEAM, VIEWER)
    second = (await approvals.find(mine)).next_token
    pages = {
        **{str(kind): (Listing(kind, TEAM, VIEWER), None) for kind in Kind},
        "mine, page 2": (mine, second),
        "mine, seldom asked": (Listing(Kind.MINE, TEAM, SELDOM_ASKED), None),
    }
    return {name: await _median(lambda at=at: approvals.find(*at)) for name, at in pages.items()}


async def _median(find: Callable[[], Awaitable[Page]]) -> float:
    taken: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        await find()
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000, 2)


async def main(count: int) -> None:
    """Measure with a few, fill, measure again."""
    set_up("WARNING", LogFormat.JSON)
    async with a_temporal() as (temporal, _):
        await fill(temporal, range(FEW))
        few = await times(temporal)
        filled = await fill(temporal, range(FEW, count))
        many = await times(temporal)
    ratio = {kind: round(many[kind] / few[kind], 2) for kind in few}
    report = {"few": FEW, "many": count, "filled_s": round(filled, 1)}
    print(json.dumps({**report, "few_ms": few, "many_ms": many, "ratio": ratio}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
