"""Where people are from, and what they are called who are not in Slack."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.cli.names import called
from countersign.messages.voice import MarkdownVoice
from countersign.slack.text import clean, mention
from countersign.slack.voice import MrkdwnVoice, PlainVoice
from tests.support.builders import ALICE, STRANGER
from workflows.contracts.core import Person
from workflows.contracts.origins import KIND_LIMIT, NAME_LIMIT, full_name, own_name
from workflows.conversation import model_messages

LONGEST = NAME_LIMIT + KIND_LIMIT + len(" ()")
MARKUP = set('<>&`*~|[]()#!:/\\"$^={};')


def everywhere(user: str) -> set[str]:
    """What every surface calls somebody."""
    person = Person(team="T", user=user, name="Somebody Else")
    return {
        mention(user),
        MarkdownVoice().who(user),
        MrkdwnVoice().who(user),
        PlainVoice({user: "Somebody Else"}).who(user),
        model_messages.called(person, {user: "Somebody Else"}),
        called(person),
    }


@pytest.mark.parametrize(
    ("user", "kind", "is_in_slack"),
    [
        ("U0ALICE", "slack", True),
        ("agentex:alice", "agentex", False),
        ("agentex:U0ALICE", "agentex", False),
        ("agentex:", "agentex", False),
        (":alice", "", False),
        ("slack:U0ALICE", "slack", False),
    ],
)
def test_an_id_tells_where_somebody_is_from(user: str, kind: str, is_in_slack: bool) -> None:
    person = Person(team="T", user=user)
    assert (person.kind, person.is_in_slack) == (kind, is_in_slack)
    assert not person.same_as(ALICE) or user == ALICE.user


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("agentex:alice", "alice (AgentEx)"),
        ("agentex:alice@acme.example", "alice@acme.example (AgentEx)"),
        ("agentex:नमस्ते", "नमस्ते (AgentEx)"),
        ("agentex:U0BOB", "U0BOB (AgentEx)"),
        ("agentex:bob (Slack)", "bob Slack (AgentEx)"),
        ("agentex:", "somebody (AgentEx)"),
        ("agentex:\n\x00\u202e", "somebody (AgentEx)"),
        ("web:alice", "alice (web)"),
        (":alice", "alice (elsewhere)"),
        ("agentex:<!channel> *b* `x`\x1b[31m", "channel b x 31m (AgentEx)"),
        ("<!channel>:<@U0BOB>", "@U0BOB (channel)"),
    ],
)
def test_every_surface_calls_somebody_the_same(user: str, name: str) -> None:
    assert everywhere(user) == {name}


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_an_id_holds_is_bounded_and_harmless(kind: str, name: str) -> None:
    user = f"{kind}:{name}"
    shown = full_name(user)
    assert everywhere(user) <= {shown, clean(shown)}
    assert len(shown) <= LONGEST
    assert not MARKUP & set(shown.replace(" (", "", 1).removesuffix(")"))
    assert not any(unicodedata.category(it)[0] == "C" for it in shown)


@pytest.mark.parametrize("letter", ["a", "<", "\u202e", "😀", "é"])
def test_an_id_of_300_characters_is_cut(letter: str) -> None:
    user = f"agentex:{letter * 300}"
    assert len(own_name(user)) <= NAME_LIMIT
    assert all(len(it) <= LONGEST for it in everywhere(user))


def test_people_in_slack_are_called_as_before() -> None:
    assert mention(ALICE.user) == "<@U0ALICE>"
    assert called(ALICE) == "alice (U0ALICE)"
    assert model_messages.called(ALICE) == "alice"
    assert called(STRANGER) == "alice@acme.example (AgentEx)"
