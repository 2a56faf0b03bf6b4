"""What operators read in Temporal's Web UI, shown by Temporal's own command line."""

import asyncio
import base64
import json
from typing import Any

from temporalio.client import Client

from dev import temporal_cli
from dev.environment import without_ours
from tests.flows.flow import CAROL, Flow, a_rule, act, working
from tests.support.builders import BOB
from tests.support.scripted_model import calls, says
from workflows.contracts.rules import Panel, People

FAMILY = "👩‍👩‍👧‍👦"
FINANCE = (Panel(who=People(groups=("S0FIN",)), needed=2),)


async def _temporal(flow: Flow, *args: str) -> Any:
    """What the `temporal` program prints, as JSON."""
    address = flow.temporal.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        *(str(temporal_cli.find_or_install()), "workflow", *args),
        *("--address", address, "--output", "json"),
        env=without_ours(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(out)


def _read(payload: Any) -> Any:
    """A payload of its JSON, which has it in base64 where it does not show it plainly."""
    if isinstance(payload, dict) and "data" in payload:
        return json.loads(base64.b64decode(payload["data"]))
    return payload


async def _listed(flow: Flow, id_: str, query: str) -> Any:
    """Its row in an operator's list, or None."""
    rows = await _temporal(flow, "list", "--query", f"WorkflowId = '{id_}' AND {query}")
    return next(iter(rows), None)


async def _summary(flow: Flow, id_: str) -> str:
    config = (await _temporal(flow, "describe", "--workflow-id", id_))["executionConfig"]
    return _read(config["userMetadata"]["summary"])


async def _details(flow: Flow, id_: str) -> str:
    told = await _temporal(flow, "metadata", "--workflow-id", id_)
    (metadata,) = told["queryResult"]
    return metadata["currentDetails"]


async def _listed_soon(flow: Flow, id_: str, query: str) -> Any:
    async with asyncio.timeout(20):
        while (row := await _listed(flow, id_, query)) is None:
            continue
    return row


async def test_an_approval_is_found_by_its_outcome_from_the_start(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        id_ = await flow.ask()
        assert await _listed_soon(flow, id_, "CountersignOutcome = 'pending'")
        assert await _summary(flow, id_) == 'Act on {"n": 1}'

        await flow.vote(id_, BOB)
        await flow.settled(id_)

        assert await _listed_soon(flow, id_, "CountersignOutcome = 'approved'")
        assert await _listed(flow, id_, "CountersignOutcome = 'pending'") is None


async def test_details_say_whom_it_waits_for_and_then_how_it_ended(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(panels=FINANCE, names={"S0FIN": "finance"})
        id_ = await flow.ask_on_record()
        assert await _details(flow, id_) == "Waiting for @finance, 0 of 2."

        await flow.vote(id_, BOB)
        await flow.counted(id_, 1)
        assert await _details(flow, id_) == (
            "Waiting for @finance, 1 of 2. Approved so far by bob."
        )
        await flow.vote(id_, CAROL)
        await flow.settled(id_)

        assert await _details(flow, id_) == "Approved by bob and carol. It was done."


async def test_a_conversation_says_who_began_it_where_and_how(temporal: Client) -> None:
    async with working(temporal, says("Hello."), says("Again.")) as flow:
        await flow.say("please use\n*my* password: hunter2 [x](http://a.test) " + "and so on " * 9)
        await flow.answered()
        await flow.say("and now this")
        await flow.answered(2)

        id_ = flow.thread.workflow_id
        words = "please use my password: •••• x(http://a.test) and so on and so on and so on and…"
        assert await _summary(flow, id_) == f"alice in Slack, channel C0OPS: {words}"
        row = await _listed_soon(flow, id_, "ExecutionStatus = 'Running'")
        memo = {key: _read(value) for key, value in row["memo"]["fields"].items()}
        assert memo == {"who": "alice", "where": "Slack, channel C0OPS", "words": words}


async def test_a_conversation_that_goes_on_in_a_fresh_history_keeps_its_memo(
    temporal: Client,
) -> None:
    async with working(temporal, says("Hello.")) as flow:
        await flow.say("hello there")
        await flow.answered()
        await flow.renew()

        found = await temporal.get_workflow_handle(flow.thread.workflow_id).describe()
        assert (await found.memo())["words"] == "hello there"
        assert await _details(flow, found.id) == "alice in Slack, channel C0OPS: hello there"


async def test_a_summary_of_wide_characters_does_not_keep_an_approval_from_starting(
    temporal: Client,
) -> None:
    wide = calls(("act", json.dumps({"n": 1, "who": FAMILY * 100}, ensure_ascii=False)))
    async with working(temporal, wide, says("Done.")) as flow:
        id_ = await flow.ask(FAMILY * 500)
        assert (await _summary(flow, id_)).startswith(f'Act on {{"n": 1, "who": "{FAMILY}')
        assert (await _summary(flow, flow.thread.workflow_id)).startswith("alice")
        assert await flow.failed_tasks() == []
