"""What is said of effects follows from what was recorded, for every way in which a call can end."""

from itertools import combinations_with_replacement

import pytest

from countersign.messages.effects import NOTHING, NOTHING_GUARDED, effects_for_person
from countersign.messages.notices import MODEL_SILENT, spoken
from countersign.messages.voice import MarkdownVoice
from tests.support.builders import a_sentence
from workflows.contracts.decisions import Execution, Outcome
from workflows.contracts.notices import Effect, NoticeCode, has_news
from workflows.conversation.model_errors import apology

RAN = set(Execution) - {Execution.NOT_STARTED}


def _effect(execution: Execution, *, guarded: bool = True) -> Effect:
    outcome = Outcome.REJECTED if execution is Execution.NOT_STARTED else Outcome.APPROVED
    return Effect(
        what=f"act-{execution}",
        outcome=outcome,
        execution=execution,
        result=f"result-{execution}",
        guarded=guarded,
    )


@pytest.mark.parametrize("pair", list(combinations_with_replacement(Execution, 2)))
def test_nothing_is_denied_that_was_done_or_may_have_been(
    pair: tuple[Execution, Execution],
) -> None:
    effects = [_effect(execution) for execution in pair]
    told = effects_for_person(effects)
    assert (NOTHING in told) is not bool(RAN & set(pair))
    for effect in effects:
        assert effect.result in told or effect.what in told
    assert ("approved and done" in told) is (Execution.DONE in pair)
    assert ("may have been done" in told) is bool(
        {Execution.UNKNOWN, Execution.RUNNING, Execution.PASSED_ON} & set(pair)
    )
    assert has_news(effects)


def test_what_was_only_looked_up_is_not_said_to_be_nothing() -> None:
    looked = [_effect(Execution.DONE, guarded=False)]
    assert effects_for_person(looked) == NOTHING_GUARDED
    assert not has_news(looked)
    unsure = [_effect(Execution.UNKNOWN, guarded=False)]
    assert "may have been done" in effects_for_person(unsure)


def test_without_a_call_nothing_was_done() -> None:
    assert effects_for_person([]) == NOTHING
    assert a_sentence(NoticeCode.SILENT) == f"{MODEL_SILENT} {NOTHING}"
    done = a_sentence(NoticeCode.SILENT, effects=(_effect(Execution.DONE),))
    assert done.startswith("This was approved and done:")


@pytest.mark.parametrize("execution", sorted(RAN))
def test_an_apology_never_denies_what_was_done(execution: Execution) -> None:
    told = spoken(apology(RuntimeError("odd"), [_effect(execution)], waits=True), MarkdownVoice())
    assert NOTHING not in told
    assert "still waiting" in told
