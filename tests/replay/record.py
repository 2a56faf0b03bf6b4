"""Records what a release leaves waiting: `python -m tests.replay.record NAME`, once a release.

The histories are committed and never changed: later code has to replay them, because that
is what it does with approvals that still wait when it is deployed.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from dev import temporal_cli
from tests.flows.flow import CAROL, DAVE, Flow, a_rule, act, so_many, working
from tests.support.builders import BOB, a_press
from tests.support.scripted_model import calls, says
from worker.search import register_search_attributes
from workflows.contracts.rules import Escalation, People

HISTORIES = Path(__file__).parent / "histories"
BATCH = calls(("act", '{"n": 1}'), ("look", '{"n": 2}'), ("act", '{"n": 3}'))


async def main(release: str) -> None:
    """Play a conversation and write down each workflow, while it waits and at its end."""
    program = str(temporal_cli.find_or_install())
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=program) as server:
        target = server.client.service_client.config.target_host
        temporal = await Client.connect(target, data_converter=pydantic_data_converter)
        await register_search_attributes(temporal)
        async with working(temporal, BATCH, says("Waiting."), says("One of two.")) as flow:
            await flow.say("act twice, and look")
            first, second = await flow.asked(2)
            await flow.say("what are you waiting for?")
            await flow.answered(1)
            for name, id_ in (("conversation", flow.thread.workflow_id), ("approval", first)):
                await _write(flow, id_, f"{release}-{name}-waiting")
            await flow.approvals.decide(first, True, a_press())
            await flow.approvals.decide(second, False, a_press())
            await flow.answered(2)
            for name, id_ in (
                ("conversation", flow.thread.workflow_id),
                ("approved", first),
                ("rejected", second),
            ):
                await _write(flow, id_, f"{release}-{name}-done")
        async with working(temporal, act(1), says("Done.")) as flow:
            await _record_quorum(flow, release)
        async with working(temporal, act(1), says("Done.")) as flow:
            await _record_renewal(flow, release)


async def _record_quorum(flow: Flow, release: str) -> None:
    """One of two votes, timers, a refused outsider, then an edit that is approved by two."""
    flow.policy.rule = a_rule(
        panels=so_many(2),
        expires_after=timedelta(days=3),
        reminders=(timedelta(hours=36),),
        escalation=Escalation(after=timedelta(days=1), to=People(users=("U0CAROL",))),
        edit=True,
        always=True,
    )
    flow.directory.panels["U0DAVE"] = ()
    id_ = await flow.ask("please act")
    await flow.vote(id_, DAVE)
    await flow.vote(id_, BOB)
    await flow.counted(id_, 1)
    await flow.told(1)
    await _write(flow, id_, f"{release}-quorum-waiting")
    await flow.vote(id_, BOB, arguments='{"n": 2}')
    await flow.cards.until(lambda: flow.cards.of(id_).effective is not None)
    await flow.vote(id_, CAROL, always=True)
    await flow.settled(id_)
    await flow.answered(2)  # the note on the standing permission, then the answer
    await _write(flow, id_, f"{release}-quorum-done")
    await _write(flow, flow.thread.workflow_id, f"{release}-granted-done")


async def _record_renewal(flow: Flow, release: str) -> None:
    """A conversation that renews itself while an approval waits, and what comes of that."""
    id_ = await flow.ask("please act")
    await flow.renew()
    await _write(flow, flow.thread.workflow_id, f"{release}-renewed-waiting")
    told = len(flow.threads.replies)
    await flow.vote(id_, BOB)
    await flow.answered(told + 1)
    await _write(flow, flow.thread.workflow_id, f"{release}-renewed-done")


async def _write(flow: Flow, workflow_id: str, name: str) -> None:
    history = await flow.temporal.get_workflow_handle(workflow_id).fetch_history()
    path = HISTORIES / f"{name}.json"
    path.write_text(history.to_json() + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
