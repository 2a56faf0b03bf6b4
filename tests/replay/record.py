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
from tests.builders import BOB, a_press
from tests.flows.rig import CAROL, DAVE, Rig, a_rule, act, so_many, working
from tests.model import calls, says
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
        async with working(temporal, BATCH, says("Waiting."), says("One of two.")) as rig:
            await rig.say("act twice, and look")
            first, second = await rig.asked(2)
            await rig.say("what are you waiting for?")
            await rig.answered(1)
            for name, id_ in (("conversation", rig.thread.workflow_id), ("approval", first)):
                await _write(rig, id_, f"{release}-{name}-waiting")
            await rig.approvals.decide(first, True, a_press())
            await rig.approvals.decide(second, False, a_press())
            await rig.answered(2)
            for name, id_ in (
                ("conversation", rig.thread.workflow_id),
                ("approved", first),
                ("rejected", second),
            ):
                await _write(rig, id_, f"{release}-{name}-done")
        async with working(temporal, act(1), says("Done.")) as rig:
            await _record_quorum(rig, release)
        async with working(temporal, act(1), says("Done.")) as rig:
            await _record_renewal(rig, release)


async def _record_quorum(rig: Rig, release: str) -> None:
    """One of two votes, timers, a refused outsider, then an edit that is approved by two."""
    rig.policy.rule = a_rule(
        panels=so_many(2),
        expires_after=timedelta(days=3),
        reminders=(timedelta(hours=36),),
        escalation=Escalation(after=timedelta(days=1), to=People(users=("U0CAROL",))),
        edit=True,
        always=True,
    )
    rig.directory.panels["U0DAVE"] = ()
    id_ = await rig.ask("please act")
    await rig.vote(id_, DAVE)
    await rig.vote(id_, BOB)
    await rig.counted(id_, 1)
    await rig.told(1)
    await _write(rig, id_, f"{release}-quorum-waiting")
    await rig.vote(id_, BOB, arguments='{"n": 2}')
    await rig.vote(id_, CAROL, always=True)
    await rig.settled(id_)
    await rig.answered(2)  # the note on the standing permission, then the answer
    await _write(rig, id_, f"{release}-quorum-done")
    await _write(rig, rig.thread.workflow_id, f"{release}-granted-done")


async def _record_renewal(rig: Rig, release: str) -> None:
    """A conversation that renews itself while an approval waits, and what comes of that."""
    id_ = await rig.ask("please act")
    await rig.renew()
    await _write(rig, rig.thread.workflow_id, f"{release}-renewed-waiting")
    told = len(rig.log.replies)
    await rig.vote(id_, BOB)
    await rig.answered(told + 1)
    await _write(rig, rig.thread.workflow_id, f"{release}-renewed-done")


async def _write(rig: Rig, workflow_id: str, name: str) -> None:
    history = await rig.temporal.get_workflow_handle(workflow_id).fetch_history()
    path = HISTORIES / f"{name}.json"
    path.write_text(history.to_json() + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
