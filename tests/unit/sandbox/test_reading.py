"""What an app can look up: conversations, people, groups, files."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    BOT,
    CAROL,
    DAVE,
    DEPLOYS,
    ERIN,
    FINANCE,
    GENERAL,
    OPS,
    RANDOM,
    SHARED,
    ZOE,
    refused,
    said,
)

METADATA = {"event_type": "approval_requested", "event_payload": {"id": "approval-1"}}


async def test_a_person_is_described_with_what_a_policy_needs(slack: AsyncWebClient) -> None:
    dave = (await said(slack.users_info(user=DAVE)))["user"]

    assert (dave["is_restricted"], dave["is_bot"], dave["deleted"]) == (True, False, False)
    assert (dave["team_id"], dave["real_name"]) == ("T0ACME", "Dave Okafor")
    async with refused("user_not_found"):
        await slack.users_info(user="U0NOBODY")


async def test_everybody_is_listed_page_by_page(slack: AsyncWebClient) -> None:
    names: list[str] = []
    async for page in await slack.users_list(limit=2):
        members: list[Json] = page.get("members", [])
        assert len(members) <= 2
        names += [member["id"] for member in members]

    assert names == [ALICE, BOB, CAROL, DAVE, ERIN, ZOE, BOT]
    async with refused("invalid_cursor"):
        await slack.users_list(cursor="nonsense!")
    async with refused("invalid_limit"):
        await slack.users_list(limit=1001)


async def test_groups_and_their_members(slack: AsyncWebClient) -> None:
    (group,) = (await said(slack.usergroups_list()))["usergroups"]

    assert (group["id"], group["handle"], "users" in group) == ("S0FINANCE", "finance", False)
    assert (await said(slack.usergroups_users_list(usergroup="S0FINANCE")))["users"] == [BOB, CAROL]
    full = (await said(slack.usergroups_list(include_users=True, include_count=True)))["usergroups"]
    assert (full[0]["users"], full[0]["user_count"]) == ([BOB, CAROL], 2)
    async with refused("no_such_subteam"):
        await slack.usergroups_users_list(usergroup="S0NONE")


async def test_channels_are_listed_by_type(slack: AsyncWebClient) -> None:
    public = (await said(slack.conversations_list()))["channels"]
    assert {one["id"] for one in public} == {OPS, GENERAL, FINANCE, DEPLOYS, RANDOM, SHARED}
    assert {one["id"] for one in public if not one["is_member"]} == {RANDOM}
    direct = (await said(slack.conversations_list(types="im")))["channels"]
    assert {one["user"] for one in direct} == {ALICE, BOB, CAROL, DAVE, ERIN}
    mine = (await said(slack.users_conversations()))["channels"]
    assert RANDOM not in {one["id"] for one in mine}
    async with refused("missing_scope") as answer:
        await slack.conversations_list(types="private_channel")
    assert answer["needed"] == "groups:read"


async def test_a_channel_and_its_members(slack: AsyncWebClient) -> None:
    assert (await said(slack.conversations_info(channel=OPS)))["channel"]["name"] == "ops"
    members = await said(slack.conversations_members(channel=OPS))
    assert members["members"] == [ALICE, BOB, CAROL, BOT]
    first = await said(slack.conversations_members(channel=OPS, limit=3))
    cursor = first["response_metadata"]["next_cursor"]
    rest = await said(slack.conversations_members(channel=OPS, limit=3, cursor=cursor))
    assert (first["members"], rest["members"]) == ([ALICE, BOB, CAROL], [BOT])
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_what_kind_of_channel_it_is(slack: AsyncWebClient, people: SandboxClient) -> None:
    async def kind(channel: str, **how: bool) -> Json:
        return (await said(slack.conversations_info(channel=channel, **how)))["channel"]

    ops, direct, shared = await kind(OPS), await kind("D0BOB"), await kind(SHARED)
    assert (ops["is_private"], ops["is_ext_shared"], ops["is_archived"]) == (False, False, False)
    assert (direct["is_im"], direct["user"]) == (True, BOB)
    assert (shared["is_ext_shared"], shared["connected_team_ids"]) == (True, ["T0OTHER"])
    assert "num_members" not in ops
    assert (await kind(OPS, include_num_members=True))["num_members"] == 4
    await people.set_channel(OPS, archived=True)
    assert (await kind(OPS))["is_archived"]


async def test_where_somebody_is_needs_a_scope_for_each_kind(slack: AsyncWebClient) -> None:
    bobs = (await said(slack.users_conversations(user=BOB)))["channels"]
    assert {one["id"] for one in bobs} == {OPS, GENERAL, FINANCE, DEPLOYS, RANDOM, SHARED}
    zoes = (await said(slack.users_conversations(user=ZOE)))["channels"]
    assert [one["id"] for one in zoes] == [SHARED]
    async with refused("missing_scope"):
        await slack.users_conversations(user=BOB, types="public_channel,private_channel")
    async with refused("user_not_found"):
        await slack.users_conversations(user="U0NOBODY")


async def test_history_has_no_replies_and_newest_first(
    slack: AsyncWebClient, people: SandboxClient
) -> None:
    first = await people.say(ALICE, OPS, "first")
    await people.say(ALICE, OPS, "reply", thread_ts=first)
    await people.say(ALICE, OPS, "second")

    history = (await said(slack.conversations_history(channel=OPS, limit=2)))["messages"]
    assert [message["text"] for message in history] == ["second", "first"]
    after = await said(slack.conversations_history(channel=OPS, oldest=first))
    assert [message["text"] for message in after["messages"]] == ["second"]


async def test_threads_come_with_metadata_when_asked(slack: AsyncWebClient) -> None:
    root = (await said(slack.chat_postMessage(channel=OPS, text="card", metadata=METADATA)))["ts"]
    await slack.chat_postMessage(channel=OPS, text="reply", thread_ts=root)

    full = await said(slack.conversations_replies(channel=OPS, ts=root, include_all_metadata=True))
    assert full["messages"][0]["metadata"] == METADATA
    short = await said(slack.conversations_replies(channel=OPS, ts=root))
    assert short["messages"][0]["metadata"] == {"event_type": "approval_requested"}
    history = await said(slack.conversations_history(channel=OPS, include_all_metadata=True))
    assert history["messages"][0]["metadata"] == METADATA
    page = await said(slack.conversations_replies(channel=OPS, ts=root, limit=1))
    assert page["has_more"]
    rest = await said(
        slack.conversations_replies(
            channel=OPS, ts=root, cursor=page["response_metadata"]["next_cursor"]
        )
    )
    assert [message["text"] for message in rest["messages"]] == ["reply"]
    async with refused("thread_not_found"):
        await slack.conversations_replies(channel=OPS, ts="1.000000")


async def test_direct_messages_are_opened_by_person(slack: AsyncWebClient) -> None:
    assert (await said(slack.conversations_open(users=BOB)))["channel"]["id"] == "D0BOB"
    assert (await said(slack.conversations_open(users=[BOB], return_im=True)))["channel"][
        "user"
    ] == BOB
    async with refused("user_not_found"):
        await slack.conversations_open(users="U0NOBODY")
    async with refused("cannot_dm_bot"):
        await slack.conversations_open(users=BOT)
    async with refused("user_disabled"):
        await slack.conversations_open(users=ERIN)
    async with refused("user_not_visible"):
        await slack.conversations_open(users=ZOE)


async def test_the_bot_reads_only_where_it_is(slack: AsyncWebClient) -> None:
    async with refused("not_in_channel"):
        await slack.conversations_history(channel=RANDOM)
    await slack.conversations_join(channel=RANDOM)
    assert (await said(slack.conversations_history(channel=RANDOM)))["ok"]
    assert (await said(slack.conversations_join(channel=RANDOM)))["warning"] == "already_in_channel"


@pytest.mark.parametrize("method", ["team.info", "emoji.list"])
async def test_methods_whose_scope_nobody_asked_for(slack: AsyncWebClient, method: str) -> None:
    async with refused("missing_scope"):
        await slack.api_call(method)


async def test_bots_info(slack: AsyncWebClient) -> None:
    assert (await said(slack.bots_info(bot="B0SIGN")))["bot"]["app_id"] == "A0SIGN"
    async with refused("bot_not_found"):
        await slack.bots_info(bot="B0NONE")


async def test_arguments_that_are_missing_are_named(slack: AsyncWebClient) -> None:
    async with refused("invalid_arguments") as answer:
        await slack.api_call("users.info")

    assert "missing required field: user" in answer["response_metadata"]["messages"][0]
