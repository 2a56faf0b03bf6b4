"""What tasks are played on: a product behind AgentEx, the people around it, and what they see."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.agentex.stack import AgentexOptions, AgentexStack
from dev.paths import ROOT
from dev.smoke.errors import SmokeError
from dev.smoke.policy import write_policy
from dev.stack_options import StackOptions
from dev.wiring import POLICY
from sandbox.client import SandboxClient
from sandbox.json_types import Json

ASKED = "Order 2 chairs"
CARDS, BOB, BOT = "C0FINANCE", "U0BOB", "U0SIGN"
WAITING = "Waiting for approval"
PATIENCE = 60


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
            CARDS, from_=BOT, ts=latest["ts"], contains="alice in AgentEx"
        )

    async def shows(self, card: Json, contains: str) -> None:
        """Wait until the card says something."""
        await self.slack.wait_message(CARDS, ts=card["ts"], contains=contains, timeout=PATIENCE)

    async def press(self, card: Json, label: str) -> None:
        """Bob presses a button."""
        report = await self.slack.click_button(BOB, card, label)
        if not report["delivered"]:
            raise SmokeError(f"{label} was not delivered: {report.get('error')}")

    async def quiet(self, task: str) -> None:
        """Wait until nothing is under way in a task."""
        handle = self.temporal.get_workflow_handle(f"conversation-agentex-countersign-{task}")
        async with asyncio.timeout(PATIENCE):
            while (await handle.describe()).raw_description.pending_activities:
                pass

    async def completed(self, task: str) -> None:
        """Make sure that the task's conversation comes to its end."""
        id_ = f"conversation-agentex-countersign-{task}"
        handle = self.temporal.get_workflow_handle(id_)
        await asyncio.wait_for(handle.result(), PATIENCE)
        status = (await handle.describe()).status
        if status is not WorkflowExecutionStatus.COMPLETED:
            raise SmokeError(f"the conversation is {status}")


@asynccontextmanager
async def running_product(*, has_slack: bool) -> AsyncGenerator[Product]:
    """Start it on free ports, and stop it at the end.

    Raises:
        DevError: it does not start.
    """
    with TemporaryDirectory(prefix="countersign-agentex-") as folder:
        home = Path(folder)
        policy = write_policy(ROOT / POLICY, home / "policy.yaml")
        with_slack = {"AGENTEX_CARD_CHANNEL": CARDS, "POLICY_FILE": str(policy)}
        env = with_slack if has_slack else {}
        options = AgentexOptions(has_slack=has_slack, stack=StackOptions(home=home, env=env))
        async with (
            AgentexStack(options) as stack,
            SandboxClient(stack.slack.sandbox_url, stack.slack.page_token) as slack,
        ):
            temporal = await Client.connect(
                stack.slack.temporal_address, data_converter=pydantic_data_converter
            )
            yield Product(stack, temporal, slack)
