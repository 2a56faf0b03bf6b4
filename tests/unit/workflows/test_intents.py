"""Which words in a thread mean an approval that waits, and which do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.conversation.intents import (
    LONGEST,
    Following,
    Intent,
    read_following,
    read_intent,
)


@pytest.mark.parametrize(
    "text",
    [
        "approve",
        "Approved!",
        "APPROVE IT",
        "please approve this",
        "ok, I approve that",
        "lgtm",
        "LGTM 👍",
        ":thumbsup: approved",
        "that's fine, approved",
        "that’s fine, approved",
        "yes, approve the order",
        "approve both",
        "approve all of them",
        "reject",
        "Reject it, please.",
        "denied",
        "I decline",
        "veto",
    ],
)
def test_a_typed_decision_is_one_for_sure(text: str) -> None:
    assert read_intent(text) is Intent.DECIDE


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "yep",
        "ok",
        "OK.",
        "sure",
        "fine",
        "yes please",
        "👍",
        ":+1:",
        ":+1::skin-tone-3:",
        ":white_check_mark:",
        "looks good to me",
        "Looks good, thanks!",
        "go ahead",
        "ok go ahead please",
        "yes, do it",
        "ship it",
        "confirmed",
        "I agree",
    ],
)
def test_a_yes_that_may_answer_something_else_is_in_doubt(text: str) -> None:
    assert read_intent(text) is Intent.MAYBE


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "cancel that",
        "Cancel it please",
        "please cancel the order",
        "no, cancel my request",
        "withdraw",
        "never mind",
        "nevermind, thanks",
        "forget it",
        "forget about it",
        "actually, drop that",
        "take back that",
        "stop",
        "scrap this order",
        "never mind, cancel it",
        "stop! forget about it",
        "nvm",
        "NVM!!",
        "never mind :sweat_smile:",
        "Never mind 🙈",
        "nvm, cancel it pls 🙏🏽",
    ],
)
def test_taking_back_is_known(text: str) -> None:
    assert read_intent(text) is Intent.WITHDRAW


@pytest.mark.parametrize(
    "text",
    [
        "cancel everything",
        "cancel all",
        "withdraw both",
        "please cancel them all",
        "drop all",
        "forget it, cancel all of them",
        "Never mind. Cancel everything!",
        "cancel all my requests",
        "withdraw all of the requests and forget it",
    ],
)
def test_taking_all_back_is_known(text: str) -> None:
    assert read_intent(text) is Intent.WITHDRAW_ALL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?",
        "approve?",
        "who can approve it?",
        "should I cancel that?",
        "do not approve it",
        "don't approve",
        "don't cancel that",
        "never approve this",
        "I can't approve",
        "approve order 17 but not order 18",
        "cancel order 17",
        "cancel the meeting",
        "stop the music",
        "never mind, order 3 chairs",
        "forget it and buy a desk",
        "cancel my last order",
        "cancel all my orders",
        "actually make it 2",
        "I would approve if it were cheaper",
        "yes, order 100 widgets",
        "ok what is the budget",
        "no",
        "please",
        "thanks",
        "approval",
        "is it approved yet",
        "it was approved yesterday",
        "> cancel that\nno",
        "no\n  > approve",
        ">lgtm",
        "approve " + "it " * LONGEST,
    ],
)
def test_anything_else_is_for_the_model(text: str) -> None:
    assert read_intent(text) is None


@given(st.text(max_size=200))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert read_intent(text) is None or isinstance(read_intent(text), Intent)


@given(st.sampled_from(["approve", "cancel that", "yes", "cancel all"]), st.text(max_size=20))
def test_a_question_is_never_a_decision(words: str, more: str) -> None:
    assert read_intent(f"{words} {more}?") is None


@given(st.sampled_from(["not", "don't", "never", "cannot", "if", "unless", "until"]))
def test_a_condition_or_a_denial_is_never_a_decision(word: str) -> None:
    assert read_intent(f"{word} approve it") is None
    assert read_intent(f"approve it {word}") is None
    assert read_intent(f"cancel that {word}") is None


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "a dozen please",
        "only 2",
        "yes",
        "ok",
        "no, 3",
        "5.",
        "both",
        "Both of them!",
        "the first",
        "THE LAST ONE",
        "the chairs, please",
        "the second one 🙂",
    ],
)
def test_an_answer_goes_on_with_a_question(text: str) -> None:
    assert read_following(text) is Following.QUESTION


@pytest.mark.parametrize(
    "text",
    [
        "actually make it 2",
        "make it 2 instead",
        "no, change that to desks",
        "Actually, 5 are enough",
        "never mind",
        "forget it, cancel all of them",
        "who has to approve?",
        "Who can approve this?",
        "any news?",
        "is it approved yet?",
        "Has it been approved?",
        "how long does it take?",
        "who's it waiting for",
        "who is this waiting for? :eyes:",
        "make that 3 instead 🙏",
        "MAKE IT 2!!",
        "can you make it 4?",
        "2 please, not 20",
        "Sorry, chairs not desks",
        "nvm",
        "approve",
    ],
)
def test_words_about_a_request_go_on_with_it(text: str) -> None:
    assert read_following(text) is Following.REQUEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "thanks",
        "order 3 widgets",
        "how much budget is left?",
        "cancel my last order",
        "cancel order 12",
        "what did I order today?",
        "make a list of all desks",
        "the budget?",
        "the prices?",
        "do not order chairs",
        "I'm not sure",
        "how long does delivery take?",
        "who is there?",
        "12 chairs and 3 desks, the blue ones",
        "actually " + "and so on " * 9,
        "> make it 2",
    ],
)
def test_what_can_stand_alone_goes_on_with_nothing(text: str) -> None:
    assert read_following(text) is None
