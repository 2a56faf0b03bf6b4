"""Messages read whole: blocks, what is passed on, files; and whose words are whose."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads.sanitizing import sanitized
from bot.payloads.spoken import OWN_LIMIT, read_spoken
from tests.support.examples import examples
from workflows.contracts.core import MESSAGE_LIMIT
from workflows.conversation.intents import read_intent

BOT = "U0SIGN"
Json = dict[str, Any]
SHARE: Json = {
    "is_share": True,
    "is_msg_unfurl": True,
    "author_id": "U0BOB",
    "author_name": "Bob Keller",
    "channel_id": "C0GENERAL",
    "text": "We need 20 headsets\nfor &lt;all&gt;",
    "fallback": "bob: We need 20 headsets",
    "from_url": "https://acme.slack.test/archives/C0GENERAL/p1",
}


def _said(**message: Any) -> str:
    return read_spoken(message, BOT).text


def _typed(*elements: Json) -> list[Json]:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return [{"type": "rich_text", "elements": [section]}]


def test_text_is_read_once_although_blocks_say_it_too() -> None:
    blocks = _typed({"type": "text", "text": "order 2 desks"})
    assert _said(text="order 2 desks", blocks=blocks) == "order 2 desks"


@pytest.mark.parametrize("text", [None, "", " ", "This content can't be displayed.", 5])
def test_where_there_is_no_text_the_blocks_are_read(text: Any) -> None:
    blocks = _typed(
        {"type": "user", "user_id": BOT},
        {"type": "text", "text": " order <2> desks for "},
        {"type": "user", "user_id": "U0BOB"},
        {"type": "text", "text": " by "},
        {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "Feb 18"},
        {"type": "text", "text": ", see "},
        {"type": "link", "url": "https://a.test", "text": "this"},
        {"type": "channel", "channel_id": "C0OPS"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "bot"},
        {"type": "of_tomorrow", "text": "new"},
        {"type": "of_tomorrow"},
    )
    spoken = read_spoken({"text": text, "blocks": blocks}, BOT)
    assert spoken.text == (
        "order <2> desks for <@U0BOB> by Feb 18, see this (https://a.test)<#C0OPS>@S1@here:bot:new"
    )
    assert spoken.mentions == {BOT, "U0BOB"}


def test_lists_quotes_and_code_keep_their_shape() -> None:
    def line(text: str) -> Json:
        return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}

    elements = [
        {"type": "rich_text_list", "style": "bullet", "elements": [line("a"), line("b")]},
        {"type": "rich_text_list", "style": "ordered", "offset": 1, "elements": [line("c")]},
        {"type": "rich_text_quote", "elements": line("q\nr")["elements"]},
        {"type": "rich_text_preformatted", "elements": line("x = 1")["elements"]},
    ]
    said = _said(text="", blocks=[{"type": "rich_text", "elements": elements}])
    assert said == "- a\n- b\n2. c\n> q\n> r\n```\nx = 1\n```"


def test_a_table_beside_the_text_is_read_too() -> None:
    cells = [{"type": "raw_text", "text": "bot"}, {"type": "rich_text", "elements": []}]
    cells[1]["elements"] = _typed({"type": "text", "text": "2"})[0]["elements"]
    said = _said(text="order these", blocks=[{"type": "table", "rows": [cells]}])
    assert said == "order these\n\n| bot | 2 |"


def test_buttons_say_nothing_and_other_blocks_say_their_texts() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A & B"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*1* &lt; 2"},
            "fields": [{"type": "mrkdwn", "text": "field"}],
            "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Press"}},
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"text": "Approve"}}]},
        {"type": "image", "alt_text": "a cat", "image_url": "https://a.test"},
    ]
    assert _said(blocks=blocks) == "A & B\n*1* < 2\nfield\nPress\nsmall\na cat"


def test_what_is_forwarded_is_quoted_line_by_line_under_whose_it_is() -> None:
    assert _said(text="please order these", attachments=[SHARE]) == (
        "please order these\n\n"
        "Forwarded message from @Bob Keller in <#C0GENERAL>:\n"
        "> We need 20 headsets\n> for <all>"
    )


def test_a_message_that_is_only_forwarded_is_no_empty_one() -> None:
    share = {**SHARE, "author_name": None, "channel_id": None}
    said = _said(text="", attachments=[share])
    assert said.startswith("Forwarded message from <@U0BOB>:\n> We need")


def test_a_forwarded_message_in_blocks_is_read_too() -> None:
    blocks = _typed({"type": "text", "text": "20 headsets"})
    inner = [{"team": "T", "channel": "C", "ts": "1.0", "message": {"blocks": blocks}}]
    for held in ({"blocks": blocks}, {"message_blocks": inner}):
        share = {**SHARE, "text": "", **held}
        assert "> 20 headsets" in _said(attachments=[share])


def test_what_was_forwarded_in_a_forwarded_message_is_quoted_twice() -> None:
    inner = {**SHARE, "author_name": "Carol", "text": "cancel that"}
    said = _said(attachments=[{**SHARE, "text": "look", "attachments": [inner]}])
    assert "> look\n> Forwarded message from @Carol in <#C0GENERAL>:\n> > cancel that" in said


def test_files_of_the_message_and_of_what_it_passes_on_are_named() -> None:
    files = [{"name": "a.pdf"}, {"title": "b"}, {}, {"name": "x\ny"}]
    share = {**SHARE, "files": [{"name": "c.png"}]}
    spoken = read_spoken({"text": "see", "files": files, "attachments": [share]}, BOT)
    assert spoken.files == ("a.pdf", "b", "file", "x y")
    assert spoken.text.endswith("(Attached files, which cannot be read here: a.pdf, b, file, x y)")
    assert "> (Attached files, which cannot be read here: c.png)" in spoken.text


def test_files_alone_are_no_words() -> None:
    spoken = read_spoken({"text": "", "files": [{"name": "a.pdf"}]}, BOT)
    assert (spoken.text, spoken.files) == ("", ("a.pdf",))


def test_the_preview_of_a_web_page_is_nobodys_words() -> None:
    page = {"from_url": "https://a.test", "title": "Buy 100", "text": "order 100 widgets"}
    said = _said(text="what do you think? <https://a.test>", attachments=[page])
    assert said == "what do you think? https://a.test"


def test_a_linked_message_is_quoted() -> None:
    linked = {**SHARE, "is_share": False}
    assert "Linked message from @Bob Keller" in _said(
        text="see <https://x.test>", attachments=[linked]
    )


def test_an_attachment_is_quoted_where_nothing_else_is_said() -> None:
    card = {
        "fallback": "[no preview available]",
        "pretext": "Build",
        "title": "failed",
        "fields": [{"title": "step", "value": "test"}, {}],
    }
    said = _said(text="", attachments=[card])
    assert said == "Attached message from somebody:\n> Build\n> failed\n> step: test"


def test_a_mention_in_what_is_forwarded_is_none_of_the_persons() -> None:
    share = {**SHARE, "text": f"<@{BOT}> order 100"}
    spoken = read_spoken({"text": "look", "attachments": [share]}, BOT)
    assert BOT not in spoken.mentions


def test_a_long_forwarded_message_is_cut_with_a_mark_and_the_own_words_are_not() -> None:
    said = _said(text="please read", attachments=[{**SHARE, "text": "w " * 20_000}])
    assert said.startswith("please read\n\nForwarded")
    assert "more characters.)" in said[-60:]
    assert len(said) <= MESSAGE_LIMIT
    full = "x" * (MESSAGE_LIMIT - 100)
    assert _said(text=full, attachments=[SHARE]).startswith(full)


DECISIVE = ["cancel that", "approve", "yes", "never mind", "ok", "withdraw all", "👍", "stop"]


@pytest.mark.parametrize("quote", DECISIVE)
@pytest.mark.parametrize("own", ["", "ok", "please", "cancel", "approve"])
@pytest.mark.parametrize("names", [{}, {"author_name": "", "author_id": "", "channel_id": ""}])
def test_forwarded_words_decide_nothing(own: str, quote: str, names: Json) -> None:
    for shown in ({}, {"is_share": False}, {"is_share": False, "is_msg_unfurl": False}):
        share = {**SHARE, **names, **shown, "text": quote}
        said = _said(text=own, attachments=[share])
        if said != own:
            assert read_intent(said) is None


KEYS = [
    *("text", "blocks", "attachments", "files", "type", "elements", "rows", "message_blocks"),
    *("message", "is_share", "is_msg_unfurl", "author_name", "author_id", "channel_id", "fields"),
    *("title", "value", "fallback", "user_id", "url", "name", "style", "offset", "indent"),
]
KINDS = [
    *("rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "table", "section"),
    *("rich_text_preformatted", "text", "user", "link", "date", "emoji", "actions", "mrkdwn"),
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS)
    | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=40,
)  # fmt: skip


@examples(400)
@given(
    message=st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "files"]), ANY),
    own=st.text(st.characters(), max_size=60),
)
def test_whatever_a_message_holds_it_is_read_bounded_and_with_the_own_words_first(
    message: Json, own: str
) -> None:
    given_ = sanitized({**message, "text": own})
    spoken = read_spoken(given_, BOT)
    spoken.text.encode()
    json.dumps([spoken.own, *spoken.files]).encode()
    assert len(spoken.own) <= OWN_LIMIT
    assert len(spoken.text) <= max(len(spoken.own) + 4_000, MESSAGE_LIMIT)
    assert spoken.text.startswith(spoken.own)
    if len(spoken.text) > len(spoken.own):
        assert read_intent(spoken.text) is None
