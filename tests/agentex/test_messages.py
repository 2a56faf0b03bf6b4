"""Messages in a task are created once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from agentex import AsyncAgentex
from structlog.testing import capture_logs

from countersign.agentex.client import build_client, register
from countersign.agentex.errors import AgentexAwayError, AgentexRefusedError
from countersign.agentex.messages import PAGE, TaskMessages
from countersign.agentex.settings import AgentexSettings
from countersign.runtime.settings import SettingsError
from sandbox.agentex.client import AgentexSandboxClient
from sandbox.json_types import Json
from tests.agentex.standin_support import Stage, stage

AT = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
Write = Callable[[TaskMessages, str, bool], Awaitable[str]]


@dataclass
class Desk:
    """A task, and who writes into it."""

    at: Stage
    task: str
    messages: TaskMessages

    @property
    def people(self) -> AgentexSandboxClient:
        return self.at.people

    async def contents(self) -> list[Json]:
        return [it["content"] for it in await self.people.messages(self.task)]


@pytest_asyncio.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with stage() as at:
        yield Desk(at, (await at.people.create_task())["id"], TaskMessages(at.sdk))
        assert await at.people.violations() == []


async def _say(messages: TaskMessages, task: str, again: bool) -> str:
    return await messages.say(task, "**Hello**", AT, again=again)


async def _echo(messages: TaskMessages, task: str, again: bool) -> str:
    return await messages.say(task, "**Hello**", AT, "user", again=again)


async def _request(messages: TaskMessages, task: str, again: bool) -> str:
    return await messages.request(task, "call_1", "act", {"n": 1}, AT, again=again)


async def _respond(messages: TaskMessages, task: str, again: bool) -> str:
    return await messages.respond(task, "call_1", "act", "done", False, AT, again=again)


WRITES = (_say, _echo, _request, _respond)


@pytest.mark.parametrize("write", WRITES)
async def test_tried_again_after_a_lost_answer_it_is_there_once(desk: Desk, write: Write) -> None:
    await desk.people.fail("messages.create", "drop", when="after")
    with pytest.raises(AgentexAwayError):
        await write(desk.messages, desk.task, False)
    known = await write(desk.messages, desk.task, True)
    assert [it["id"] for it in await desk.people.messages(desk.task)] == [known]


@pytest.mark.parametrize("write", WRITES)
async def test_tried_again_after_it_did_not_get_through_it_is_there(
    desk: Desk, write: Write
) -> None:
    for other in WRITES:
        if other is not write:
            await other(desk.messages, desk.task, False)
    await write(desk.messages, desk.task, True)
    assert len(await desk.contents()) == len(WRITES)


async def test_what_is_written_is_what_agentex_shows(desk: Desk) -> None:
    for write in WRITES:
        await write(desk.messages, desk.task, False)
    said, echoed, request, response = await desk.contents()
    assert (said["author"], said["content"], said["format"]) == ("agent", "**Hello**", "markdown")
    assert echoed["author"] == "user"
    assert (request["name"], request["arguments"]) == ("act", {"n": 1})
    assert (response["content"], response["is_error"]) == ("done", False)
    (first, *_) = await desk.people.messages(desk.task)
    assert datetime.fromisoformat(first["created_at"]) == datetime(2026, 11, 29, 12, 0, 0, 123000)  # noqa: DTZ001


async def test_the_same_at_another_time_and_a_calls_id_that_comes_again_are_other_messages(
    desk: Desk,
) -> None:
    later = AT + timedelta(milliseconds=1)
    for at in (AT, later):
        await desk.messages.say(desk.task, "Hello", at, again=True)
        await desk.messages.request(desk.task, "call_0", "act", {}, at, again=True)
    assert len(await desk.contents()) == 4


async def test_an_earlier_try_is_found_behind_everything_that_came_since(desk: Desk) -> None:
    first = await desk.messages.say(desk.task, "first", AT)
    for number in range(PAGE + 1):
        await desk.messages.say(desk.task, "more", AT + timedelta(seconds=number + 1))
    assert await desk.messages.say(desk.task, "first", AT, again=True) == first
    before = AT - timedelta(seconds=1)
    await desk.messages.say(desk.task, "first", before, again=True)
    assert len(await desk.contents()) == PAGE + 3


async def test_a_message_is_rewritten(desk: Desk) -> None:
    id_ = await desk.messages.say(desk.task, "waiting", AT)
    for _ in range(2):
        assert await desk.messages.rewrite(desk.task, id_, "done") == id_
    (content,) = await desk.contents()
    assert (content["content"], content["author"]) == ("done", "agent")


@pytest.mark.parametrize("kind", ["http_429", "http_500", "http_503", "drop"])
async def test_what_may_pass_is_told_apart(desk: Desk, kind: str) -> None:
    for route in ("messages.create", "messages.list"):
        await desk.people.fail(route, kind)
        with pytest.raises(AgentexAwayError):
            await _say(desk.messages, desk.task, True)


async def test_a_backend_that_is_away_is_away(desk: Desk) -> None:
    await desk.people.away()
    with pytest.raises(AgentexAwayError):
        await _say(desk.messages, desk.task, False)
    await desk.people.back()


async def test_what_is_refused_will_be_again(desk: Desk) -> None:
    with pytest.raises(AgentexRefusedError) as refused:
        await desk.messages.rewrite(desk.task, "0" * 24, "hello")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (b"HTTP/1.1 429 Slow down\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n", 7),
        (b"HTTP/1.1 429 Slow down\r\nretry-after: soon\r\ncontent-length: 0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi", None),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{", None),
        (b"nonsense", None),
    ],
    ids=["slow down", "some time", "page", "cut off", "no http"],
)
async def test_whatever_answers_it_is_away_and_may_say_for_how_long(
    answer: bytes, seconds: float | None
) -> None:
    async def say_so(reader: Any, writer: Any) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say_so, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with AsyncAgentex(base_url=f"http://127.0.0.1:{port}", max_retries=0) as client:
            messages = TaskMessages(client)
            for again in (True, False):
                with pytest.raises(AgentexAwayError) as away:
                    await messages.say("t", "hello", AT, again=again)
                assert away.value.seconds == seconds


async def test_registering_gives_the_key_and_doing_it_again_the_same(desk: Desk) -> None:
    settings = AgentexSettings(agentex_base_url=desk.at.sandbox.url, agent_name="another")
    key = await register(settings)
    assert key == await register(settings)
    async with build_client(settings, key) as client:
        assert client.default_headers["x-agent-api-key"] == key
        assert client.max_retries == 0


async def test_a_backend_that_comes_back_is_registered_with(desk: Desk) -> None:
    settings = AgentexSettings(agentex_base_url=desk.at.sandbox.url, agent_name="another")
    await desk.people.fail("agents.register", "http_500", count=2)
    with capture_logs() as lines:
        assert await register(settings)
    assert [it["event"].split(" ")[0] for it in lines] == ["waiting", "AgentEx", "registered"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AGENTEX_BASE_URL", "localhost:5003", "is not a web address"),
        ("AGENTEX_BASE_URL", "", "is not a web address"),
        ("ACP_PORT", "x", "ACP_PORT"),
        ("AGENT_NAME", "My Agent", "lower-case letters"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as refused:
        AgentexSettings.read()
    assert words in str(refused.value)


def test_agentexs_task_queue_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASK_QUEUE", "ours")
    assert AgentexSettings.read().queue == "ours"
    monkeypatch.setenv("WORKFLOW_TASK_QUEUE", "theirs")
    assert AgentexSettings.read().queue == "theirs"
