"""`make agentex-smoke`: tasks played through the whole product, a JSON line a case."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence

from dev.agentex.cases import WITH_SLACK, WITHOUT_SLACK, Case
from dev.agentex.product import Product, running_product
from dev.errors import DevError
from dev.smoke.errors import SmokeError
from sandbox.errors import ControlError
from sandbox.json_types import Json

UNKNOWN_CASE = 2


async def play(names: Sequence[str]) -> bool:
    """Play these cases; whether all went well."""
    results: list[bool] = []
    for has_slack, cases in ((True, WITH_SLACK), (False, WITHOUT_SLACK)):
        wanted = [name for name in cases if name in names]
        if wanted:
            results += await _play_all({name: cases[name] for name in wanted}, has_slack=has_slack)
    return all(results)


async def _play_all(cases: Mapping[str, Case], *, has_slack: bool) -> list[bool]:
    started = time.perf_counter()
    async with running_product(has_slack=has_slack) as product:
        _print({"case": "start", "slack": has_slack, "ok": True, "ready_ms": _since(started)})
        results = [await _play(name, case, product) for name, case in cases.items()]
        violations = await product.stack.backend.violations()
        _print({"case": "calls_are_right", "ok": not violations, "violations": violations})
        return [*results, not violations]


async def _play(name: str, case: Case, product: Product) -> bool:
    started, error = time.perf_counter(), ""
    try:
        await case(product)
    except (ControlError, SmokeError, TimeoutError) as failure:
        error = str(failure) or type(failure).__name__
    told: Json = {"error": error} if error else {}
    _print({"case": name, "ok": not error, **told, "total_ms": _since(started)})
    return not error


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _print(line: Json) -> None:
    print(json.dumps(line), flush=True)


def main(names: Sequence[str] = ()) -> int:
    """Play the cases of these names, or all; exit code 0 if every one went well."""
    every = (*WITH_SLACK, *WITHOUT_SLACK)
    if unknown := [name for name in names if name not in every]:
        print(f"countersign: no case {unknown[0]!r}; there are {', '.join(every)}", file=sys.stderr)
        return UNKNOWN_CASE
    try:
        return 0 if asyncio.run(play(names or every)) else 1
    except DevError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return error.exit_code
