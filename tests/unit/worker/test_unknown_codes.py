"""What Slack refuses in a word that nobody here knows: a few tries, then on, and it is told."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.directory import Directory
from countersign.slack.origin import slack_thread
from countersign.slack.refusal_words import refusal
from countersign.slack.web_client import CONFIGURATION
from tests.support.builders import ALICE, a_request, a_status, a_thread
from tests.unit.worker.tries import MOST, tried
from tests.unit.worker.workspace import Workspace
from worker.cards.activities import SlackCards
from worker.slack import PASSING, PERMANENT, failure, passes
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import EphemeralMessage, Reminder, Reply
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.notices import Notice, NoticeCode
from workflows.contracts.rules import DIRECT, THREAD, Panel, People, Rule

MINUTE = timedelta(minutes=1)
UNFAMILIAR = [
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "team_access_not_granted",
    "a_word_of_next_year",
    "http_403",
]


@pytest.fixture
def cards(client: AsyncWebClient, directory: Directory) -> SlackCards:
    return SlackCards(client, directory, Surfaces([SlackThreads(client, "main")]), "main")


@pytest.fixture
def threads(client: AsyncWebClient) -> SlackThreads:
    return SlackThreads(client, "main")


def _asked(*targets: str) -> ApprovalStatus:
    finance = (Panel(who=People(groups=("S0FINANCE",))),)
    rule = Rule(name="large", version="3", panels=finance, targets=targets)
    return a_status().model_copy(update={"request": a_request().model_copy(update={"rule": rule})})


def _reply(channel: str = "C0OPS", text: str = "Done.") -> Reply:
    thread = slack_thread("T0ACME", channel, "1.0")
    return Reply(origin=thread, key="k", markdown=text, to=ALICE)


@pytest.mark.parametrize("code", UNFAMILIAR)
async def test_the_next_target_is_tried_within_seconds_and_the_card_names_the_refusal(
    slack: Workspace, cards: SlackCards, code: str
) -> None:
    slack.refuses("chat.postMessage", code, "C0OPS")
    done = await tried(cards.post_card, _asked(THREAD, "C0FINANCE", DIRECT))
    assert (done.result.channel, done.attempts) == ("C0FINANCE", 3)
    assert done.pause < timedelta(seconds=10)
    assert f"thread: {code}" in done.result.problems
    (told,) = slack.seen_in("D0ALICE")
    assert told["text"].startswith(f"I can't post in <#C0OPS>: Slack says {code}. ⏳ Waiting for")


async def test_what_came_only_once_is_no_refusal(slack: Workspace, cards: SlackCards) -> None:
    slack.refuses_once("chat.postMessage", "a_word_of_next_year")
    done = await tried(cards.post_card, _asked(THREAD, "C0FINANCE"))
    assert (done.result.channel, done.result.problems) == ("C0OPS", ())


async def test_an_outage_in_between_uses_up_no_tries(slack: Workspace, cards: SlackCards) -> None:
    for code in (*["internal_error"] * 5, *["a_word_of_next_year"] * 2):
        slack.refuses_once("chat.postMessage", code)
    done = await tried(cards.post_card, _asked(THREAD, "C0FINANCE"))
    assert (done.result.channel, done.attempts) == ("C0OPS", 8)


async def test_where_there_is_no_other_target_it_is_tried_for_a_minute_and_then_told(
    slack: Workspace, cards: SlackCards
) -> None:
    slack.refuses("chat.postMessage", "a_word_of_next_year", "C0FINANCE")
    done = await tried(cards.post_card, _asked("C0FINANCE"))
    assert timedelta(seconds=50) < done.pause < timedelta(seconds=90)
    assert done.result.ts == ""
    (line,) = slack.seen_in("C0OPS")
    assert "a_word_of_next_year" in line["text"]


async def test_people_who_refuse_in_unfamiliar_words_do_not_use_up_each_others_tries(
    slack: Workspace, cards: SlackCards
) -> None:
    slack.refuses("conversations.open", "a_word_of_next_year", "U0BOB")
    done = await tried(cards.post_card, _asked(DIRECT))
    assert (done.result.channel, done.attempts) == ("D0CAROL", 3)
    assert done.result.problems == ("U0BOB: a_word_of_next_year",)
    assert len(slack.seen_in("D0CAROL")) == 1


async def test_a_card_that_cannot_be_rewritten_is_posted_anew(
    slack: Workspace, cards: SlackCards
) -> None:
    status = _asked(THREAD)
    card: Card = (await tried(cards.post_card, status)).result
    slack.refuses("chat.update", "a_word_of_next_year")
    done = await tried(cards.redraw_card, status.model_copy(update={"card": card}))
    assert done.result.ts not in {card.ts, ""}


async def test_reminders_reach_the_others(slack: Workspace, cards: SlackCards) -> None:
    slack.refuses("chat.postMessage", "a_word_of_next_year", "D0BOB")
    done = await tried(cards.remind, Reminder(status=_asked(THREAD), number=1))
    assert isinstance(done.result, tuple)
    (posted,) = done.result
    assert [posted.ts] == [it["ts"] for it in slack.seen_in("D0CAROL")]


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", *UNFAMILIAR])
async def test_an_answer_that_its_thread_does_not_take_goes_to_who_asked_once(
    slack: Workspace, threads: SlackThreads, code: str
) -> None:
    slack.refuses("chat.postMessage", code, "C0OPS")
    slack.refuses_once("conversations.open", "internal_error")
    done = await tried(threads.post_reply, _reply())
    assert done.error is None
    why, answer = (it["text"] for it in slack.seen_in("D0ALICE"))
    assert "<#C0OPS>" in why
    assert refusal(code) in why
    assert answer == "Done."
    (status,) = slack.given("assistant.threads.setStatus")
    assert (status["channel_id"], status["status"]) == ("C0OPS", ""), "nobody is thinking any more"


async def test_the_rest_of_a_long_answer_goes_to_who_asked(
    slack: Workspace, threads: SlackThreads
) -> None:
    text = "\n\n".join(f"{number} " + "word " * 500 for number in range(10))
    await tried(threads.post_reply, _reply(text=text))
    pieces = len(slack.messages)
    assert pieces > 1
    slack.refuses("chat.postMessage", "is_archived", "C0OPS", after=1)
    await tried(threads.post_reply, _reply(text=text))
    assert len(slack.seen_in("C0OPS")) == pieces + 1
    assert len(slack.seen_in("D0ALICE")) == pieces  # one less, and why


async def test_an_answer_that_nobody_can_be_told_fails_in_the_end(
    slack: Workspace, threads: SlackThreads
) -> None:
    slack.refuses("chat.postMessage", "a_word_of_next_year")
    done = await tried(threads.post_reply, _reply())
    assert done.is_final
    assert done.attempts <= 4
    assert (await tried(threads.post_reply, _reply("D0ALICE"))).is_final


async def test_what_cannot_be_said_privately_is_written_to_that_person(
    slack: Workspace, threads: SlackThreads
) -> None:
    slack.refuses("chat.postEphemeral", "user_not_in_channel")
    notice = Notice(code=NoticeCode.NUDGED)
    ephemeral = EphemeralMessage(to=ALICE, origin=a_thread(), notice=notice)
    assert (await tried(threads.post_ephemeral, ephemeral)).error is None
    (told,) = slack.messages
    assert (told["channel"], told["text"], told.get("thread_ts")) == (
        "D0ALICE",
        "Reminded them.",
        None,
    )


KNOWN = st.sampled_from(sorted(PASSING | PERMANENT | CONFIGURATION))
STRANGE = st.text(max_size=40) | st.integers(0, 999).map(lambda status: f"http_{status}")


@given(code=KNOWN | STRANGE)
async def test_every_word_of_slack_is_tried_again_or_ends(code: str) -> None:
    """Nothing but what is known to pass, or waits for an administrator, is tried without end."""

    async def refused(_: Any) -> None:
        raise failure(code)

    done = await tried(refused, None)
    if passes(code) or code in CONFIGURATION:
        assert done.attempts == MOST
    else:
        assert done.is_final
        assert done.attempts == (1 if code in PERMANENT else 3)
        assert done.pause < MINUTE
    assert done.error is not None
    assert done.error.type == code
