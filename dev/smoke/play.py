"""`make smoke`: the whole product on free ports, played through once, a JSON line a case.

Each example has a product of its own, one after the other.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dev.errors import DevError
from dev.smoke import product as products
from dev.smoke.cases import changes, deciding, deploys, places, refusals
from dev.smoke.errors import SmokeError
from dev.smoke.order import Json, Order
from dev.smoke.product import Env, Product, running_product
from sandbox.errors import ControlError

UNKNOWN_CASE = 2
Case = Callable[[Order], Awaitable[None]]
PURCHASING: Mapping[str, Case] = {
    "approve": deciding.approve,
    "reject": deciding.reject,
    "two_at_once": deciding.two_at_once,
    "cli_signal": deciding.cli_signal,
    "cli": deciding.cli,
    "quorum": deciding.quorum,
    "self_approval_refused": refusals.self_approval_refused,
    "outsider_refused": refusals.outsider_refused,
    "bystander_refused": refusals.bystander_refused,
    "reason_reaches_agent": changes.reason_reaches_agent,
    "changes_requested": changes.changes_requested,
    "edit": changes.edit,
    "drift": changes.drift,
    "expiry": changes.expiry,
    "withdraw": changes.withdraw,
    "batch": places.batch,
    "list": places.listed,
}
DEPLOYS: Mapping[str, Case] = {
    "services_listed": deploys.services_listed,
    "deploy_to_staging": deploys.deploy_to_staging,
    "deploy_and_roll_back": deploys.deploy_and_roll_back,
    "server_killed": deploys.server_killed,
}
CASES = {**PURCHASING, **DEPLOYS}


@dataclass(frozen=True, slots=True)
class Example:
    """A product with one of the examples."""

    start: str
    """What its start is called among the cases."""
    env: Callable[[Path], Env]
    cases: Mapping[str, Case]


EXAMPLES = (
    Example("start", products.purchasing, PURCHASING),
    Example("start_deploys", products.deploys, DEPLOYS),
)


async def play(names: Sequence[str]) -> bool:
    """Play these cases; whether all went well."""
    wanted = [(it, [name for name in names if name in it.cases]) for it in EXAMPLES]
    return all([await _play_all(example, some) for example, some in wanted if some])


async def _play_all(example: Example, names: Sequence[str]) -> bool:
    started = time.perf_counter()
    async with running_product(example.env) as product:
        _print({"case": example.start, "ok": True, "ready_ms": _since(started)})
        return all([await _play(name, product) for name in names])


async def _play(name: str, product: Product) -> bool:
    started = time.perf_counter()
    order, error = Order(product), ""
    try:
        await CASES[name](order)
    except (ControlError, SmokeError) as failure:
        error = str(failure)
    told: Json = {"error": error} if error else {}
    _print({"case": name, "ok": not error, **order.timings, **told, "total_ms": _since(started)})
    return not error


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _print(line: Json) -> None:
    print(json.dumps(line), flush=True)


def main(names: Sequence[str] = ()) -> int:
    """Play the cases of these names, or all; exit code 0 if every one went well."""
    if unknown := [name for name in names if name not in CASES]:
        print(f"countersign: no case {unknown[0]!r}; there are {', '.join(CASES)}", file=sys.stderr)
        return UNKNOWN_CASE
    try:
        return 0 if asyncio.run(play(names or tuple(CASES))) else 1
    except DevError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return error.exit_code
