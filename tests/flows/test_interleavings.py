"""Whatever happens in which order while something waits, the model's memory is whole."""

from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import pytest
from temporalio.client import Client

from tests.flows.flow import CAROL, Flow, act, working
from tests.support.builders import ALICE, BOB
from tests.support.scripted_model import Answer, says

QUESTION = "how is the weather?"
ANOTHER = "act for me too"
TYPED = "approve"
CANCEL = "cancel that"
LAST = "what was done?"


class Dialog:
    """A thread in which Alice's call waits, and what may happen meanwhile."""

    def __init__(self, flow: Flow, alices: str) -> None:
        self._flow = flow
        self._alices = alices
        self._open = {alices}
        self._replies = 0
        self._ephemerals = 0
        self.spoken = ["please act"]

    async def question(self) -> None:
        await self._say(QUESTION, says("Fine."))
        await self._answered()

    async def another(self) -> None:
        known = len(self._flow.cards.ids)
        await self._say(ANOTHER, act(2), who=CAROL)
        self._open.add((await self._flow.asked(known + 1))[-1])

    async def typed(self) -> None:
        if self._open:
            await self._say(TYPED, who=BOB)
            self._ephemerals += 1
            await self._flow.told(self._ephemerals)
        else:
            await self._say(TYPED, says("Approve what?"), who=BOB)
            await self._answered()

    async def press(self) -> None:
        self._flow.script.answers.append(says("Acted."))
        await self._flow.vote(self._alices, BOB)
        await self._answered()
        self._open.remove(self._alices)

    async def cancel(self) -> None:
        """Carol takes hers back."""
        await self._say(CANCEL, says("It is off."), who=CAROL)
        await self._answered()
        self._open &= {self._alices}

    async def end(self) -> list[Any]:
        """One more question; what the model is given of all that was."""
        await self._say(LAST, says("That."))
        await self._answered()
        return self._flow.script.given[-1]

    async def _say(self, text: str, *answers: Answer, who: Any = ALICE) -> None:
        self._flow.script.answers += answers
        self.spoken.append(text)
        await self._flow.say(text, who=who)

    async def _answered(self) -> None:
        self._replies += 1
        await self._flow.answered(self._replies)


STEPS: dict[str, Callable[[Dialog], Awaitable[None]]] = {
    "question": Dialog.question,
    "another": Dialog.another,
    "typed": Dialog.typed,
    "press": Dialog.press,
    "cancel": Dialog.cancel,
}
ORDERS = [it for it in permutations(STEPS) if it.index("another") < it.index("cancel")]
"""Nobody cancels what was not asked for."""


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(it, id="-".join(it), marks=() if number % 10 == 0 else pytest.mark.soak)
        for number, it in enumerate(ORDERS)
    ],
)
async def test_every_call_and_every_word_is_remembered_once(
    temporal: Client, order: tuple[str, ...]
) -> None:
    async with working(temporal, act(1)) as flow:
        dialog = Dialog(flow, await flow.ask())
        for step in order:
            await STEPS[step](dialog)

        given = await dialog.end()

        assert [it["content"] for it in given if it.get("role") == "user"] == dialog.spoken
        _assert_paired(given)
        outputs = [it["output"] for it in given if it.get("type") == "function_call_output"]
        assert len(outputs) == 2
        assert 'APPROVED by bob. act ran with {"n": 1}' in outputs
        assert any(output.startswith("WITHDRAWN by carol") for output in outputs)
        assert [call.arguments for call in flow.agent.ran] == ['{"n": 1}']


def _assert_paired(given: list[Any]) -> None:
    """Each call is there once, and its output once, after it."""
    called = [it["call_id"] for it in given if it.get("type") == "function_call"]
    answered = [it["call_id"] for it in given if it.get("type") == "function_call_output"]
    assert len(set(called)) == len(called) == 2
    assert sorted(answered) == sorted(called)
    open_calls: set[str] = set()
    for item in given:
        match item.get("type"):
            case "function_call":
                open_calls.add(item["call_id"])
            case "function_call_output":
                open_calls.remove(item["call_id"])
            case _:
                assert not open_calls, "something stands between a call and its output"
