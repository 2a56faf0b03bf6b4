"""Processes that die, restart, or are started wrongly, while people wait."""

import signal
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.errors import ChildExitedError
from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.reading import buttons, words
from tests.slack.scene import Scene
from tests.slack.talk import ALICE, CARD
from workflows.words import MODEL_REFUSED_KEY

ORDER = "order 100 widgets"
RULE = """\
version: {version}
rules:
  - name: orders
    tool: place_order
    approvers: {approvers}
"""
SOLO = """\
version: 1
solo: U0ALICE
rules:
  - {name: orders, tool: place_order}
"""


@pytest_asyncio.fixture
async def own(temporal_address: str, temporal: Client) -> AsyncGenerator[Scene]:
    """A stack that a test may break."""
    options = StackOptions(temporal_address=temporal_address, task_queue="own")
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        yield Scene(stack, sandbox, temporal)


async def test_a_pending_approval_survives_the_death_of_bot_and_worker(own: Scene) -> None:
    talk = await own.mention(ORDER)
    card = await talk.card()
    await own.stack.kill("worker")
    await own.stack.kill("bot")
    refused = await talk.press(card, "Approve")
    assert not refused["delivered"]

    await own.stack.launch("worker")
    await own.stack.launch("bot")
    await talk.press(card, "Approve")

    assert "placed" in (await talk.hear())["text"]
    assert buttons(await talk.redrawn(card, "Done:")) == []


async def test_a_press_while_the_worker_is_away_counts_when_it_is_back(own: Scene) -> None:
    talk = await own.mention(ORDER)
    card = await talk.card()
    await own.stack.kill("worker")

    pressed = await talk.press(card, "Approve")
    assert pressed["delivered"]

    await own.stack.launch("worker")
    assert "placed" in (await talk.hear())["text"]


async def test_what_is_said_while_the_bot_is_away_is_answered_when_it_is_back(own: Scene) -> None:
    assert await own.stack.stop_one("bot") == 0
    talk = await own.begin("how much budget is left?")
    await own.stack.launch("bot")
    assert "€" in (await talk.hear())["text"]


@pytest.mark.parametrize("how", ["drop", "disconnect", "refuse_next"])
async def test_a_lost_socket_is_opened_again(own: Scene, how: str) -> None:
    await own.sandbox.disturb_socket(how)
    if how == "refuse_next":
        await own.sandbox.disturb_socket("drop")
    talk = await own.begin("how much budget is left?")
    assert "€" in (await talk.hear())["text"]


async def test_health_and_readiness_are_told(own: Scene) -> None:
    for base in (own.stack.bot_url, own.stack.worker_url):
        for path in ("healthz", "readyz"):
            async with aiohttp.ClientSession() as session, session.get(f"{base}/{path}") as answer:
                assert answer.status == 200
                assert (await answer.json())["ok"] is True


@pytest.mark.parametrize("name", ["bot", "worker"])
async def test_sigterm_drains_and_ends_well(own: Scene, name: str) -> None:
    child = own.stack._children[name]  # pyright: ignore[reportArgumentType]
    child.is_stopping = True
    child.signal(signal.SIGTERM)
    assert await child.wait() == 0


async def test_a_second_start_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    options = StackOptions(home=tmp_path, in_memory=False)
    async with Stack(options) as stack, _people(stack) as sandbox:
        talk = await Scene(stack, sandbox, await _connect(stack)).mention(ORDER)
        card = await talk.card()
    async with Stack(options) as stack, _people(stack) as sandbox:
        talk = replace(talk, sandbox=sandbox)
        await talk.press(card, "Approve")
        assert "placed" in (await talk.hear())["text"]
        assert buttons(await talk.redrawn(card, "Done:")) == []


async def test_an_expired_api_key_is_told_in_plain_words(
    temporal_address: str, temporal: Client
) -> None:
    options = StackOptions(
        temporal_address=temporal_address,
        task_queue="expired",
        env={"OPENAI_API_KEY": "sk-expired-000000000000"},
    )
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        talk = await Scene(stack, sandbox, temporal).begin("hello")
        assert (await talk.hear())["text"] == MODEL_REFUSED_KEY
        log = stack.log("worker")
        assert "AuthenticationError" in log
        assert "sk-expired-000000000000" not in log
        assert stack.env["SLACK_BOT_TOKEN"] not in log + stack.log("bot")


