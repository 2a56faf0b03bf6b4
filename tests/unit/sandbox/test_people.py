"""Who is who: guests, people who left, people from outside, and what an administrator changes."""

from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import running
from tests.unit.sandbox.blocks import actions, button
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    BOT,
    CAROL,
    DAVE,
    ERIN,
    FINANCE,
    OPS,
    RANDOM,
    SHARED,
    ZOE,
    App,
    a_config,
    a_manifest,
    a_web_client,
    not_allowed,
    refused,
    said,
)


async def described(slack: AsyncWebClient, user: str) -> Json:
    return (await said(slack.users_info(user=user)))["user"]


async def test_somebody_who_left_is_still_known(slack: AsyncWebClient) -> None:
    erin = await described(slack, ERIN)

    assert (erin["deleted"], erin["is_restricted"], erin["team_id"]) == (True, False, "T0ACME")
    posted = await said(slack.chat_postMessage(channel=ERIN, text="nobody reads this"))
    assert posted["channel"] == "D0ERIN"


async def test_somebody_who_left_can_do_nothing(people: SandboxClient) -> None:
    async with not_allowed("user_disabled"):
        await people.state(ERIN)
    async with not_allowed("user_disabled"):
        await people.say(ERIN, OPS, "hello?")


async def test_a_stranger_is_one_only_while_no_channel_is_shared(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    zoe = await described(slack, ZOE)
    assert (zoe["team_id"], zoe["is_stranger"], zoe["deleted"]) == ("T0OTHER", False, False)

    await people.set_member(SHARED, ZOE, present=False)

    zoe = await described(slack, ZOE)
    assert (zoe["team_id"], zoe["is_stranger"]) == ("T0OTHER", True)
    assert (await described(slack, ALICE))["is_stranger"] is False


async def test_what_an_external_person_does_names_their_workspace(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=SHARED, text="?", blocks=[actions(button())])
    card = await people.wait_message(SHARED, from_=BOT)
    await people.say(ZOE, SHARED, "what is this?")
    await people.click_button(ZOE, card, "Approve")
    await people.wait_quiet()

    click = next(one.payload for one in app.heard if one.type == "interactive")
    assert (click["user"]["team_id"], click["team"]["id"]) == ("T0OTHER", "T0ACME")
    said_ = next(one.payload for one in app.heard if one.payload["event"].get("user") == ZOE)
    assert (said_["is_ext_shared_channel"], said_["team_id"]) == (True, "T0ACME")
    assert (said_["event"]["user_team"], said_["event"]["source_team"]) == ("T0OTHER", "T0OTHER")


async def test_an_external_person_sees_what_is_shared_and_has_no_commands(
    people: SandboxClient,
) -> None:
    assert [one["id"] for one in (await people.state(ZOE))["channels"]] == [SHARED]
    async with not_allowed("unknown_command"):
        await people.command(ZOE, SHARED, "/approvals")


async def test_addresses_have_a_scope_of_their_own(tmp_path: Path, slack: AsyncWebClient) -> None:
    assert "email" not in (await described(slack, BOB))["profile"]
    manifest = a_manifest(tmp_path)
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(
        text.replace("- users:read", "- users:read\n      - users:read.email"), encoding="utf-8"
    )
    async with running(a_config(manifest=manifest)) as sandbox:
        web = a_web_client(sandbox)
        assert (await described(web, BOB))["profile"]["email"] == "bob@acme.example"
        found = await said(web.users_lookupByEmail(email="bob@acme.example"))
        assert found["user"]["id"] == BOB
        async with refused("users_not_found"):
            await web.users_lookupByEmail(email="erin@acme.example")


async def test_an_approver_can_vanish(people: SandboxClient, slack: AsyncWebClient) -> None:
    gone = await people.set_person(BOB, deleted=True)
    assert gone["deleted"]
    assert (await described(slack, BOB))["deleted"]
    await people.set_person(BOB, deleted=False, guest=True)
    assert (await described(slack, BOB))["is_restricted"]
    await people.set_person(BOB, guest=False, single_channel_guest=True, tz="Asia/Tokyo")
    bob = await described(slack, BOB)
    assert (bob["is_restricted"], bob["is_ultra_restricted"], bob["tz"]) == (
        True,
        True,
        "Asia/Tokyo",
    )
    assert (await people.set_person(BOB, external=True))["team_id"] == "T0OTHER"


async def test_somebody_new_can_chat_at_once(people: SandboxClient, slack: AsyncWebClient) -> None:
    await people.set_person("U0FRANK", real_name="Frank Ito")
    await people.set_member(OPS, "U0FRANK", present=True)

    await people.say("U0FRANK", OPS, "hello")
    assert (await said(slack.conversations_open(users="U0FRANK")))["channel"]["id"] == "D0FRANK"
    assert (await described(slack, "U0FRANK"))["real_name"] == "Frank Ito"
    await people.reset()
    async with refused("user_not_found"):
        await slack.users_info(user="U0FRANK")


async def test_a_group_can_change_appear_and_vanish(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    async def members(group: str) -> list[str]:
        return (await said(slack.usergroups_users_list(usergroup=group)))["users"]

    await people.set_group("S0FINANCE", [ALICE])
    assert await members("S0FINANCE") == [ALICE]
    await people.set_group("S0LEGAL", [CAROL], handle="legal")
    await people.set_group("S0EMPTY", [])
    assert (await members("S0LEGAL"), await members("S0EMPTY")) == ([CAROL], [])
    await people.set_group("S0FINANCE", None)
    async with refused("no_such_subteam"):
        await members("S0FINANCE")
    left = (await said(slack.usergroups_list()))["usergroups"]
    assert {one["id"]: one["handle"] for one in left} == {"S0LEGAL": "legal", "S0EMPTY": "empty"}


async def test_people_and_the_bot_come_into_channels_and_leave(
    app: App, people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.set_member(FINANCE, DAVE, present=True)
    await people.set_member(FINANCE, DAVE, present=False)
    await people.set_member(RANDOM, BOT, present=True)
    assert (await said(slack.chat_postMessage(channel=RANDOM, text="hi")))["ok"]
    await people.set_member(RANDOM, BOT, present=False)
    async with refused("not_in_channel"):
        await slack.chat_postMessage(channel=RANDOM, text="hi")
    await people.wait_quiet()

    subtypes = [event.get("subtype") for event in app.events() if event.get("user") == DAVE]
    assert "channel_leave" in subtypes
    assert DAVE not in (await said(slack.conversations_members(channel=FINANCE)))["members"]


async def test_an_archived_channel_takes_no_posts(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.set_channel(OPS, archived=True)
    async with refused("is_archived"):
        await slack.chat_postMessage(channel=OPS, text="hi")
    await people.set_channel(OPS, archived=False, shared=True)
    assert (await said(slack.conversations_info(channel=OPS)))["channel"]["is_ext_shared"]


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("people", {"user": "nobody"}, "invalid_request"),
        ("people", {"user": BOB, "deleted": "yes"}, "invalid_request"),
        ("groups", {"group": "finance", "users": []}, "invalid_request"),
        ("groups", {"group": "S0X", "users": ["U0NOBODY"]}, "unknown_person"),
        ("groups", {"group": "S0X", "users": "U0BOB"}, "invalid_request"),
        ("members", {"channel": OPS, "user": "U0NOBODY"}, "unknown_person"),
        ("members", {"channel": "D0BOB", "user": BOB}, "channel_not_found"),
        ("channels", {"channel": "C0NONE"}, "channel_not_found"),
    ],
)
async def test_an_administrators_mistakes_are_named(
    people: SandboxClient, verb: str, body: Json, code: str
) -> None:
    async with not_allowed(code):
        await people.send(verb, **body)
