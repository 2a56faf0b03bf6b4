"""People, a bot and an agent in a workspace: the whole product against the sandbox."""

import asyncio
import sys
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from dev import temporal_cli
from dev.processes import Name, Stack
from sandbox.client import SandboxClient
from tests.slack.reading import Json, approval_id, row_of
from tests.slack.slack_thread import ALICE, ALICES_DM, BOB, BOT, OPS, PATIENCE, SlackThread
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus


@dataclass
class Product:
    """A running stack and the people in it."""

    stack: Stack
    sandbox: SandboxClient
    temporal: Client

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.temporal)

    async def begin(self, text: str, channel: str = ALICES_DM, who: str = ALICE) -> SlackThread:
        """Start a thread by saying something."""
        return SlackThread(self.sandbox, channel, await self.sandbox.say(who, channel, text))

    async def mention(self, text: str, channel: str = OPS, who: str = ALICE) -> SlackThread:
        return await self.begin(f"<@{BOT}> {text}", channel, who)

    async def status(self, card: Json) -> ApprovalStatus:
        return await self.approvals.status(approval_id(card))

    async def over(self, card: Json) -> None:
        """Wait until the workflow has ended too, a moment after its card has."""
        await self.temporal.get_workflow_handle(approval_id(card)).result()

    async def list_of(self, who: str, *ids: str, text: str = "", channel: str = OPS) -> Json:
        """`/approvals` once it has these, since visibility follows in its own time."""
        for _ in range(20):
            report = await self.sandbox.command(who, channel, "/approvals", text)
            assert report["delivered"]
            await self.sandbox.wait_quiet()
            shown = (await self.sandbox.ephemerals(who, channel))[-1]
            if all(row_of(shown, id_) for id_ in ids):
                return shown
        raise AssertionError(f"not listed: {ids}")

    async def stale_press(
        self,
        card: Json,
        action: str,
        who: str = BOB,
        value: str | None = None,
        block: str | None = None,
    ) -> Json:
        """A press that Slack delivers although the page no longer offers it."""
        where = {"block_id": block} if block else {}
        thread = {"thread_ts": card["thread_ts"]} if "thread_ts" in card else {}
        payload = {
            "type": "block_actions",
            "api_app_id": "A0SIGN",
            "team": {"id": "T0ACME", "domain": "acme"},
            "user": {"id": who, "username": who.lower(), "team_id": "T0ACME"},
            "channel": {"id": card["channel"]},
            "container": {"type": "message", "message_ts": card["ts"], **thread},
            "message": {"ts": card["ts"], **thread},
            "actions": [
                {
                    **where,
                    "type": "button",
                    "action_id": action,
                    "value": approval_id(card) if value is None else value,
                    "action_ts": f"{uuid4().int % 10**10}.000300",
                }
            ],
        }
        return await self.sandbox.deliver(payload, type_="interactive")

    async def slack(self, method: str, **arguments: str) -> None:
        """A call of the Web API with the bot's own token."""
        token = self.stack.env["SLACK_BOT_TOKEN"]
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(f"{self.stack.sandbox_url}/api/{method}", json=arguments) as answer,
        ):
            assert (await answer.json())["ok"]

    async def signal(self, approval: str, *inputs: str) -> int:
        """`temporal workflow signal`, as an operator types it; its exit code."""
        arguments = [part for value in inputs for part in ("--input", value)]
        process = await asyncio.create_subprocess_exec(
            str(temporal_cli.find_or_install()),
            *("workflow", "signal", "--address", self.stack.temporal_address),
            *("--workflow-id", approval, "--name", "fulfill_order_signal", *arguments),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

    async def at_terminal(self, *arguments: str) -> tuple[int, str]:
        """`countersign …`, as an operator types it: its exit code and what it prints."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "countersign.cli", *arguments),
            env=self.stack.env,
            cwd=self.stack.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    async def script(self, mode: str, count: int = 1) -> None:
        """Make the model's next answers fail."""
        url = f"{self.stack.sandbox_url}/v1/_script"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json={"mode": mode, "count": count}) as answer,
        ):
            assert answer.status == 200

    async def conversations(self, thread: SlackThread) -> int:
        """How many conversations Temporal knows for a thread; 0 or 1."""
        handle = self.temporal.get_workflow_handle(
            f"conversation-T0ACME-{thread.channel}-{thread.ts}"
        )
        try:
            await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return 0
            raise
        return 1


async def logged(stack: Stack, name: Name, text: str, since: int = 0) -> None:
    """Wait until a process's log says something; a thread writes down what the process prints."""
    async with asyncio.timeout(PATIENCE):
        while text not in stack.log(name)[since:]:  # noqa: ASYNC110 - a thread tells nobody
            await asyncio.sleep(0.02)


async def launch_dead(stack: Stack) -> None:
    """Bring back every process that a test has ended, and left so."""
    dead: list[Name] = [it for it, child in stack._children.items() if child.code is not None]
    await asyncio.gather(*(stack.launch(name) for name in dead))
