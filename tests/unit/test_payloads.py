"""Slack's JSON as it is sent, and as it is not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.payloads import (
    LostCard,
    PayloadError,
    plain_text,
    read_click,
    read_lost_card,
    read_message,
)

BOT = "U0SIGN"
EVENT = {
    "type": "message",
    "channel": "C0OPS",
    "user": "U0ALICE",
    "text": f"<@{BOT}> order 2 &lt;big&gt; chairs",
    "ts": "1.0",
    "channel_type": "channel",
}
BODY = {"team_id": "T0ACME", "event_id": "Ev1", "event": EVENT}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "event",
                    "actions",
                    "user",
                    "team",
                    "id",
                    "channel",
                    "ts",
                    "text",
                    "files",
                    "previous_message",
                    "metadata",
                    "event_payload",
                    "blocks",
                    "container",
                    "message",
                    "action_id",
                    "value",
                    "type",
                    "elements",
                    "subtype",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def _event(**changes: Any) -> dict[str, Any]:
    return {**BODY, "event": {**EVENT, **changes}}


def test_a_message_is_read_whole() -> None:
    said = read_message(BODY, BOT)
    assert said is not None
    assert said.thread.workflow_id == "conversation-T0ACME-C0OPS-1.0"
    assert said.message.text == "order 2 <big> chairs"
    assert said.message.id == "Ev1"
    assert said.mentions_bot
    assert not said.is_direct


def test_a_reply_belongs_to_the_thread_and_a_direct_message_begins_one() -> None:
    reply = read_message(_event(thread_ts="0.5"), BOT)
    direct = read_message(_event(channel="D0ALICE", channel_type="im"), BOT)
    assert reply is not None
    assert reply.thread.ts == "0.5"
    assert direct is not None
    assert direct.is_direct
    assert direct.thread.ts == "1.0"


@pytest.mark.parametrize(
    "changes",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
    ],
    ids=str,
)
def test_what_no_person_said_is_passed_over(changes: dict[str, Any]) -> None:
    assert read_message(_event(**changes), BOT) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_files_and_broadcasts_are_said(subtype: str) -> None:
    said = read_message(_event(subtype=subtype, files=[{"name": "a.pdf"}]), BOT)
    assert said is not None
    assert said.message.files == ("a.pdf",)


def test_in_a_shared_channel_the_author_belongs_to_their_own_workspace() -> None:
    said = read_message(_event(user_team="T0OTHER"), BOT)
    assert said is not None
    assert said.message.author.team == "T0OTHER"
    assert said.thread.team == "T0ACME"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (f"<@{BOT}>", ""),
        ("ask <@U0BOB|bob>", "ask @U0BOB"),
        ("see <https://a.test|here> and <https://b.test>", "see here and https://b.test"),
        ("in <#C0OPS|ops> <!here> <!subteam^S1|@finance>", "in #ops @here @finance"),
        ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
    ],
)
def test_entities_are_what_was_typed(text: str, typed: str) -> None:
    assert plain_text(text, BOT) == typed


def test_a_lost_card_is_known_by_its_metadata_or_its_buttons() -> None:
    metadata = {"event_payload": {"approval_id": "approval-1"}}
    buttons = {"type": "actions", "block_id": "decide:0", "elements": [{"value": "approval-1"}]}
    for previous in ({"ts": "2.0", "metadata": metadata}, {"ts": "2.0", "blocks": [buttons]}):
        event = {"type": "message", "subtype": "message_deleted", "previous_message": previous}
        assert read_lost_card({"event": event}) == LostCard("approval-1", "2.0")
    assert read_lost_card({"event": {"previous_message": {"ts": "2.0"}}}) is None


@settings(max_examples=600, deadline=None)
@given(body=st.dictionaries(st.sampled_from(["event", "actions", "user", "team_id"]), JSON))
def test_whatever_arrives_is_read_or_refused(body: dict[str, Any]) -> None:
    for read in (lambda it: read_message(it, BOT), read_click, read_lost_card):
        try:
            read(body)
        except PayloadError:
            continue
