"""Slack's JSON as it is sent, and as it is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.payloads.fields import PayloadError, home
from bot.payloads.messages import LostCard, Said, read_edit, read_lost_card, read_message
from bot.payloads.presses import read_click
from bot.payloads.submissions import read_submission
from countersign.slack.actions import APPROVE, DETAILS, MODALS, MORE, REJECT, BlockId
from countersign.slack.modals.meta import Meta
from tests.support.builders import BOB
from tests.support.examples import examples
from tests.support.fake_clients import APPROVAL, CARD, TEAM
from tests.support.slack_payloads import a_choice, a_press, a_submission

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
                    "authorizations",
                    "attachments",
                    "thread_ts",
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
                    "block_id",
                    "selected_option",
                    "trigger_id",
                    "view",
                    "state",
                    "values",
                    "private_metadata",
                    "callback_id",
                    "team_id",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


ROOTS = ["event", "actions", "user", "team_id", "team", "view", "container", "state", "channel"]
PATHS: list[tuple[str | int, ...]] = [
    *((key,) for key in ("actions", "user", "team", "container", "channel", "message", "view")),
    *((key,) for key in ("trigger_id", "response_url", "state")),
    ("actions", 0),
    *(("actions", 0, key) for key in ("action_id", "value", "block_id", "action_ts")),
    ("actions", 0, "selected_option"),
    *(("user", key) for key in ("id", "team_id", "username")),
    ("team", "id"),
    *(("container", key) for key in ("message_ts", "channel_id", "thread_ts", "is_ephemeral")),
    *(("view", key) for key in ("id", "type", "state")),
]
VIEW_PATHS: list[tuple[str | int, ...]] = [
    *((key,) for key in ("user", "team", "view", "trigger_id")),
    *(("view", key) for key in ("id", "hash", "callback_id", "private_metadata", "state")),
    ("view", "blocks"),
    ("view", "blocks", 0),
    ("view", "state", "values"),
    ("view", "state", "values", "reason"),
    ("view", "state", "values", "reason", "value"),
]


def _event(**changes: Any) -> dict[str, Any]:
    return {**BODY, "event": {**EVENT, **changes}}


def _said(**changes: Any) -> Said:
    said = read_message(_event(**changes), BOT)
    assert said is not None
    return said


def test_a_message_is_read_whole() -> None:
    said = read_message(BODY, BOT)
    assert said is not None
    assert said.origin.workflow_id == "conversation-T0ACME-C0OPS-1.0"
    assert said.message.text == "order 2 <big> chairs"
    assert said.message.id == "Ev1"
    assert said.mentions_bot
    assert not said.is_direct


def test_a_reply_belongs_to_the_thread_and_a_direct_message_begins_one() -> None:
    assert _said(thread_ts="0.5").origin.id == "0.5"
    direct = _said(channel="D0ALICE", channel_type="im")
    assert (direct.is_direct, direct.origin.id) == (True, "1.0")


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
    assert _said(subtype=subtype, files=[{"name": "a.pdf"}]).message.files == ("a.pdf",)


def test_in_a_shared_channel_the_author_belongs_to_their_own_workspace() -> None:
    said = _said(user_team="T0OTHER")
    assert said.message.author.team == "T0OTHER"
    assert said.origin.team == "T0ACME"


def test_in_a_shared_channel_a_message_belongs_to_the_workspace_that_installed_us() -> None:
    ours = [{"team_id": "T0ACME", "user_id": BOT, "is_bot": True}]
    body = {**BODY, "team_id": "T0OTHER", "context_team_id": "T0THIRD", "authorizations": ours}
    said = read_message({**body, "event": {**EVENT, "team": "T0OTHER"}}, BOT)
    assert said is not None
    assert said.origin.team == "T0ACME"
    assert said.message.author.team == "T0OTHER"


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"authorizations": [{"team_id": None}], "context_team_id": "T0CTX"}, "T0CTX"),
        ({"authorizations": [], "context_team_id": None}, "T0ACME"),
        ({"authorizations": {"team_id": "T0X"}, "team_id": None}, "T0EVENT"),
        ({"authorizations": [[]], "team_id": 5}, "T0EVENT"),
    ],
    ids=str,
)
def test_without_an_authorization_the_envelope_says_whose_it_is(
    body: dict[str, Any], team: str
) -> None:
    said = read_message({**_event(team="T0EVENT"), **body}, BOT)
    assert said is not None
    assert said.origin.team == team


def test_the_same_ids_in_two_workspaces_are_two_conversations() -> None:
    ids = set()
    for team in ("T0ACME", "T0OTHER"):
        said = read_message({**BODY, "authorizations": [{"team_id": team}]}, BOT)
        assert said is not None
        ids.add(said.origin.workflow_id)
    assert len(ids) == 2


def test_an_organisation_is_nobodys_workspace() -> None:
    assert _said(team="E0ORG", source_team="T0OTHER").message.author.team == "T0OTHER"
    assert _said(team="E0ORG").message.author.team == "T0ACME"


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team": {"id": "T0ACME"}}, "T0ACME"),
        ({"team": None, "is_enterprise_install": True}, "T0BOB"),
        ({"team": {"id": "T0OTHER"}, "view": {"app_installed_team_id": "T0ACME"}}, "T0ACME"),
        ({"team": [], "user": []}, ""),
    ],
    ids=str,
)
def test_a_press_belongs_to_the_workspace_that_installed_us(
    body: dict[str, Any], team: str
) -> None:
    assert home({"user": {"id": "U0BOB", "team_id": "T0BOB"}, **body}) == team


@pytest.mark.parametrize(
    "ts", ["", "x", "1", "1.", ".1", "1.0x", "1e5.0", "-1.0", "1.0\n", 1.5, []]
)
@pytest.mark.parametrize("key", ["ts", "thread_ts"])
def test_a_time_that_is_none_is_refused(key: str, ts: Any) -> None:
    if key == "thread_ts" and not ts:
        return  # nothing is no thread
    with pytest.raises(PayloadError):
        read_message(_event(**{key: ts}), BOT)


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": "C-1"},
        {"channel": "c"},
        {"channel": "C" * 41},
        {"channel": ["C"]},
        {"user": "U-"},
    ],
    ids=str,
)
def test_an_id_that_slack_would_not_give_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        read_message(_event(**changes), BOT)


def test_what_is_said_by_me_is_said() -> None:
    assert _said(subtype="me_message", text="needs 3 desks").message.text == "needs 3 desks"


@pytest.mark.parametrize(
    ("changes", "addressed"),
    [
        ({}, True),
        ({"text": "hi"}, False),
        ({"text": "hi", "channel": "D0ALICE"}, True),
        ({"text": "hi", "channel_type": "im"}, True),
        ({"text": "hi", "channel": "G0TRIO", "channel_type": "mpim"}, False),
        ({"channel": "G0TRIO", "channel_type": "mpim"}, True),
        ({"text": "hi", "type": "app_mention"}, True),
    ],
    ids=str,
)
def test_who_is_spoken_to_is_known(changes: dict[str, Any], addressed: bool) -> None:
    assert _said(**changes).message.is_addressed is addressed


PREVIOUS = {"type": "message", "user": "U0ALICE", "ts": "1.0", "text": f"<@{BOT}> order 2"}


def _edit(now: dict[str, Any], **event: Any) -> dict[str, Any]:
    edited = {"edited": {"user": "U0ALICE", "ts": "2.0"}}
    changed = {"message": {**PREVIOUS, **edited, **now}, "previous_message": PREVIOUS, "ts": "2.0"}
    kind = {"type": "message", "subtype": "message_changed", "channel": "C0OPS"}
    return {**BODY, "event": {**kind, **changed, **event}}


def test_an_edit_is_read_whole() -> None:
    now = {"text": "order 20 &lt;now&gt;", "thread_ts": "0.5"}
    changed = read_edit(_edit(now), BOT)
    assert changed is not None
    assert changed.origin.id == "0.5"
    edit = changed.edit
    assert (edit.id, edit.ts, edit.author.user) == ("Ev1", "1.0", "U0ALICE")
    assert (edit.before, edit.after) == ("order 2", "order 20 <now>")


@pytest.mark.parametrize(
    "now",
    [
        {},
        {"attachments": [{"from_url": "https://a.test", "text": "a page"}]},
        {"attachments": [{"is_share": True, "text": "somebody's words"}]},
        {"reply_count": 3, "latest_reply": "2.0", "thread_ts": "1.0"},
        {"metadata": {"event_type": "x"}, "language": {"locale": "de"}},
        {"language": {"locale": "en", "is_reliable": False}, "edited": None},
        {"attachments": [{"id": 1, "service_name": "a.test", "title": "order 5"}], "edited": None},
        {"reply_count": 1, "reply_users": ["U0BOB"], "thread_ts": "1.0", "edited": None},
        {"last_read": "1.0", "subscribed": True, "thread_ts": "1.0", "edited": None},
        {"files": [{"name": "a.pdf"}]},
        {"text": "<@U0BOB|bob> other words by Slack itself", "edited": None},
        {"text": f"<@{BOT}|countersign> order 2"},
        {"text": "other words", "bot_id": "B1"},
        {"text": "other words", "user": BOT},
        {"text": "This message was deleted.", "subtype": "tombstone", "user": "USLACKBOT"},
    ],
    ids=str,
)
def test_a_change_that_is_none_of_the_persons_words_is_passed_over(now: dict[str, Any]) -> None:
    assert read_edit(_edit(now), BOT) is None


def test_an_edit_in_a_direct_message_is_of_its_thread() -> None:
    event = {"channel": "D0ALICE", "channel_type": "im", "hidden": True}
    changed = read_edit(_edit({"text": "order 3"}, **event), BOT)
    assert changed is not None
    assert (changed.origin.channel, changed.origin.id) == ("D0ALICE", "1.0")


def test_what_slack_adds_after_an_edit_is_no_other_edit() -> None:
    earlier = {**PREVIOUS, "edited": {"user": "U0ALICE", "ts": "2.0"}}
    now = {"text": "the same with <https://a.test|a link>"}
    assert read_edit(_edit(now, previous_message=earlier), BOT) is None


@pytest.mark.parametrize("odd", [None, [], "x", {}])
def test_an_edit_whose_earlier_version_is_not_told_is_one_all_the_same(odd: Any) -> None:
    changed = read_edit(_edit({"text": "order 3"}, previous_message=odd), BOT)
    assert changed is not None
    assert (changed.edit.before, changed.edit.after) == ("", "order 3")


def test_an_edit_keeps_what_was_passed_on() -> None:
    share = {"is_share": True, "author_name": "bob", "text": "20 desks"}
    changed = read_edit(_edit({"text": "order these", "attachments": [share]}), BOT)
    assert changed is not None
    assert changed.edit.after.startswith("order these\n\nForwarded")


def test_a_lost_card_is_known_by_its_metadata_or_its_buttons() -> None:
    metadata = {"event_payload": {"approval_id": "approval-1"}}
    buttons = {"type": "actions", "block_id": "decide:0", "elements": [{"value": "approval-1"}]}
    for previous in ({"ts": "2.0", "metadata": metadata}, {"ts": "2.0", "blocks": [buttons]}):
        event = {"type": "message", "subtype": "message_deleted", "previous_message": previous}
        assert read_lost_card({"event": event}) == LostCard("approval-1", "2.0")
    assert read_lost_card({"event": {"previous_message": {"ts": "2.0"}}}) is None


def test_a_press_is_read_whole() -> None:
    click = read_click(a_press(APPROVE))
    assert (click.id, click.ts, click.by) == ("3.000100:U0BOB", "3.000100", BOB)
    assert (click.action, click.value, click.place) == (APPROVE, APPROVAL, CARD)
    assert (click.channel, click.message_ts, click.thread_ts) == ("C0OPS", "2.0", "1.0")
    assert click.trigger_id == "1.2.abc"
    assert click.response_url.startswith("https://hooks.slack.com/")
    assert not click.is_ephemeral
    assert not click.is_in_modal


def test_a_press_in_a_private_message_has_no_message_and_is_read_all_the_same() -> None:
    body = a_press(APPROVE)
    del body["message"]
    body["container"]["is_ephemeral"] = True
    click = read_click(body)
    assert click.is_ephemeral
    assert (click.message_ts, click.thread_ts) == ("2.0", "1.0")


def test_a_press_in_a_modal_is_known_for_one() -> None:
    entered = {"reason": {"value": {"value": "why"}}}
    view = {"id": "V1", "type": "modal", "state": {"values": entered}}
    body = a_press(APPROVE, view=view, container={"type": "view", "view_id": "V1"})
    del body["state"]
    click = read_click(body)
    assert (click.view_id, click.is_in_modal, click.state) == ("V1", True, entered)


def test_a_choice_from_the_menu_is_the_button_that_it_stands_for() -> None:
    click = read_click(a_choice(f"{DETAILS}|{APPROVAL}"))
    assert (click.action, click.value, click.place) == (DETAILS, APPROVAL, CARD)


def test_a_choice_from_another_menu_is_what_was_chosen() -> None:
    body = a_choice("place_order|x")
    body["actions"][0]["action_id"] = "list_filter"
    assert read_click(body).value == "place_order|x"


@pytest.mark.parametrize("option", [None, "x", {}, {"value": ""}, {"value": 3}], ids=str)
def test_a_choice_of_nothing_is_refused(option: Any) -> None:
    body = a_choice("x|y")
    body["actions"][0]["selected_option"] = option
    with pytest.raises(PayloadError):
        read_click(body)


@pytest.mark.parametrize("block_id", ["", "decide:" + "9" * 6_000, ":::::::", "x" * 9_000], ids=len)
def test_whatever_a_block_is_called_the_press_is_read(block_id: str) -> None:
    body = a_press(APPROVE)
    body["actions"][0]["block_id"] = block_id
    assert isinstance(read_click(body).place, BlockId)


def test_a_submission_is_read_whole() -> None:
    meta = Meta(approval_ids=(APPROVAL,), channel="C0OPS", digest="d")
    blocks = [{"type": "section", "block_id": "s"}, {"type": "input", "block_id": "reason"}]
    view = {
        "callback_id": MODALS[REJECT],
        "private_metadata": meta.dump(),
        "blocks": [*blocks, {"type": "input"}],
    }
    entered = {"reason": {"type": "plain_text_input", "value": "why"}, "quick_reason": {}}
    submission = read_submission(a_submission(view, entered))
    assert submission.id == "V0MODAL:17.abc:U0BOB"
    assert (submission.callback_id, submission.meta) == (MODALS[REJECT], meta)
    assert submission.values["reason"] == {"value": {"value": "why"}}
    assert (submission.by, submission.team, submission.view_id) == (BOB, TEAM, "V0MODAL")
    assert submission.inputs == ("reason",)


@pytest.mark.parametrize(
    "entry",
    [None, "x", [], {"value": 3}, {"selected_option": "x"}, {"selected_options": {"a": 1}}],
    ids=str,
)
def test_what_is_entered_is_of_the_kind_that_slack_sends_or_nothing(entry: Any) -> None:
    view = {"callback_id": "modal_reject", "private_metadata": "{}"}
    submission = read_submission(a_submission(view, {"reason": entry}))
    assert submission.values["reason"]["value"] in ({}, {"selected_options": []})


@examples(120)
@given(body=st.dictionaries(st.sampled_from(ROOTS), JSON))
def test_whatever_arrives_is_read_or_refused(body: dict[str, Any]) -> None:
    for read in (
        lambda it: read_message(it, BOT),
        lambda it: read_edit(it, BOT),
        read_click,
        read_lost_card,
        read_submission,
    ):
        try:
            read(body)
        except PayloadError:
            continue


@examples(120)
@given(path=st.sampled_from(PATHS), junk=JSON, drop=st.booleans(), in_menu=st.booleans())
def test_one_odd_part_of_a_press_is_read_or_refused(
    path: tuple[str | int, ...], junk: Any, drop: bool, in_menu: bool
) -> None:
    body = a_choice(f"{MORE}|x") if in_menu else a_press(APPROVE)
    _spoil(body, path, junk, drop=drop)
    try:
        assert read_click(body).by.user
    except PayloadError:
        return


@examples(120)
@given(path=st.sampled_from(VIEW_PATHS), junk=JSON, drop=st.booleans())
def test_one_odd_part_of_a_submission_is_read_or_refused(
    path: tuple[str | int, ...], junk: Any, drop: bool
) -> None:
    meta = Meta(approval_ids=(APPROVAL,)).dump()
    blocks = [{"type": "input", "block_id": "reason"}]
    view = {"callback_id": "modal_reject", "private_metadata": meta, "blocks": blocks}
    body = a_submission(view, {"reason": {"value": "why"}})
    _spoil(body, path, junk, drop=drop)
    try:
        assert read_submission(body).view_id
    except PayloadError:
        return


def _spoil(body: Any, path: tuple[str | int, ...], junk: Any, *, drop: bool) -> None:
    *way, last = path
    for step in way:
        body = body[step] if isinstance(step, int) else body.setdefault(step, {})
    if drop and not isinstance(last, int):
        body.pop(last, None)
    else:
        body[last] = junk