@pytest.mark.parametrize(
    ("process", "env", "told"),
    [
        ("bot", {"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ("bot", {"SLACK_BOT_TOKEN": "xoxp-1"}, "begin with xoxb-"),
        ("bot", {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ("bot", {"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth)"),
        ("bot", {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, "has to be set"),
        ("bot", {"BOT_PORT": "many"}, "BOT_PORT"),
        ("bot", {"SLACK_API_URL": "http://127.0.0.1:9/api"}, "cannot be reached"),
        ("worker", {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN"),
        ("worker", {"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be used"),
        ("worker", {"POLICY_FILE": "none.yaml"}, "the policy none.yaml cannot be read"),
    ],
    ids=str,
)
async def test_a_wrong_setting_is_one_clear_line(
    temporal_address: str, process: str, env: dict[str, str], told: str
) -> None:
    options = StackOptions(
        temporal_address=temporal_address,
        env=env,
        run=(process,),  # pyright: ignore[reportArgumentType]
    )
    stack = Stack(options)
    with pytest.raises(ChildExitedError) as failed:
        async with stack:
            pytest.fail("it started")
    assert failed.value.code == 2
    (line,) = (it for it in failed.value.last_lines if "[info " not in it)
    assert told in line


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("version: 1\nrules: {", "policy.yaml:2: is not YAML"),
        (RULE.format(version=1, approvers="{users: [U0NOBODY]}"), "U0NOBODY"),
    ],
)
async def test_a_policy_that_cannot_be_honoured_is_refused_with_the_place(
    temporal_address: str, tmp_path: Path, policy: str, place: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    options = StackOptions(
        temporal_address=temporal_address, env={"POLICY_FILE": str(file)}, run=("worker",)
    )
    with pytest.raises(ChildExitedError) as failed:
        async with Stack(options):
            pytest.fail("it started")
    assert failed.value.code == 2
    head, fault = failed.value.last_lines
    assert head == "countersign: the policy cannot be used."
    assert place in fault


async def test_a_policy_that_becomes_wrong_while_it_runs_leaves_the_old_one_in_force(
    temporal_address: str, temporal: Client, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(RULE.format(version=1, approvers="{users: [U0BOB]}"), encoding="utf-8")
    options = StackOptions(
        temporal_address=temporal_address, task_queue="changing", env={"POLICY_FILE": str(file)}
    )
    async with Stack(options) as stack, _people(stack) as sandbox:
        scene = Scene(stack, sandbox, temporal)
        first = await (await scene.mention(ORDER)).card()
        file.write_text(RULE.format(version=2, approvers="{users: [nobody]}"), encoding="utf-8")
        second = await (await scene.mention(ORDER)).card()
        assert "changed policy refused" in stack.log("worker")
        file.write_text(RULE.format(version=33, approvers="{users: [U0CAROL]}"), encoding="utf-8")
        talk = await scene.mention(ORDER)
        third = await talk.card()
        assert ["` v1" in words(it) for it in (first, second, third)] == [True, True, False]
        assert "v33" in words(third)
        await talk.press(first, "Approve")  # it keeps the rule that it was asked under
        await talk.redrawn(first, "Done:")


async def test_who_works_alone_approves_their_own_requests_and_the_record_says_so(
    temporal_address: str, temporal: Client, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(SOLO, encoding="utf-8")
    options = StackOptions(
        temporal_address=temporal_address, task_queue="alone", env={"POLICY_FILE": str(file)}
    )
    async with Stack(options) as stack, _people(stack) as sandbox:
        talk = await Scene(stack, sandbox, temporal).begin(ORDER)
        card = await talk.hear(CARD)
        assert "solo mode: you approve your own requests" in words(card)
        approve = next(it for it in card["blocks"][-1]["elements"] if "style" in it)
        assert "Solo mode" in approve["confirm"]["text"]["text"]
        await talk.press(card, "Approve", ALICE)
        assert "solo mode" in words(await talk.redrawn(card, "Done:"))


async def test_a_port_that_is_taken_is_one_clear_line(own: Scene) -> None:
    taken = own.stack.bot_url.rsplit(":", 1)[1]
    options = StackOptions(
        temporal_address=own.stack.temporal_address,
        env={"BOT_PORT": taken},
        run=("bot",),
    )
    with pytest.raises(ChildExitedError) as failed:
        async with Stack(options):
            pytest.fail("it started")
    assert f"cannot listen on 127.0.0.1:{taken}" in "".join(failed.value.last_lines)


def _people(stack: Stack) -> SandboxClient:
    return SandboxClient(stack.sandbox_url, stack.page_token)


async def _connect(stack: Stack) -> Client:
    return await Client.connect(stack.temporal_address, data_converter=pydantic_data_converter)
