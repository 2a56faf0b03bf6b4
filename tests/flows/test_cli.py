"""The command line on a real Temporal: the program itself, as an operator runs it."""

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from temporalio.client import Client

from dev.environment import without_ours
from dev.paths import ROOT
from dev.ports import free_port
from tests.flows.flow import Flow, working
from tests.support.builders import a_press
from tests.support.scripted_model import calls, says
from workflows.contracts.decisions import Execution, Outcome, Via

pytestmark = pytest.mark.system

ACT = calls(("act", '{"n": 1}'))


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


async def _countersign(address: str, *args: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "countersign.cli", *args),
        cwd=ROOT,
        env={**without_ours(), "TEMPORAL_ADDRESS": address, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def _run(flow: Flow, *args: str) -> Ended:
    return await _countersign(flow.temporal.service_client.config.target_host, *args)


async def test_an_operator_finds_reads_and_approves_what_waits(temporal: Client) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        listed = await _run(flow, "pending", "--json", "--limit", "500", "--tool", "act")
        assert approval_id in {row["id"] for row in listed.document["approvals"]}
        shown = await _run(flow, "show", approval_id.removeprefix("approval-"))
        assert shown.code == 0
        assert 'Act on {"n": 1}' in shown.out

        approved = await _run(flow, "approve", approval_id, "--reason", "it is fine")

        assert (approved.code, approved.err) == (0, "")
        assert approved.out.startswith("Approved.")
        await flow.answered()
        card = await flow.settled(approval_id)
        assert card.execution is Execution.DONE
        assert card.decision is not None
        assert card.decision.via is Via.CLI
        assert card.decision.by is None
        assert card.decision.reason == "it is fine"

        late = await _run(flow, "approve", approval_id, "--json")
        assert late.code == 1
        assert late.document["refused"] == "closed"
        assert late.document["outcome"] == "approved"
        record = await _run(flow, "show", approval_id, "--json")
        assert record.document["execution"] == "done"


async def test_an_operators_reason_for_a_rejection_reaches_the_agent(temporal: Client) -> None:
    async with working(temporal, ACT, says("It was rejected.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        rejected = await _run(flow, "reject", approval_id, "--reason", "too [b]dear[/b]")

        assert rejected.code == 0
        assert rejected.out.strip() == "Rejected. Nothing was done."
        assert await flow.answered() == "It was rejected."
        assert "too [b]dear[/b]" in flow.script.given[-1][-1]["output"]
        assert flow.agent.ran == []


async def test_an_operator_takes_a_request_back(temporal: Client) -> None:
    async with working(temporal, ACT, says("Withdrawn.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()

        withdrawn = await _run(flow, "withdraw", approval_id)

        assert (withdrawn.code, withdrawn.out.strip()) == (0, "Withdrawn. Nothing was done.")
        assert await flow.outcome(approval_id) is Outcome.WITHDRAWN
        await flow.answered()


async def test_a_decision_on_something_that_was_decided_in_slack_is_refused_in_words(
    temporal: Client,
) -> None:
    async with working(temporal, ACT, says("Done.")) as flow:
        await flow.say("please act")
        (approval_id,) = await flow.asked()
        await flow.approvals.decide(approval_id, True, a_press())
        await flow.answered()

        late = await _run(flow, "reject", approval_id, "--reason", "no")

        assert late.code == 1
        assert "@bob already approved this" in late.out


async def test_what_does_not_exist_is_told_from_what_cannot_be_reached(temporal: Client) -> None:
    async with working(temporal) as flow:
        for command in (("show",), ("approve",), ("reject", "--reason", "no"), ("withdraw",)):
            missing = await _run(flow, *command, "approval-000000000000")
            assert missing.code == 1
            assert missing.out == ""
            assert "countersign pending" in missing.err
    away = await _countersign(f"127.0.0.1:{free_port()}", "pending", "--json")
    assert away.code == 2
    assert "TEMPORAL_ADDRESS" in away.document["error"]
    assert away.err == ""
