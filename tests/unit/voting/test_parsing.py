"""What arrives as a decision, and what of it is one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import ALICE, BOB, NOON, a_press
from tests.support.examples import examples
from workflows.contracts.decisions import Decision, Refusal, Refused, Verb, Via
from workflows.voting.parsing import DETAIL_LIMIT, Vote, read_vote

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PERSON = BOB.model_dump()
OTHER = ALICE.model_dump()
UNVERIFIED = {Via.OPERATOR, Via.CLI}
OURS = {Via.RULE, Via.GRANT}


def _decision(**fields: object) -> dict[str, Any]:
    """A press as it comes through the data converter."""
    return {"id": "1.0:U0BOB", "at": NOON.isoformat(), "via": "button", "by": PERSON, **fields}


@pytest.mark.parametrize("value", [True, False])
def test_a_bare_boolean_is_an_operators_vote(value: bool) -> None:
    for args in ([value], [value, None]):
        vote = read_vote(args, NOON)
        assert isinstance(vote, Vote)
        assert vote.approve is value
        assert (vote.decision.via, vote.decision.by) == (Via.OPERATOR, None)


def test_a_boolean_with_a_decision_is_that_persons_vote() -> None:
    press = a_press()
    assert read_vote([True, press.model_dump(mode="json")], NOON) == Vote(True, press)


@pytest.mark.parametrize("value", ["true", "false", 1, 0, 1.0, None, {"success": True}, [True]])
def test_what_only_looks_like_yes_or_no_is_refused(value: Any) -> None:
    for args in ([value], [value, None], [value, _decision()]):
        assert isinstance(read_vote(args, NOON), Refused)


@pytest.mark.parametrize("args", [[], [True, _decision(), None], [True, None, None, None, None]])
def test_too_few_or_too_many_inputs_are_refused(args: list[Any]) -> None:
    assert isinstance(read_vote(args, NOON), Refused)


@pytest.mark.parametrize("via", list(Via))
@pytest.mark.parametrize("by", [PERSON, None, {"team": "T0ACME", "user": ""}])
def test_a_person_is_named_exactly_where_slack_vouches_for_one(
    via: Via, by: dict[str, str] | None
) -> None:
    vote = read_vote([False, _decision(via=via, by=by, verb=Verb.WITHDRAW)], NOON)
    named = by == PERSON if via not in UNVERIFIED else by is None
    assert isinstance(vote, Vote) is (named and via not in OURS)


@pytest.mark.parametrize("verb", list(Verb))
def test_only_a_decision_and_an_emergency_can_be_a_yes(verb: Verb) -> None:
    to = OTHER if verb is Verb.HAND_OVER else None
    yes, no = (read_vote([value, _decision(verb=verb, to=to)], NOON) for value in (True, False))
    assert isinstance(yes, Vote) is (verb in {Verb.DECIDE, Verb.BREAK_GLASS})
    assert isinstance(no, Vote) is (verb is not Verb.BREAK_GLASS)


@pytest.mark.parametrize(
    ("approve", "fields"),
    [
        pytest.param(True, {"to": OTHER}, id="an approval that names somebody else"),
        pytest.param(False, {"verb": "hand over"}, id="a hand-over to nobody"),
        pytest.param(False, {"arguments": "{}"}, id="a rejection with other arguments"),
        pytest.param(False, {"always": True}, id="a rejection for the rest of the thread"),
        pytest.param(True, {"via": "message"}, id="an approval by words in the thread"),
        pytest.param(False, {"via": "message"}, id="a rejection by words in the thread"),
        pytest.param(True, {"id": ""}, id="a press without an id"),
        pytest.param(True, {"at": "2026-11-23T12:00:00"}, id="a time in no zone"),
        pytest.param(True, {"at": "at noon"}, id="a time that is none"),
        pytest.param(True, {"verb": "allow"}, id="a verb that is none"),
        pytest.param(True, {"via": "telepathy"}, id="a place that is none"),
        pytest.param(True, {"by": "U0BOB"}, id="a person without a workspace"),
    ],
)
def test_parts_that_do_not_fit_are_refused(approve: bool, fields: dict[str, Any]) -> None:
    assert isinstance(read_vote([approve, _decision()], NOON), Vote)
    refused = read_vote([approve, _decision(**fields)], NOON)
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.MALFORMED


def test_a_field_of_a_later_release_is_passed_over() -> None:
    vote = read_vote([True, _decision(mood="good")], NOON)
    assert isinstance(vote, Vote)
    assert vote.decision == Decision.model_validate(_decision())


@examples(500)
@given(args=st.lists(JSON, max_size=5))
def test_whatever_arrives_is_a_vote_of_a_boolean_or_refused(args: list[Any]) -> None:
    vote = read_vote(args, NOON)
    if isinstance(vote, Vote):
        assert args[0] is True or args[0] is False
        assert vote.approve is args[0]
    else:
        assert vote.why is Refusal.MALFORMED
        assert len(vote.detail) <= DETAIL_LIMIT
