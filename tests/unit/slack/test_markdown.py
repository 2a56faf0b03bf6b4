"""Markdown for Slack: its fallback text, that it mentions nobody, and that nothing is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.markdown.fallback import fallback_text
from countersign.slack.markdown.splitting import SMALLEST_LIMIT, split
from tests.support.examples import examples

SEEN = [
    ("plain words", "plain words"),
    ("**bold** *italic* ***both*** ~~gone~~", "bold italic both gone"),
    ("a**b**c __d__", "abc d"),
    ("**one\ntwo**", "one\ntwo"),
    ("use `x < 1 & y`", "use `x &lt; 1 &amp; y`"),
    ("`` a`b ``", "a`b"),
    ("### A **very** `good` title", "A very `good` title"),
    ("Title\n=====\ntext", "Title\n\ntext"),
    ("first\n\nsecond\nthird", "first\n\nsecond\nthird"),
    ("hard  \nbreak", "hard\nbreak"),
    ("one\n\n---\n\ntwo", "one\n\ntwo"),
    ("```python\nif a < b:\n    pass\n```", "```\nif a &lt; b:\n    pass\n```"),
    ("    indented", "```\nindented\n```"),
    ("````\n```\n````", "```\n`\u200b``\n```"),
    ("- a\n- b", "• a\n• b"),
    ("- a\n  - b\n    - c", "• a\n  • b\n    • c"),
    ("3. c\n4. d", "3. c\n4. d"),
    ("1. a\n   - b\n2. c", "1. a\n  • b\n2. c"),
    ("- a\n\n  more\n\n- b", "• a\n  more\n• b"),
    ("- [ ] open\n- [x] done", "• [ ] open\n• [x] done"),
    ("- ```\n  code\n  ```\n- b", "• ```\n  code\n  ```\n• b"),
    ("> quoted\n> **more**", "&gt; quoted\n&gt; more"),
    ("> - a\n> - b", "&gt; • a\n&gt; • b"),
    ("| a | b |\n|:--|--:|\n| **c** | 1 |\n| d | |", "a | b\nc | 1\nd | "),
    ("[docs](https://a.example/?x=1&y=2)", "docs (https://a.example/?x=1&amp;y=2)"),
    ("[**x** | <y>](https://a.example)", "x | &lt;y&gt; (https://a.example)"),
    ("[](https://a.example)", "https://a.example"),
    ("<https://a.example>", "https://a.example"),
    ("<me@b.example> [me](mailto:a@b.example)", "me@b.example me (mailto:a@b.example)"),
    ("[x][r]\n\n[r]: https://a.example", "x (https://a.example)"),
    ("![a cat](https://a.example/c.png)", "a cat (https://a.example/c.png)"),
    ("[run](javascript:alert(1))", "[run](javascript:alert(1))"),
    ("[all](!channel)", "all (!channel)"),
    (
        "[https://bank.example](https://evil.example)",
        "https://bank.example (https://evil.example)",
    ),
    ("<b>x</b> <!-- no -->", "&lt;b&gt;x&lt;/b&gt; &lt;!-- no --&gt;"),
    ("<!channel> <@U0BOB> <#C0OPS>", "&lt;!channel&gt; &lt;@U0BOB&gt; <#C0OPS>"),
    ("&lt;!here&gt; &amp;lt;", "&lt;!here&gt; &amp;lt;"),
    ("a\u202eb &#x202e;c\x07", "ab c"),
    ("pay\u200bpal &#x200b;", "pay\\u200bpal \\u200b"),
    ("", ""),
]


@pytest.mark.parametrize(("markdown", "seen"), SEEN)
def test_the_fallback_is_what_the_text_says(markdown: str, seen: str) -> None:
    assert fallback_text(markdown) == seen


def test_what_is_nested_too_deep_is_shown_as_it_was_written() -> None:
    assert fallback_text(">" * 500 + " deep <!here>") == "&gt;" * 500 + " deep &lt;!here&gt;"


FRAGMENTS = """
    # ## - * 1. 2) > >> ** * _ __ ~~ ` `` ``` ~~~ ```py | |a|b| |--|:-:| --- === \\ [ ] ( ) ! < >
    [a](https://x.example) [b](javascript:x) ![i](http://y.example) <https://z.example> <!channel>
    <@U0BOB> <!subteam^S1> <#C1> &lt;!here&gt; &#60;!channel&#62; &#x202e; & <b> :smile: word words
    [r]: http://r.example [x][r] \u200b \u202e 👩‍💻 é 機 [<!here>](http://x|<!here>)
"""
fragments = st.sampled_from(FRAGMENTS.split())
glue = st.sampled_from(["", " ", "\n", "\n\n", "\n    ", "\n  ", "\t"])
markdowns = st.lists(st.tuples(fragments | st.text(max_size=6), glue), max_size=40).map(
    lambda parts: "".join(a + b for a, b in parts)
)


@given(markdowns)
def test_no_text_can_mention_anyone_or_hide_anything(markdown: str) -> None:
    text = fallback_text(markdown)

    assert not re.search("[<>]", re.sub("<#[A-Z0-9]+>", "", text))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    assert not re.search("&(?!amp;|lt;|gt;)", text)


@given(markdowns)
def test_fences_are_always_closed(markdown: str) -> None:
    assert fallback_text(markdown).count("```") % 2 == 0


def words(*pieces: str) -> list[str]:
    return [word for piece in pieces for word in re.findall(r"\w+", fallback_text(piece))]


paragraph = st.lists(
    st.sampled_from(["word", "**bold**", "`code`", "&amp;", "<", "[l](https://x.example)"])
)
long_markdowns = st.lists(
    st.one_of(
        paragraph.map(" ".join),
        st.lists(paragraph.map(" ".join), max_size=30).map("\n".join),
        st.integers(1, 900).map(lambda n: "x" * n),
        st.lists(paragraph.map(lambda p: "- " + " ".join(p)), max_size=20).map("\n".join),
        st.lists(paragraph.map(lambda p: "> " + " ".join(p)), max_size=20).map("\n".join),
        st.lists(st.text("ab <&", max_size=60), max_size=30).map(
            lambda lines: "\n".join(["```sh", *lines, "```"])
        ),
        st.integers(1, 30).map(lambda n: f"{n}. start\n\n" + "   more\n\n" * n + f"{n + 1}. end"),
        st.just("# Heading"),
        st.just("---"),
        markdowns,
    ),
    max_size=12,
).map("\n\n".join)


@examples(60)
@given(long_markdowns, st.integers(SMALLEST_LIMIT, 900))
def test_pieces_fit_are_never_empty_and_each_is_whole_markdown(markdown: str, limit: int) -> None:
    for piece in split(markdown, limit):
        assert 0 < len(piece) <= limit
        assert 0 < len(fallback_text(piece)) <= limit
        assert fallback_text(piece).strip()
        assert fallback_text(piece).count("```") % 2 == 0


regular = st.lists(
    st.one_of(
        st.lists(st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=200).map(
            " ".join
        ),
        st.lists(st.from_regex(r"- [a-z]{1,30}", fullmatch=True), min_size=1, max_size=60).map(
            "\n".join
        ),
        st.lists(st.from_regex(r"> [a-z]{1,30}", fullmatch=True), min_size=1, max_size=60).map(
            "\n".join
        ),
        st.lists(st.from_regex(r"[a-z ]{0,30}", fullmatch=True), max_size=60).map(
            lambda lines: "\n".join(["```", *lines, "```"])
        ),
        st.from_regex(r"[a-z]{1,250}", fullmatch=True),
    ),
    max_size=8,
).map("\n\n".join)


@examples(60)
@given(regular, st.integers(SMALLEST_LIMIT, 900))
def test_no_word_is_lost_doubled_or_moved(markdown: str, limit: int) -> None:
    assert words(*split(markdown, limit)) == words(markdown)


def test_short_markdown_is_one_piece_unchanged() -> None:
    assert split("# Hi\n\n- a\n- b\n") == ["# Hi\n\n- a\n- b"]
    assert split("") == split("\n \n") == split("[r]: http://a.example") == []


def test_a_cut_falls_between_blocks_and_a_heading_stays_with_its_text() -> None:
    first, second = split(f"{'a ' * 120}\n\n# Title\n\n{'b ' * 120}", 300)

    assert first == ("a " * 120).rstrip(" ") or "Title" not in first
    assert second.startswith("# Title\n\nb")


def test_long_code_is_fenced_again_with_its_language() -> None:
    code = "\n".join(f"print({n})" for n in range(100))
    pieces = split(f"```python\n{code}\n```", 300)

    assert len(pieces) > 1
    assert all(piece.startswith("```python\n") and piece.endswith("\n```") for piece in pieces)
    assert "\n".join(piece[10:-4] for piece in pieces) == code


def test_a_long_line_of_code_loses_no_character() -> None:
    line = "x = [" + "1,  2, " * 200 + "]"
    pieces = split(f"~~~\n{line}\n~~~", 300)

    assert "".join(piece.split("\n")[1] for piece in pieces) == line


def test_a_long_table_repeats_its_header() -> None:
    rows = [f"| item {n} | {n} |" for n in range(100)]
    pieces = split("\n".join(["| Name | Count |", "|---|--:|", *rows]), 400)

    assert len(pieces) > 1
    assert all(piece.startswith("| Name | Count |\n|---|--:|\n| item") for piece in pieces)
    assert [row for piece in pieces for row in piece.split("\n")[2:]] == rows


def test_a_row_too_long_for_a_table_is_still_all_there() -> None:
    table = f"| a | b |\n|---|---|\n| {'word ' * 200}| end |"

    assert " ".join(split(table, 300)).count("word") == 200
    assert "end" in split(table, 300)[-1]


def test_long_lists_are_cut_between_items_and_keep_their_numbers() -> None:
    pieces = split("\n".join(f"{n}. item number {n}" for n in range(1, 60)), 300)

    assert all(re.match(r"\d+\. item", piece) for piece in pieces)
    assert [line for piece in pieces for line in fallback_text(piece).split("\n")] == [
        f"{n}. item number {n}" for n in range(1, 60)
    ]


def test_an_item_longer_than_a_piece_keeps_its_code_closed() -> None:
    code = "\n".join(f"  line {n}" for n in range(80))
    pieces = split(f"- before\n\n  ```sh\n{code}\n  ```\n\n  after\n- last", 300)

    assert pieces[0].startswith("- before")
    assert all(fallback_text(piece).count("```") % 2 == 0 for piece in pieces)
    assert "\n".join(pieces).count("line") == 80
    assert fallback_text(pieces[-1]).endswith("after\n\n• last")


def test_what_is_cut_within_an_item_or_a_quote_reads_as_before() -> None:
    lines = [f"line {n} of the text" for n in range(40)]
    item = split("- first\n\n" + "\n".join(f"  {line}" for line in lines) + "\n- last", 300)
    quote = split("\n".join(f"> {line}" for line in lines), 300)
    code = split("1. ```\n" + "\n".join(f"   {line}" for line in lines) + "\n   ```\n2. b", 300)

    assert all(re.match(r"- first|line \d", piece) for piece in item)
    assert item[-1].endswith("\n\n- last")
    assert all(row.startswith("> line") for piece in quote for row in piece.split("\n"))
    assert code[0].startswith("1.\n   ```\n   line 0")
    assert all(piece.startswith("```\nline") for piece in code[1:])
    assert code[-1].endswith("\n```\n\n2. b")
    assert sum(map(words(*item, *quote, *code).count, map(str, range(40)))) == 3 * 40 + 2


@pytest.mark.parametrize(
    "part", ["- a\n", "| a | b |\n", "&", "🇩🇪", "[r] ", "> ", "`", "**a** ", "* ", "x"]
)
def test_the_longest_answer_is_cut_in_no_time(part: str) -> None:
    text = f"| a | b |\n|---|---|\n{part * (40_000 // len(part))}\n\n[r]: http://{'x' * 1_500}"
    pieces = split(text)

    assert max(map(len, pieces)) <= 3_800
    assert len(pieces) < 80


def test_words_cut_from_a_line_do_not_turn_into_a_heading() -> None:
    pieces = split("word " * 59 + "# not a heading " + "- no item 7. no number " * 30, 300)

    assert " ".join(map(fallback_text, pieces)).count("# not a heading") == 1
    assert not any(re.match(r"[#-]|\d\.", piece) for piece in pieces)


def test_an_escape_is_never_torn() -> None:
    pieces = split("&lt;" * 1_000 + "\\*" * 1_000, 300)

    assert "".join(map(fallback_text, pieces)) == "&lt;" * 1_000 + "*" * 1_000


def test_a_piece_takes_the_link_definitions_that_it_needs_along() -> None:
    markdown = f"{'a ' * 140}\n\nsee [the docs][d]\n\n{'b ' * 140}\n\n[d]: https://a.example"
    pieces = split(markdown, 300)

    assert any("the docs (https://a.example)" in fallback_text(piece) for piece in pieces)


def test_a_limit_without_room_for_words_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        split("text", 10)
