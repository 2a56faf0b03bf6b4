"""The directory: what is known of people, groups and channels, and what is not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from countersign.slack.directory import MOST_PAGES, Directory
from countersign.slack.profiles import Channel, DirectoryError, GoneError, Profile
from tests.unit.worker.workspace import BOT, TEAM, Workspace


@pytest.mark.parametrize(
    ("says", "is_"),
    [
        ({}, {}),
        ({"is_restricted": True}, {"is_guest": True}),
        ({"is_ultra_restricted": True, "is_restricted": True}, {"is_guest": True}),
        ({"is_stranger": True}, {"is_external": True}),
        ({"team_id": "T0OTHER"}, {"is_external": True, "team": "T0OTHER"}),
        (
            {"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0ORG"}},
            {"team": "T0SISTER"},
        ),
        ({"team_id": "E0ORG"}, {"team": "E0ORG"}),
        ({"deleted": True}, {"is_deactivated": True}),
        ({"is_bot": True}, {"is_bot": True}),
        ({"name": "bob", "profile": {"display_name": "Bobby"}}, {"name": "Bobby"}),
        ({"name": "bob", "real_name": "Bob B", "profile": {"display_name": ""}}, {"name": "Bob B"}),
    ],
    ids=str,
)
async def test_an_account_is_what_slack_says_it_is(
    slack: Workspace, directory: Directory, says: dict[str, Any], is_: dict[str, Any]
) -> None:
    slack.answers["auth.test"] = [{"ok": True, "team_id": TEAM, "enterprise_id": "E0ORG"}]
    slack.says("U0BOB", **says)
    assert await directory.person("U0BOB") == replace(Profile("U0BOB", TEAM), **is_)


async def test_a_workspace_without_an_organisation_has_no_sisters(
    slack: Workspace, directory: Directory
) -> None:
    slack.refuses("auth.test", "fatal_error")
    with pytest.raises(DirectoryError, match="fatal_error"):
        await directory.person("U0BOB")
    slack.takes_again("auth.test")
    slack.says("U0BOB", team_id="T0OTHER", enterprise_user={})
    assert (await directory.person("U0BOB")).is_external


async def test_whose_workspace_it_is_is_asked_once(slack: Workspace, directory: Directory) -> None:
    await directory.person("U0BOB")
    await directory.person("U0CAROL")
    assert slack.methods == ["auth.test", "users.info", "users.info"]


async def test_what_is_gone_is_told_apart_from_what_could_not_be_asked(
    slack: Workspace, directory: Directory
) -> None:
    with pytest.raises(GoneError) as gone:
        await directory.members_of_group("S0NONE")
    assert (gone.value.id, gone.value.code) == ("S0NONE", "no_such_subteam")
    for looking in (directory.members("C0NONE"), directory.person("U0NONE")):
        with pytest.raises(GoneError):
            await looking
    slack.refuses("usergroups.users.list", "ratelimited")
    with pytest.raises(DirectoryError) as failed:
        await directory.members_of_group("S0FINANCE")
    assert not isinstance(failed.value, GoneError)
    assert (failed.value.code, failed.value.seconds) == ("ratelimited", 7)


async def test_a_slack_that_is_away_is_a_failure_like_any_other(client: AsyncWebClient) -> None:
    client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(DirectoryError, match="unreachable"):
        await Directory(client).members("C0OPS")


async def test_members_are_read_to_the_last_page(slack: Workspace, directory: Directory) -> None:
    more = {"response_metadata": {"next_cursor": "2"}}
    slack.answers["conversations.members"] = [
        {"ok": True, "members": ["U0ALICE", "U0BOB"], **more},
        {"ok": True, "members": [BOT]},
    ]
    assert await directory.members("C0OPS") == {"U0ALICE", "U0BOB", BOT}
    assert len(slack.given("conversations.members")) == 2


async def test_pages_without_an_end_are_a_failure(slack: Workspace, directory: Directory) -> None:
    endless = {"ok": True, "members": [], "response_metadata": {"next_cursor": "0"}}
    slack.answers["conversations.members"] = [endless]
    with pytest.raises(DirectoryError, match="too_many_pages"):
        await directory.members("C0OPS")
    assert len(slack.given("conversations.members")) == MOST_PAGES


@pytest.fixture
async def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Awaitable[None]]:
    """Lets time pass for whatever waits in the event loop."""
    loop = asyncio.get_running_loop()
    real, passed = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + passed)

    async def let_pass(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        for _ in range(2):  # one round to see what is due, one to run it
            await asyncio.sleep(0)

    return let_pass


async def test_lists_may_remember_for_a_minute_and_votes_never(
    slack: Workspace,
    client: AsyncWebClient,
    directory: Directory,
    pass_seconds: Callable[[float], Awaitable[None]],
) -> None:
    remembering = Directory(client, keep_seconds=60)
    for _ in range(2):
        assert await remembering.groups_of("U0BOB") == ("S0FINANCE",)
        assert "C0FINANCE" in await remembering.channels_of("U0BOB")
    assert slack.methods == ["usergroups.list", "users.conversations"]
    assert slack.given("users.conversations")[0]["types"] == "public_channel,private_channel,mpim"
    slack.groups["S0FINANCE"] = []
    assert await remembering.groups_of("U0BOB") == ("S0FINANCE",)
    await pass_seconds(61)
    assert await remembering.groups_of("U0BOB") == ()
    slack.groups["S0FINANCE"] = ["U0BOB"]
    assert await directory.groups_of("U0BOB") == ("S0FINANCE",)
    slack.groups["S0FINANCE"] = []
    assert await directory.groups_of("U0BOB") == ()


async def test_who_asks_at_once_is_answered_by_one_look_up_although_others_give_up(
    slack: Workspace, client: AsyncWebClient
) -> None:
    remembering = Directory(client, keep_seconds=60)
    first, *others = (asyncio.create_task(remembering.groups_of("U0BOB")) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [("S0FINANCE",)] * 2
    assert first.cancelled()
    assert slack.methods == ["usergroups.list"]


async def test_no_more_people_are_remembered_than_a_fixed_number(
    slack: Workspace, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.slack.directory.MOST_REMEMBERED", 2)
    remembering = Directory(client, keep_seconds=60)
    for user in ("U0ALICE", "U0BOB", "U0CAROL", "U0CAROL", "U0ALICE"):
        await remembering.person(user)
    assert slack.methods.count("users.info") == 4


async def test_a_failure_is_not_remembered(slack: Workspace, client: AsyncWebClient) -> None:
    remembering = Directory(client, keep_seconds=60)
    slack.refuses("usergroups.list", "fatal_error")
    with pytest.raises(DirectoryError):
        await remembering.groups_of("U0BOB")
    slack.takes_again("usergroups.list")
    assert await remembering.groups_of("U0BOB") == ("S0FINANCE",)


@pytest.mark.parametrize(
    ("says", "is_"),
    [
        ({"name": "ops"}, {"name": "ops"}),
        ({"is_private": True}, {"is_private": True}),
        ({"is_mpim": True}, {"is_private": True}),
        ({"is_ext_shared": True}, {"is_shared": True}),
        ({"is_org_shared": True}, {"is_shared": True}),
        ({"is_pending_ext_shared": True}, {"is_shared": True}),
        ({"is_archived": True}, {"is_archived": True}),
    ],
    ids=str,
)
async def test_a_channel_is_what_slack_says_it_is(
    slack: Workspace, directory: Directory, says: dict[str, Any], is_: dict[str, Any]
) -> None:
    slack.says("C0OPS", **says)
    assert await directory.channel("C0OPS") == replace(Channel("C0OPS"), **is_)


async def test_a_direct_message_is_known_by_its_id(slack: Workspace, directory: Directory) -> None:
    assert await directory.channel("D0ALICE") == Channel(
        id="D0ALICE", is_direct=True, is_private=True
    )
    assert slack.methods == []
