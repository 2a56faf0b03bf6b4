"""What people type after `/approvals`."""

import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads.listing import Asked, Topic, read_command
from countersign.slack.listing.page import HELP, help_text
from countersign.slack.listing.query import ListingQuery, ListingQueryError
from workflows.listing.rows import Kind

TOKENS = st.binary(min_size=1, max_size=200)
QUERIES = st.builds(
    ListingQuery,
    kind=st.sampled_from(Kind),
    tool=st.text(max_size=64),
    person=st.text(max_size=20),
    agent=st.text(max_size=20),
    trail=st.lists(TOKENS, max_size=6).map(tuple),
)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ListingQuery()),
        ("  mine ", ListingQuery()),
        ("Requested", ListingQuery(Kind.REQUESTED)),
        ("all tool:place_order", ListingQuery(Kind.ALL, tool="place_order")),
        ("tool: place_order ALL", ListingQuery(Kind.ALL, tool="place_order")),
        ("history from:<@U0ALICE|alice>", ListingQuery(Kind.HISTORY, person="U0ALICE")),
        ("from: <@U0ALICE>", ListingQuery(person="U0ALICE")),
        ("all agent:deployer", ListingQuery(Kind.ALL, agent="deployer")),
        ("agent: Deployer all", ListingQuery(Kind.ALL, agent="deployer")),
    ],
)
def test_words_ask_for_a_list_in_any_order(text: str, query: ListingQuery) -> None:
    assert read_command(text) == Asked(query=query)


@pytest.mark.parametrize(
    ("text", "topic"), [("help", Topic.HELP), ("always", Topic.GRANTS), ("HELP", Topic.HELP)]
)
def test_some_words_are_no_list(text: str, topic: Topic) -> None:
    assert read_command(text) == Asked(topic)


@pytest.mark.parametrize("text", ["approval-k3f9x2ab7q1m", "`Approval-K3F9X2AB7Q1M`"])
def test_an_id_asks_for_one_approval_as_it_was_copied_or_read_aloud(text: str) -> None:
    assert read_command(text) == Asked(Topic.DETAILS, approval_id="approval-k3f9x2ab7q1m")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("mien", "mien"),
        ("all tool:a'b", "tool:a'b"),
        ("from:@alice", "from:@alice"),
        ("tool:", "tool:"),
        ("agent:a'b", "agent:a'b"),
        ("agent:", "agent:"),
        ("history <!channel>", "<!channel>"),
    ],
)
def test_a_wrong_word_gets_help_that_names_it(text: str, wrong: str) -> None:
    assert read_command(text) == Asked(Topic.HELP, wrong=wrong)
    assert HELP in help_text(wrong)


def test_help_cannot_be_made_to_mention_anybody() -> None:
    text = help_text("<!channel>```" * 100)

    assert "<!channel>" not in text
    assert "```" not in text
    assert len(text) < 2_000
    assert "pick one that Slack suggests" in help_text("from:@alice")


@given(QUERIES)
def test_what_a_button_carries_is_read_back(query: ListingQuery) -> None:
    assert ListingQuery.unpack(query.pack(100_000)) == query


@given(QUERIES, st.integers(200, 1_000))
def test_what_does_not_fit_is_the_oldest_part_of_the_way_back(
    query: ListingQuery, limit: int
) -> None:
    packed = query.pack(limit)
    read = ListingQuery.unpack(packed)

    assert len(packed) <= limit or not read.trail
    assert query.trail[len(query.trail) - len(read.trail) :] == read.trail
    assert (read.kind, read.tool, read.person) == (query.kind, query.tool, query.person)


def test_a_value_that_is_nested_without_end_is_none_of_ours() -> None:
    packed = urlsafe_b64encode(zlib.compress(b"[" * 15_000)).decode()
    with pytest.raises(ListingQueryError):
        ListingQuery.unpack(packed)


@given(st.text(max_size=200))
def test_a_value_that_is_none_of_ours_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(ListingQueryError):
        ListingQuery.unpack(text)


def test_pages_lead_on_and_back() -> None:
    second = ListingQuery(Kind.ALL).onward(b"2")
    third = second.onward(b"3")

    assert (third.token, third.back(), second.back().token) == (b"3", second, None)
    assert third.back().back().back() == ListingQuery(Kind.ALL)
    assert third.of_tool("act") == ListingQuery(Kind.ALL, tool="act")
