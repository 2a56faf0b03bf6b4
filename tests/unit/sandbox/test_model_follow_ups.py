"""What people type while something waits, in the ways in which people type."""

from collections.abc import Callable

import pytest

from tests.unit.sandbox.model_thread import LISTING, TOOLS, Thread


def a_note(*rows: tuple[str, int, str]) -> str:
    """What the model is told of requests that wait: item, quantity and sentence of each."""
    listed = (
        f"- {sentence}\n"
        f"  id: approval-{at}\n"
        f'  call: place_order {{"sku": "{sku}", "quantity": {quantity}, '
        '"approval_reason": "low"}\n'
        "  asked by: the person whose message you are answering\n"
        "  needs: 1 approval from @finance\n"
        "  until: Nov 30 at 9:18 PM UTC"
        for at, (sku, quantity, sentence) in enumerate(rows, 1)
    )
    return "\n".join(["Waiting for approval:", *listed, "These calls are not done yet."])


DESKS = ("desk", 20, "Order 20 desks for €7,980.00")
CHAIRS = ("chair", 6, "Order 6 office chairs for €1,290.00")
ONE = a_note(DESKS)
TWO = a_note(CHAIRS, DESKS)
IN_TWO = "place_order desk 2 approval-1"
IN_THREE = "place_order desk 3 approval-1"
WIDE_AWAKE: dict[str, Callable[[str], str]] = {
    "as typed": str,
    "lower": str.lower,
    "upper": str.upper,
    "marked": lambda text: f"{text.rstrip('?.!')}!!",
    "with emoji": lambda text: f"{text} 🙏 :sweat_smile:",
}
"""How the same words are typed by different people."""


def say(text: str, *before: str, note: str = ONE) -> Thread:
    """Say something after something else in a thread where requests wait."""
    thread = Thread(note, tools=[*TOOLS, LISTING])
    for it in before:
        thread.say(it)
    return thread.say(text)


@pytest.mark.parametrize("typed", WIDE_AWAKE.values(), ids=WIDE_AWAKE.keys())
@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("Actually make it 2", [IN_TWO]),
        ("Make that 3 instead", [IN_THREE]),
        ("2 please, not 20", [IN_TWO]),
        ("Not 20, 2", [IN_TWO]),
        ("Oh wait, only 3", [IN_THREE]),
        ("hm, 3 would be enough", [IN_THREE]),
        ("2 is enough", [IN_TWO]),
        ("can you make it two?", [IN_TWO]),
        ("could we do 3 instead?", [IN_THREE]),
        ("let's do 3", [IN_THREE]),
        ("I meant 2", [IN_TWO]),
        ("3", [IN_THREE]),
        ("sorry, chairs not desks", ["place_order chair 20 approval-1"]),
        ("Sorry: chairs, not the desks", ["place_order chair 20 approval-1"]),
        ("chairs instead of desks please", ["place_order chair 20 approval-1"]),
        ("I meant chairs", ["place_order chair 20 approval-1"]),
        ("make it 2 chairs", ["place_order chair 2 approval-1"]),
        ("and 5 chairs too", ["place_order chair 5"]),
        ("also 2 chairs", ["place_order chair 2"]),
        ("What did I order today?", ["list_orders today"]),
        ("what'd I order today", ["list_orders today"]),
        ("what have I ordered this week?", ["list_orders this week"]),
        ("cancel my last order", ["list_orders ever"]),
        ("do you sell gadgets?", ["search_catalog gadgets"]),
    ],
)
def test_a_follow_up_leads_to_calls(
    text: str, calls: list[str], typed: Callable[[str], str]
) -> None:
    assert [it.lower() for it in say(typed(text)).calls] == [it.lower() for it in calls]


@pytest.mark.parametrize("typed", WIDE_AWAKE.values(), ids=WIDE_AWAKE.keys())
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("never mind", "goes on waiting"),
        ("nvm", "goes on waiting"),
        ("forget it", "goes on waiting"),
        ("who has to approve?", "needs 1 approval from @finance"),
        ("who's it waiting for?", "needs 1 approval from @finance"),
        ("whose approval do we need?", "needs 1 approval from @finance"),
        ("who needs to sign this off?", "needs 1 approval from @finance"),
        ("is it approved yet?", "waiting for somebody to decide"),
        ("has it been approved?", "waiting for somebody to decide"),
        ("did they approve it already?", "waiting for somebody to decide"),
        ("any news?", "waiting for somebody to decide"),
        ("how long does it take?", "open until Nov 30 at 9:18 PM UTC"),
        ("how long will this take?", "open until Nov 30 at 9:18 PM UTC"),
        ("when will it be approved?", "open until Nov 30 at 9:18 PM UTC"),
        ("make it 20", "already waiting"),
        ("thanks", "welcome"),
    ],
)
def test_a_follow_up_is_answered(text: str, answer: str, typed: Callable[[str], str]) -> None:
    thread = say(typed(text))

    assert thread.calls == []
    assert answer in thread.text


FIRST = "place_order chair 2 approval-1"
SECOND = "place_order desk 2 approval-2"


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ("the chairs", [FIRST]),
        ("Chairs, please!", [FIRST]),
        ("THE CHAIRS", [FIRST]),
        ("the chiars", [FIRST]),
        ("the office chairs 🙂", [FIRST]),
        ("the first", [FIRST]),
        ("The first one, please.", [FIRST]),
        ("1", [FIRST]),
        ("the former", [FIRST]),
        ("the 20 desks", [SECOND]),
        ("desks", [SECOND]),
        ("I mean the desks", [SECOND]),
        ("the 2nd", [SECOND]),
        ("#2", [SECOND]),
        ("the last one", [SECOND]),
        ("both", [FIRST, SECOND]),
        ("Both of them!", [FIRST, SECOND]),
        ("all of them :pray:", [FIRST, SECOND]),
        ("neither", []),
        ("hm", []),
        ("the gadgets", []),
        ("what do you sell?", ["search_catalog "]),
        ("order 3 laptops", ["place_order laptop 3"]),
    ],
)
def test_an_answer_picks_one_of_several(answer: str, calls: list[str]) -> None:
    assert say(answer, "make it 2", note=TWO).calls == calls


def test_which_is_asked_with_numbers_and_again_if_the_answer_picks_none() -> None:
    asked = "Which of your requests do you mean?\n\n1. Order 6 office chairs"
    thread = say("make it 2", note=TWO)

    assert thread.text.startswith(asked)
    assert thread.say("hm").text.startswith(asked)
    assert thread.say("the chairs").calls == [FIRST]


def test_what_tells_them_apart_needs_no_question() -> None:
    for text, calls in (
        ("make the chairs 2", [FIRST]),
        ("2, not 20", [SECOND]),
        ("2 desks would be enough", [SECOND]),
    ):
        assert say(text, note=TWO).calls == calls


def test_words_that_only_sound_like_a_change_change_nothing() -> None:
    for text in ("I'm not sure", "why not?", "that's not nice", "make me a sandwich", "5 o'clock"):
        assert not any("approval-1" in it for it in say(text).calls)


def test_what_was_decided_already_is_told_when_somebody_asks() -> None:
    thread = Thread().say("order 100 widgets").answer("APPROVED by Bob. Order #1 placed: 1 desk.")

    assert "Order #1 placed" in thread.say("is it approved yet?").text
