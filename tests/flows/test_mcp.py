"""Tools of an MCP server under the gate, on a real Temporal: changed, killed and away meanwhile."""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from agents import Agent
from agents.mcp import MCPServerStdio
from structlog.testing import capture_logs
from temporalio import activity
from temporalio.client import Client
from temporalio.openai_agents import ModelActivityParameters, OpenAIAgentsPlugin
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from countersign.agents.catalogue import Catalogue
from countersign.agents.mcp.servers import opened_servers
from tests.flows.flow import DAVE, Flow, a_rule, working
from tests.support.builders import BOB
from tests.support.fakes import FakeAgent
from tests.support.mcp_server import TOOLS, Folder
from tests.support.mcp_servers import over_pipes
from tests.support.scripted_model import Answer, Script, calls, says
from worker.agent import AgentRunner
from worker.runtime import RESTRICTIONS
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.core import AgentSpec, Call, Prepared, ToolResult
from workflows.contracts.decisions import Execution, Outcome, Refusal
from workflows.conversation.workflow import ConversationWorkflow

pytestmark = pytest.mark.system

ROLL_BACK = calls(("deploys__roll_back", '{"service": "shop"}'))


class RealAgent(FakeAgent):
    """A worker's own agent in place of the fake one."""

    def __init__(self, runner: AgentRunner) -> None:
        super().__init__()
        self.runner = runner

    async def describe(self) -> AgentSpec:
        return await self.runner.describe()

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        return await self.runner.prepare_call(call)

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        return await self.runner.run_tool(call)


@dataclass
class Deploys:
    """A thread whose agent has an MCP server, and the folder that tells that what to do."""

    flow: Flow
    folder: Folder
    server: MCPServerStdio

    def change(self, **schema: Any) -> None:
        """The server has one tool less, and another takes something else."""
        (roll_back,) = (it for it in TOOLS if it["name"] == "roll_back")
        changed = {**roll_back, "inputSchema": {**roll_back["inputSchema"], **schema}}
        (self.folder.path / "tools.json").write_text(json.dumps([changed]))

    def kill(self) -> None:
        """End the server's process as a machine would that is out of memory."""
        os.kill(int((self.folder.path / "pid").read_text()), signal.SIGKILL)

    def stop(self) -> None:
        """The same, and it cannot be started again until `start`."""
        self.server.params.command = "/nowhere/at/all"
        self.kill()

    def start(self) -> None:
        """From now on it can."""
        self.server.params.command = sys.executable


@asynccontextmanager
async def deploys(
    temporal: Client, home: Path, *answers: Answer, is_handed_over: bool = False
) -> AsyncGenerator[Deploys]:
    folder = Folder(home)
    server = over_pipes(folder)
    deployer = Agent[Any](name="Deployer", mcp_servers=[server])
    first = Agent[Any](name="Triage", handoffs=[deployer]) if is_handed_over else deployer
    async with opened_servers(deployer) as servers:
        real = RealAgent(AgentRunner(Catalogue.of(first), model="scripted", servers=servers))
        async with working(temporal, *answers, agent=real) as flow:
            yield Deploys(flow, folder, server)


async def test_a_call_waits_runs_once_and_its_history_needs_no_server(
    temporal: Client, tmp_path: Path
) -> None:
    async with deploys(temporal, tmp_path, ROLL_BACK, says("Done.")) as it:
        id_ = await it.flow.ask("roll the shop back")
        assert it.folder.calls == []
        it.kill()
        await it.flow.vote(id_, BOB)

        assert await it.flow.answered() == "Done."
        card = it.flow.cards.of(id_)
        assert (card.call.tool, card.execution) == ("deploys.roll_back", Execution.DONE)
        assert [made["name"] for made in it.folder.calls] == ["roll_back"]
        assert "rolled shop back" in it.flow.outputs[-1]
        it.change(properties={"everything": {"type": "boolean"}})
        assert await it.flow.failed_tasks() == []
    await _replay(temporal, it.flow, id_)


async def test_a_server_of_an_agent_that_is_handed_over_to_is_gated_alike(
    temporal: Client, tmp_path: Path
) -> None:
    answers = (calls(("transfer_to_deployer", "{}")), ROLL_BACK, says("Done."))
    async with deploys(temporal, tmp_path, *answers, is_handed_over=True) as it:
        id_ = await it.flow.ask()
        assert it.folder.calls == []
        await it.flow.vote(id_, BOB)
        assert await it.flow.answered() == "Done."
        shown = it.flow.cards.of(id_)
        assert (shown.call.tool, shown.shown.agent) == ("deploys.roll_back", "Deployer")
        assert len(it.folder.calls) == 1


async def test_a_schema_that_changed_is_asked_again_and_a_tool_that_went_breaks_nothing(
    temporal: Client, tmp_path: Path
) -> None:
    async with deploys(temporal, tmp_path, ROLL_BACK, says("Done.")) as it:
        first = await it.flow.ask()
        it.change(properties={"service": {"type": "string"}, "force": {"type": "boolean"}})
        await it.flow.vote(first, BOB)

        second = (await it.flow.asked(2))[-1]
        assert it.folder.calls == []
        (change,) = it.flow.cards.of(second).request.changes
        assert (change.before, change.after) == ("service, steps", "service, force")
        await it.flow.vote(second, BOB)
        assert await it.flow.answered() == "Done."
        assert len(it.folder.calls) == 1


