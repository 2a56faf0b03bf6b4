"""The largest rules are carried by a real approval to its end; what is too large is told."""

from temporalio import activity
from temporalio.client import Client

from countersign.policy.loading import load
from tests.flows.flow import act, working
from tests.support.activity_faults import HUGE
from tests.support.builders import BOB
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import says
from tests.unit.policy.policies import TOOLS, an_order
from workflows.contracts.core import Call, Person, Prepared
from workflows.contracts.decisions import Outcome, Verb
from workflows.contracts.rules import Ruling

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
