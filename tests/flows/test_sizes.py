"""The largest rules are carried by a real approval to its end; what is too large is told."""

import json

from agents import Agent, ModelResponse, function_tool
from temporalio import activity
from temporalio.client import Client

from countersign.policy.loading import load
from tests.flows.flow import act, working
from tests.flows.own_agent import at_work_with, ran
from tests.support.activity_faults import HUGE
from tests.support.builders import BOB
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import calls, says
from tests.unit.policy.policies import TOOLS, an_order
from workflows.contracts.core import Call, Person, Prepared
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Ruling
from workflows.conversation.memory import EARLIER, WORDS_LIMIT, fits

WARNED = 10 * 2**20
"""Bytes of a history from which on Temporal warns (docs.temporal.io/workflow-execution/limits)."""
HEIR = Person(team="T0ACME", user=f"U{'A' * 10}0000")
"""Somebody whom the rule lets have the votes of others."""


class Wordy(FakeAgent):
    """Puts one call in more words than Temporal takes."""

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        prepared = await super().prepare_call(call)
        is_long = call.arguments == '{"n": 1}'
        return prepared.model_copy(update={"summary": "x" * HUGE}) if is_long else prepared


def _largest() -> Ruling:
    """A ruling under a rule that is full in every respect, with the longest names and ids."""
    ids = [f"{HEIR.user[:-4]}{number:04}" for number in range(100)]
    deputies, glass, asked = ids[:30], ids[30:50], ids[50:]
    away = "".join(
        f"  - {{user: {it}, delegate: {it[:-4]}{n:04}}}\n" for n, it in enumerate(asked[:30])
    )
    body = (
        f"name: {'n' * 60}, tool: '*', panels: [{{users: [{', '.join(asked[:40])}]}}],"
        f" notify: {{users: [{', '.join(asked[40:])}]}},"
        f" escalate: {{after: 51w, to: {{users: [{', '.join(asked)}]}}}}, expires_after: 52w,"
        f" hand_over: {{users: [{', '.join(ids)}]}},"
        f" reminders: [{', '.join(f'{n}w' for n in range(1, 11))}]"
    )
    policy = load(
        f"version: {'v' * 40}\nbreak_glass: {{users: [{', '.join(glass)}]}}\n"
        f"absences:\n{away}rules:\n  - {{{body}}}\n",
        "policy.yaml",
        TOOLS,
    )
    assert {it.delegate for it in policy.document.absences} == set(deputies)
    ruling = policy.judge(an_order())
    assert ruling.rule is not None
    names = dict.fromkeys(ids, "ü" * 80)
    return ruling.model_copy(update={"rule": ruling.rule.model_copy(update={"names": names})})


async def test_the_largest_rule_is_carried_to_the_end(temporal: Client) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rulings = [_largest()]
        approval_id = await flow.ask()
        await flow.vote(approval_id, BOB, approve=False, verb=Verb.HAND_OVER, to=HEIR)
        await flow.cards.until(lambda: len(flow.cards.reminders) == 1)
        await flow.vote(approval_id, HEIR)
        assert await flow.answered() == "Done."
        assert await flow.outcome(approval_id) is Outcome.APPROVED


async def test_a_call_too_large_to_be_recorded_ends_only_itself(temporal: Client) -> None:
    async with working(temporal, act(1, 2), says("One of two."), agent=Wordy()) as flow:
        await flow.vote(await flow.ask())

        assert await flow.answered() == "One of two."
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 2}']
        assert any(output.startswith("NOT ASKED") for output in flow.outputs)


@function_tool
def read_log(part: int) -> str:
    """Read a part of the log: two mebibytes for the first, a tenth of one for the others."""
    return "é" * 2**20 if part == 0 else "x" * 100_000


@function_tool(needs_approval=True)
def delete_log(why: str) -> str:
    """Delete the log."""
    return "The log is deleted."


READER = Agent[None](name="Reader", instructions="Read.", tools=[read_log, delete_log])
DELETE = ("delete_log", '{"why": "it is full", "reason": "it is full"}')


def _wordy(part: int) -> ModelResponse:
    """Words of 100 KB, and a call whose answer is as long."""
    answer = calls(("read_log", f'{{"part": {part}}}'))
    answer.output.insert(0, says("w" * 100_000).output[0])
    return answer


async def test_twelve_large_model_calls_leave_alone_what_waits(temporal: Client) -> None:
    """Each is answered with 100 KB, and calls a tool that comes back with 100 KB more."""
    read = (*map(_wordy, range(1, 12)), says("w" * 100_000))
    async with at_work_with(temporal, READER, calls(DELETE), *read, says("Done.")) as flow:
        id_ = await flow.ask("delete the log")
        await flow.say("read all of it first")

        told = await flow.answered(seconds=60)
        assert told.startswith(EARLIER)
        assert told.endswith("of 100,000 characters are left out]")
        assert len(told) < WORDS_LIMIT + 1_000
        assert all("characters are left out]" in it for it in flow.outputs)
        assert len(flow.outputs) == 11
        assert all(fits(given, 400_000) for given in flow.script.given)
        assert await flow.history_size(flow.thread.workflow_id) < WARNED // 2
        await flow.vote(id_)
        assert await flow.answered(2) == "Done."
        assert ran(flow)[-1] == ("", "delete_log")
        assert await flow.failed_tasks() == []


async def test_two_mebibytes_of_output_and_one_of_arguments_are_cut_or_refused(
    temporal: Client,
) -> None:
    huge = json.dumps({"why": "y" * 2**20, "reason": "x"})
    odd = calls(("read_log", '{"part": 0}'), ("delete_log", huge))
    answers = (calls(DELETE), odd, says("I see."), says("Done."))
    async with at_work_with(temporal, READER, *answers) as flow:
        id_ = await flow.ask("delete the log")
        await flow.say("and read it")

        assert await flow.answered() == "I see."
        cut, refused = flow.outputs
        assert cut.endswith("of 1,048,576 characters are left out]")
        assert "NOT RUN: The arguments are 1,048," in refused
        assert flow.cards.ids == [id_]
        assert await flow.history_size(flow.thread.workflow_id) < WARNED // 20
        await flow.vote(id_)
        assert await flow.answered(2) == "Done."
        assert ran(flow)[-1] == ("", "delete_log")
