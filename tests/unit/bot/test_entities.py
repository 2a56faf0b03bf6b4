"""Slack's entities as people see them, and text that comes through as it was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads.entities import mentioned, plain_text
from countersign.slack.text import escape
from tests.support.examples import examples

BOT = "U0SIGN"
SEEN = {
    f"<@{BOT}>": "",
    f"<@{BOT}|countersign> order 2": "order 2",
    "ask <@U0BOB|bob>": "ask @bob",
    "ask <@U0BOB>": "ask <@U0BOB>",
    "ask <@W0BOB>": "ask <@W0BOB>",
    "see <https://a.test|here> and <https://b.test>": "see here (https://a.test) and https://b.test",
    "<http://a.test|a.test>": "a.test",
    "<https://a.test/?x=1&amp;y=2|a &lt;b&gt;>": "a <b> (https://a.test/?x=1&y=2)",
    "<https://evil.test|https://bank.test>": "https://bank.test (https://evil.test)",
    "<mailto:a@b.test|a@b.test>": "a@b.test",
    "<mailto:a@b.test>": "a@b.test",
    "<mailto:a@b.test|write me>": "write me (a@b.test)",
    "<tel:+4930123|+49 30 123>": "+49 30 123",
    "<tel:+4930123|call me>": "call me (+4930123)",
    "<slack://channel?id=C1|the channel>": "the channel",
    "<slack://channel?id=C1>": "slack://channel?id=C1",
    "<#C0OPS|ops> <#C0OPS|> <#G0OLD> <#D0ALICE>": "#ops <#C0OPS> <#G0OLD> <#D0ALICE>",
    "<!here> <!channel|channel> <!everyone|@everyone>": "@here @channel @everyone",
    "<!subteam^S1|@finance> <!subteam^S0FINANCE>": "@finance @S0FINANCE",
    "<!date^1392734382^Posted {date_num}|Feb 18>": "Feb 18",
    "<!date^1392734382^{date}^https://a.test|Feb 18>": "Feb 18",
    "<!date^1392734382^{date}>": "1392734382",
    "<!tomorrow^x|a thing of tomorrow>": "a thing of tomorrow",
    "1 &lt; 2 &amp;amp; 3 &amp;lt;": "1 < 2 &amp; 3 &lt;",
    f"&lt;@{BOT}&gt; typed": f"<@{BOT}> typed",
    "<> <|x> <:> a<b": "<> <|x> <:> a<b",
    "": "",
}


@pytest.mark.parametrize("raw", SEEN)
def test_an_entity_is_what_people_see(raw: str) -> None:
    assert plain_text(raw, BOT) == SEEN[raw]


def test_people_who_are_mentioned_are_known_and_what_only_looks_like_it_is_not() -> None:
    assert mentioned("<@U0BOB> <@W1|w> &lt;@U2&gt; <!here> <#C3> <@> <@u4>") == {"U0BOB", "W1"}


@examples(200)
@given(st.text())
def test_what_was_escaped_is_unescaped_once_and_means_nothing(text: str) -> None:
    assert plain_text(escape(text), BOT) == text.strip()
    assert plain_text(escape(escape(text)), BOT) == escape(text).strip()
    assert mentioned(escape(text)) == frozenset()


MARKUP = st.lists(
    st.sampled_from(["<", ">", "|", "^", "!", "@", "#", "&lt;", "&amp;", "U0BOB", "date", "\n"])
    | st.text(max_size=3),
    max_size=20,
).map("".join)


@examples(300)
@given(MARKUP)
def test_whatever_markup_comes_it_is_read_and_becomes_little_longer(raw: str) -> None:
    assert len(plain_text(raw, BOT)) <= 2 * len(raw) + 10
