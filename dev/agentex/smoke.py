"""`make agentex-smoke`: tasks played through the whole product, a JSON line a case."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.agentex.stack import AgentexOptions, AgentexStack
from dev.errors import DevError
from dev.smoke import operator
from dev.smoke.errors import SmokeError
from dev.stack_options import StackOptions
from sandbox.client import SandboxClient
from sandbox.errors import ControlError
from sandbox.json_types import Json

ASKED = "Order 2 chairs"
CARDS, BOB, BOT = "C0FINANCE", "U0BOB", "U0SIGN"
WAITING = "Waiting for approval"
PATIENCE = 60
UNKNOWN_CASE = 2


@dataclass(frozen=True, slots=True)
class Product:
    """A product that runs behind AgentEx."""

    stack: AgentexStack
    temporal: Client
    slack: SandboxClient

    async def ask(self) -> tuple[str, Json]:
        """Somebody asks in a task of their own; its id, and the message that it waits."""
        backend = self.stack.backend
        task = str((await backend.create_task(headers={"x-user-id": "alice"}))["id"])
        await backend.send(task, ASKED, headers={"x-user-id": "alice"})
        return task, await self.says(task, WAITING)

    async def says(self, task: str, contains: str, **more: str) -> Json:
        """The agent's message that says something."""
        return await self.stack.backend.wait_message(
            task, contains=contains, timeout=PATIENCE, **more
        )

    async def card(self) -> Json:
        """The newest card in finance's channel."""
        latest = (await self.slack.messages(BOB, CARDS))[-1]
        return await self.slack.wait_message(
            CARDS, from_=BOT, ts=latest["ts"], contains="asked by alice in AgentEx"
        )

    async def shows(self, card: Json, contains: str) -> None:
        """Wait until the card says something."""
        await self.slack.wait_message(CARDS, ts=card["ts"], contains=contains, timeout=PATIENCE)

    async def press(self, card: Json, label: str) -> None:
        """Bob presses a button."""
        report = await self.slack.click_button(BOB, card, label)
        if not report["delivered"]:
            raise SmokeError(f"{label} was not delivered: {report.get('error')}")

    async def completed(self, task: str) -> None:
        """Make sure that the task's conversation comes to its end."""
        id_ = f"conversation-agentex-countersign-{task}"
        handle = self.temporal.get_workflow_handle(id_)
        await asyncio.wait_for(handle.result(), PATIENCE)
        status = (await handle.describe()).status
        if status is not WorkflowExecutionStatus.COMPLETED:
            raise SmokeError(f"the conversation is {status}")


async def approve(product: Product) -> None:
    """Bob approves in Slack, and the answer is in the task."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.press(card, "Approve")
    await product.says(task, "placed", after=waiting["id"])
    await product.shows(card, "Done")


async def reject(product: Product) -> None:
    """Bob rejects in Slack, and the task says so."""
    task, waiting = await product.ask()
    await product.press(await product.card(), "Reject…")
    view = await product.slack.wait_view(BOB)
    await product.slack.submit(BOB, view, {"In your own words": "too many chairs"})
    await product.says(task, "too many chairs", after=waiting["id"])


async def cancel(product: Product) -> None:
    """The task is cancelled while it waits: the request is withdrawn and the task over."""
    task, _ = await product.ask()
    card = await product.card()
    await product.stack.backend.cancel(task)
    await product.shows(card, "No longer needed")
    await product.completed(task)


async def interrupt(product: Product) -> None:
    """The answer is interrupted: the request is withdrawn, and the task goes on."""
    task, _ = await product.ask()
    card = await product.card()
    await product.stack.backend.interrupt(task)
    await product.shows(card, "No longer needed")
    await product.stack.backend.wait_status(task, "INTERRUPTED")
    await product.stack.backend.send(task, "How much budget is left?")
    await product.says(task, "€")


async def killed(product: Product) -> None:
    """Server and worker die while it waits; Bob's answer waits for them."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.stack.kill_agent()
    await product.press(card, "Approve")
    await product.stack.start_agent()
    await product.says(task, "placed", after=waiting["id"])


async def backend_away(product: Product) -> None:
    """AgentEx is away when the answer comes; it has it once it is back."""
    task, waiting = await product.ask()
    card = await product.card()
    await product.stack.backend.away()
    await product.press(card, "Approve")
    await product.shows(card, "Done")
    await product.stack.backend.back()
    await product.says(task, "placed", after=waiting["id"])


async def _signalled(product: Product, value: str, words: str) -> None:
    task, waiting = await product.ask()
    approval = str(waiting["content"]["content"]).partition("approval-")[2][:12]
    await operator.signal(product.stack.slack, f"approval-{approval}", value)
    await product.says(task, words, after=waiting["id"])


async def signal_true(product: Product) -> None:
    """Without Slack: the tutorial's own command approves."""
    await _signalled(product, "true", "placed")


async def signal_false(product: Product) -> None:
    """And rejects, which ends it too."""
    await _signalled(product, "false", "ejected")


Case = Callable[[Product], Awaitable[None]]
WITH_SLACK: Mapping[str, Case] = {
    "approve": approve,
    "reject": reject,
    "cancel": cancel,
    "interrupt": interrupt,
    "backend_away": backend_away,
    "killed": killed,
}
WITHOUT_SLACK: Mapping[str, Case] = {"signal_true": signal_true, "signal_false": signal_false}


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
    async with _running(has_slack=has_slack) as product:
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


@asynccontextmanager
async def _running(*, has_slack: bool) -> AsyncGenerator[Product]:
    with TemporaryDirectory(prefix="countersign-agentex-") as folder:
        env = {"AGENTEX_CARD_CHANNEL": CARDS} if has_slack else {}
        options = AgentexOptions(
            has_slack=has_slack, stack=StackOptions(home=Path(folder), env=env)
        )
        async with (
            AgentexStack(options) as stack,
            SandboxClient(stack.slack.sandbox_url, stack.slack.page_token) as slack,
        ):
            temporal = await Client.connect(
                stack.slack.temporal_address, data_converter=pydantic_data_converter
            )
            yield Product(stack, temporal, slack)


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