async def test_always_holds_for_the_tool_as_it_was(temporal: Client, tmp_path: Path) -> None:
    answers = (ROLL_BACK, says("One."), ROLL_BACK, says("Two."), ROLL_BACK, says("Three."))
    async with deploys(temporal, tmp_path, *answers) as it:
        it.flow.policy.rule = a_rule(always=True)
        await it.flow.vote(await it.flow.ask(), BOB, always=True)
        assert await it.flow.answered(2) == "One."  # after the note on the permission
        await it.flow.say("again")
        assert await it.flow.answered(3) == "Two."
        assert len(it.folder.calls) == 2
        it.change(properties={"service": {"type": "string"}, "force": {"type": "boolean"}})

        await it.flow.vote(await it.flow.ask("again"), BOB)

        assert await it.flow.answered(4) == "Three."
        assert len(it.folder.calls) == 3


AWAY = (
    "The server deploys does not answer, so this could not be checked; nothing was changed. Press "
    "again when it is back."
)


async def test_a_server_that_is_away_leaves_the_approval_as_it_is(
    temporal: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answers = (ROLL_BACK, says("It still waits."), says("Done."))
    async with deploys(temporal, tmp_path, *answers) as it:
        id_ = await it.flow.ask()
        it.stop()
        with capture_logs() as logs:
            await it.flow.vote(id_, BOB)
            assert (await it.flow.told()).text.startswith(AWAY)
        (line,) = (it for it in logs if it["log_level"] == "warning")
        assert (line["approval"], "deploys" in line["why"]) == (id_, True)
        assert [it.getMessage() for it in caplog.records if it.levelno >= logging.WARNING] == []
        assert await it.flow.outcome(id_) is Outcome.PENDING
        await it.flow.say("what about it?")
        assert await it.flow.answered() == "It still waits."
        assert it.folder.calls == []

        it.start()
        await it.flow.vote(id_, BOB)
        assert await it.flow.answered(2) == "Done."
        assert len(it.folder.calls) == 1
    await _replay(temporal, it.flow, id_)


async def test_what_needs_no_server_is_decided_while_it_is_away(
    temporal: Client, tmp_path: Path
) -> None:
    async with deploys(temporal, tmp_path, ROLL_BACK, says("Then not.")) as it:
        id_ = await it.flow.ask()
        it.stop()
        it.flow.directory.panels[DAVE.user] = ()
        await it.flow.vote(id_, DAVE)
        assert "You can't decide this" in (await it.flow.told()).text
        await it.flow.vote(id_, BOB, approve=False)
        assert await it.flow.answered() == "Then not."
        assert await it.flow.refusals(id_) == [Refusal.NOT_AN_APPROVER]


async def test_a_server_that_hangs_is_told_of_as_well(
    temporal: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with deploys(temporal, tmp_path, ROLL_BACK) as it:
        id_ = await it.flow.ask()
        monkeypatch.setattr("worker.agent.LISTING_SECONDS", 0.5)
        (tmp_path / "mute").touch()
        await it.flow.vote(id_, BOB)
        assert (await it.flow.told()).text.startswith(AWAY)


async def test_a_server_that_dies_in_the_middle_may_have_done_it_and_is_not_asked_twice(
    temporal: Client, tmp_path: Path
) -> None:
    async with deploys(temporal, tmp_path, calls(("deploys__die", "{}")), says("Unclear.")) as it:
        id_ = await it.flow.ask()
        await it.flow.vote(id_, BOB)

        assert await it.flow.answered() == "Unclear."
        assert it.flow.cards.of(id_).execution is Execution.UNKNOWN
        assert "MAY HAVE BEEN DONE" in it.flow.outputs[-1]
        assert [made["name"] for made in it.folder.calls] == ["die"]


async def test_a_server_that_fails_and_one_that_floods_end_in_words(
    temporal: Client, tmp_path: Path
) -> None:
    both = calls(("deploys__break", "{}"), ("deploys__flood", "{}"))
    async with deploys(temporal, tmp_path, both, says("One of two.")) as it:
        await it.flow.say("do both")
        await asyncio.gather(*(it.flow.vote(id_, BOB) for id_ in await it.flow.asked(2)))

        assert await it.flow.answered() == "One of two."
        failed, flooded = it.flow.outputs[-2:]
        assert "failed: No such release." in failed
        assert "left out]" in flooded
        for id_ in (it.flow.thread.workflow_id, *it.flow.cards.ids):
            assert await it.flow.history_size(id_) < 500_000
        assert await it.flow.failed_tasks() == []


async def _replay(temporal: Client, flow: Flow, approval: str) -> None:
    """As a worker does that has restarted, and whose server is another or gone."""
    plugin = OpenAIAgentsPlugin(
        model_params=ModelActivityParameters(), model_provider=Script(), add_temporal_spans=False
    )
    replayer = Replayer(
        workflows=[ApprovalWorkflow, ConversationWorkflow],
        workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS),
        plugins=[plugin],
    )
    for id_ in (flow.thread.workflow_id, approval):
        await replayer.replay_workflow(await temporal.get_workflow_handle(id_).fetch_history())
