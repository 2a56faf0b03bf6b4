"""The scripted model says of an order what the product told it, and claims nothing else."""

from itertools import product

import pytest

from tests.builders import a_press, a_status
from tests.unit.test_model import Thread
from workflows.contracts.decisions import Execution, Outcome
from workflows.conversation.model_messages import (
    no_such_tool_for_model,
    rejection_for_model,
    too_many_waiting_for_model,
    withdrawn_unasked_for_model,
)

DENIED = ("Nothing was ordered", "Nothing was done", "nothing was done")
BEGUN = frozenset({Execution.RUNNING, Execution.DONE, Execution.UNKNOWN})


POSSIBLE = [
    (outcome, execution)
    for outcome, execution in product(Outcome, Execution)
    if execution is Execution.NOT_STARTED or outcome in {Outcome.APPROVED, Outcome.STOPPED}
]
"""Nothing else is ever carried out."""


@pytest.mark.parametrize(("outcome", "execution"), POSSIBLE)
def test_what_is_told_of_an_order_is_what_became_of_it(
    outcome: Outcome, execution: Execution
) -> None:
    end = {"outcome": outcome, "execution": execution, "result": "Order #1 is placed."}
    status = a_status().model_copy(update={**end, "decision": a_press()})

    told = Thread().say("order 100 widgets").answer(rejection_for_model(status))

    assert told.calls == []
    is_done = outcome is Outcome.APPROVED and execution is Execution.DONE
    assert ("**Done.**" in told.text) == is_done
    if outcome is Outcome.APPROVED and execution in BEGUN:
        assert not any(words in told.text for words in DENIED)
    if execution is Execution.UNKNOWN and outcome in {Outcome.APPROVED, Outcome.STOPPED}:
        assert "may have been done" in told.text
        assert not any(words in told.text for words in DENIED)


@pytest.mark.parametrize(
    "output",
    [
        no_such_tool_for_model("send_email"),
        too_many_waiting_for_model(30),
        withdrawn_unasked_for_model("alice"),
    ],
)
def test_what_was_not_even_asked_is_not_said_to_be_done(output: str) -> None:
    told = Thread().say("order 100 widgets").answer(output)
    assert told.calls == []
    assert "**Done.**" not in told.text
