"""However much arrives at one approval, it stays small, answers, and can be decided."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.common import RawValue

from tests.flows.flow import CAROL, DAVE, Flow, a_rule, act, working
from tests.flows.slow_fakes import SlowDirectory
from tests.support.builders import ALICE, BOB, a_press
from tests.support.scripted_model import says
from workflows.contracts.core import DECIDE_SIGNAL, Person
from workflows.contracts.decisions import Outcome, Refusal, Verb
from workflows.contracts.rules import Panel, People
from workflows.voting.ballot import REFUSED_LIMIT
from workflows.voting.docket import MOST_A_MINUTE, MOST_UNDER_WAY
from workflows.voting.parsing import REASON_LIMIT

PRESSES = 300


async def _length(flow: Flow, approval_id: str) -> int:
    """How many events an approval's history has."""
    handle = flow.temporal.get_workflow_handle(approval_id)
    return len([event async for event in handle.fetch_history_events()])


async def _send(flow: Flow, approval_id: str, people: Sequence[Person], **fields: object) -> None:
    """Each of them presses Approve, a few at the same time."""
    handle = flow.temporal.get_workflow_handle(approval_id)
    for some in batched(people, 10):
        presses = (a_press(by).model_copy(update=fields) for by in some)
        await asyncio.gather(*(handle.signal(DECIDE_SIGNAL, args=[True, it]) for it in presses))


def batched(people: Sequence[Person], size: int) -> Iterator[Sequence[Person]]:
    """So many at a time."""
    return (people[start : start + size] for start in range(0, len(people), size))


async def test_hundreds_of_presses_by_an_outsider_cost_little_more_than_their_own_events(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.directory.panels = {DAVE.user: ()}
        id_ = await flow.ask()
        before = await _length(flow, id_)
        await _send(flow, id_, [DAVE] * PRESSES)

        await flow.threads.until(
            lambda: any("many times" in it.text for it in flow.threads.ephemerals)
        )
        await flow.vote(id_, BOB)

        assert await flow.answered() == "Done."
        refusals = await flow.refusals(id_)
        assert refusals.count(Refusal.TOO_OFTEN) <= 2 * MOST_A_MINUTE
        assert len(flow.threads.ephemerals) <= 3 * MOST_A_MINUTE
        # A signal, and at worst a workflow task of three events for each.
        assert await _length(flow, id_) - before < 4 * PRESSES + 600


async def test_a_flood_by_many_people_is_refused_beyond_what_can_be_checked_and_a_no_counts(
    temporal: Client,
) -> None:
    directory = SlowDirectory()
    many = range(MOST_UNDER_WAY + 20)
    crowd = [Person(team="T0ACME", user=f"U0CROWD{number}") for number in many]
    directory.doors.close(*(person.user for person in crowd))
    async with working(temporal, act(1), says("Off."), directory=directory) as flow:
        id_ = await flow.ask()
        await _send(flow, id_, crowd)
        assert Refusal.TOO_OFTEN in await flow.refusals(id_)
        assert len(directory.asked) <= MOST_UNDER_WAY

        await flow.vote(id_, ALICE, approve=False, verb=Verb.WITHDRAW)

        await flow.cards.until(lambda: flow.cards.of(id_).outcome is Outcome.WITHDRAWN)
        directory.doors.open(*(person.user for person in crowd))
        assert await flow.answered() == "Off."
        assert flow.agent.ran == []


async def test_what_is_too_long_or_cannot_be_kept_decides_nothing_and_harms_nothing(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        id_ = await flow.ask()
        handle = temporal.get_workflow_handle(id_)
        press = await flow.vote(id_, BOB, approve=False, reason="x" * (REASON_LIMIT + 1))
        shape = press.model_dump(mode="json") | {"reason": ""}
        nested: list[object] = []
        for _ in range(150):
            nested = [nested]
        await handle.signal(DECIDE_SIGNAL, args=[True, shape | {"reason": "x" * 1_500_000}])
        await handle.signal(DECIDE_SIGNAL, args=[True, shape | {"card": nested}])
        await handle.signal(DECIDE_SIGNAL, args=[True, shape | {"at": 10**300}])
        await handle.signal(DECIDE_SIGNAL, args=[nested, shape])
        deep = Payload(metadata={"encoding": b"json/plain"}, data=b"[" * 100_000 + b"]" * 100_000)
        await handle.signal(DECIDE_SIGNAL, args=[True, RawValue(deep)])

        assert await flow.refusals(id_) == [Refusal.MALFORMED] * 5  # the last cannot even be read
        await flow.vote(id_, BOB)
        assert await flow.answered() == "Done."


async def test_a_rule_that_names_hundreds_asks_them_and_one_of_the_last_decides(
    temporal: Client,
) -> None:
    many = tuple(f"U{number:010}" for number in range(500))
    last = Person(team="T0ACME", user=many[-1])
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.policy.rule = a_rule(panels=(Panel(who=People(users=many)),))
        await flow.vote(await flow.ask(), last)

        assert await flow.answered() == "Done."
        assert len(flow.agent.ran) == 1


async def test_hundreds_of_refused_presses_with_long_reasons_fit_into_one_status(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Off.")) as flow:
        id_ = await flow.ask()
        crowd = [Person(team="T0ACME", user=f"U0{number}") for number in range(REFUSED_LIMIT + 9)]
        await _send(flow, id_, crowd, reason="é" * REASON_LIMIT, arguments="é" * 40_000)
        await flow.vote(id_, CAROL, approve=False)

        assert await flow.answered() == "Off."
        status = flow.cards.of(id_)
        assert len(status.refused) == REFUSED_LIMIT
        assert len(status.model_dump_json()) < 500_000


async def test_a_late_flood_while_the_action_runs_redraws_the_card_a_few_times_only(
    temporal: Client,
) -> None:
    async with working(temporal, act(1), says("Done.")) as flow:
        flow.agent.gate.clear()
        flow.policy.rule = a_rule(expires_after=timedelta(hours=1))
        id_ = await flow.ask()
        await flow.vote(id_, BOB)
        await flow.agent.until(lambda: len(flow.agent.ran) == 1)
        drawn = len(flow.cards.shown)
        await _send(flow, id_, [DAVE] * 200)
        await flow.threads.until(
            lambda: any("many times" in it.text for it in flow.threads.ephemerals)
        )
        flow.agent.gate.set()

        assert await flow.answered() == "Done."
        assert len(flow.cards.shown) - drawn <= 2 * MOST_A_MINUTE + 2
