"""Text for Slack: nothing hidden, nothing interpreted, nothing over a limit."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.text import (
    LONGEST_CLUSTER,
    clean,
    clusters,
    date_token,
    escape,
    fit,
    line,
    mention,
    mention_group,
    pieces,
    plain,
)

anything = st.text()
nasty = st.text(
    st.sampled_from(
        "a1 &<>|*_`\n\r\t\u200b\u200d\ufe0f\u202e\u2066\u20e3\x07\u00ad👩💻🇩🇪é\u0301\ud800"
    )
)


@given(anything | nasty)
def test_escaped_text_holds_no_markup_and_can_be_read_back(text: str) -> None:
    escaped = escape(text)

    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escaped)
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(anything | nasty)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything | nasty)
def test_clean_text_has_no_control_or_bidi_characters_and_can_be_sent(text: str) -> None:
    cleaned = clean(text)

    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u00ad]", cleaned
    )
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text stays", "plain text stays"),
        ("pay\u200bpal", "pay\\u200bpal"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("one\r\ntwo\rthree\u2028four\tfive", "one\ntwo\nthree\nfour\tfive"),
        ("1\ufe0f00", "1\\ufe0f00"),
        ("soft\u00adhyphen", "soft\\u00adhyphen"),
        ("hidden \U000e0041", "hidden \\U000e0041"),
        ("blank\u3164name", "blank\\u3164name"),
        ("👩‍💻 ❤️ 1️⃣ 👍🏽 🇩🇪", "👩‍💻 ❤️ 1️⃣ 👍🏽 🇩🇪"),
        ("→\u200d\u2800", "→\\u200d\\u2800"),
        ("naïve Ünïcödé 10 Stühle, 東京, العربية", "naïve Ünïcödé 10 Stühle, 東京, العربية"),
        ("\ud800 alone", "\\ud800 alone"),
    ],
)
def test_what_cannot_be_seen_is_shown_or_dropped(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.lists(st.text(max_size=12).map(escape)), st.integers(1, 60))
def test_fitted_lines_are_whole_in_order_and_within_the_limit(lines: list[str], limit: int) -> None:
    fitted = fit(lines, limit)

    assert len(fitted.text) <= limit
    assert fitted.complete == (len("\n".join(lines)) <= limit)
    assert fitted.text == "…" or any(
        fitted.text == "\n".join(lines[:count]) for count in range(len(lines) + 1)
    )


def test_lines_that_just_fit_are_complete() -> None:
    assert fit(["abc", "de"], 6).complete
    assert not fit(["abc", "de"], 5).complete
    assert fit(["abc", "de"], 5).text == "abc"
    assert fit(["a &amp; b"], 5).text == "…"


@given(anything | nasty, st.integers(1, 40))
def test_plain_text_is_one_line_within_the_limit(text: str, limit: int) -> None:
    fitted = plain(text, limit)

    assert len(fitted.text) <= limit
    assert "\n" not in fitted.text
    whole = " ".join(clean(text).split())
    assert fitted.text == whole if fitted.complete else whole.startswith(fitted.text[:-1])


def test_a_cut_falls_between_emoji_never_inside() -> None:
    assert plain("👩‍💻👩‍💻", 5).text == "👩‍💻…"
    assert plain("👩‍💻👩‍💻", 3).text == "…"
    assert plain("🇩🇪🇫🇷🇪🇸", 4).text == "🇩🇪…"
    assert list(clusters("é👍🏽a")) == ["é", "👍🏽", "a"]


@pytest.mark.parametrize(
    "one",
    [
        "e\u0301",
        "नि",  # a vowel sign
        "क्ष",  # two consonants in one
        "\u1100\u1161\u11a8",  # a syllable of Hangul in three parts
        "กำ",
        "👨‍👩‍👧‍👦",
        "👩🏽‍❤️‍💋‍👨🏿",
        "1️⃣",
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_what_people_see_as_one_character_is_not_torn(one: str) -> None:
    assert list(clusters(one * 3)) == [one] * 3
    assert pieces(one * 5, 2 * len(one) + 1) == [one * 2, one * 2, one]


@pytest.mark.parametrize("one", ["🇩🇪", "a\u0301\u0302", "機", "👩‍💻", "\u0301"])
def test_a_text_without_end_is_cut_in_no_time(one: str) -> None:
    text = one * 500_000
    parts = pieces(text, 3_000)
    assert max(map(len, parts)) <= 3_000
    assert len(parts) <= len(text) / (3_000 - LONGEST_CLUSTER) + 1
    assert "".join(parts) == text
    assert plain(text, 75).text.endswith("…")
    assert not line(text, 75).complete


@given(anything)
def test_clusters_are_the_whole_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_only_ids_become_mentions() -> None:
    assert mention("U0ALICE") == "<@U0ALICE>"
    assert mention_group("S0FINANCE") == "<!subteam^S0FINANCE>"
    assert mention("!channel") == "!channel"
    assert mention("U1> <!channel") == "U1&gt; &lt;!channel"
    assert mention_group("S1|x") == "S1|x"


def test_a_moment_is_written_in_slacks_form_with_a_fallback_for_old_clients() -> None:
    assert date_token(1_795_428_120.9, fallback="soon") == (
        "<!date^1795428120^{date_short_pretty} at {time}|soon>"
    )
    assert date_token(0, "{time}") == "<!date^0^{time}|1970-01-01 00:00 UTC>"


@given(anything | nasty)
def test_a_fallback_cannot_leave_its_token(fallback: str) -> None:
    token = date_token(0, "{time}", fallback)

    assert token.startswith("<!date^0^{time}|")
    assert re.fullmatch(r"<[^<>]*>", token, re.DOTALL)
    assert unescape(token).count("|") <= 1 or "&" in fallback
