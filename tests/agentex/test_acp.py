"""The front door for AgentEx: what it takes has been taken by Temporal, and the rest is refused."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs
from temporalio.client import Client, WorkflowExecutionStatus

from bot.agentex.events import ONLY_TEXT
from bot.agentex.front_door import FrontDoor
from bot.agentex.json_rpc import LARGEST_BODY
from bot.agentex.refusals import TASK_ENDED, TEMPORAL_AWAY
from countersign.agentex.settings import AgentexSettings
from countersign.runtime.process import BAD_START
from sandbox.agentex.client import AgentexSandboxClient
from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.server import running
from sandbox.errors import ControlError
from tests.agentex.door_support import (
    AGENT,
    PRINCIPAL,
    Entrance,
    a_listener,
    an_event,
    entrance,
    health,
    logged,
    post,
    serving,
    settings_for,
)
from tests.flows.flow import act, working
from tests.flows.test_stop_requests import Pondering
from tests.support.builders import a_sentence
from tests.support.scripted_model import Answer, Script, says
from workflows.contracts.core import MESSAGE_LIMIT, Person
from workflows.contracts.decisions import Outcome, Via
from workflows.contracts.notices import NoticeCode

ALICE = Person(team="", user="agentex:alice@acme.example", name="alice@acme.example")
Opening = Callable[..., AbstractAsyncContextManager[Entrance]]


@pytest.fixture
def opened(temporal: Client, temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> Opening:
    """Opens a front door whose model gives these answers, or plays a script."""

    @asynccontextmanager
    async def open_(*answers: Answer, script: Script | None = None) -> AsyncGenerator[Entrance]:
        async with (
            working(temporal, *answers, script=script) as flow,
            entrance(flow, temporal_address, monkeypatch) as at,
        ):
            yield at

    return open_


class TestTasks:
    async def test_a_task_is_a_conversation_and_what_is_said_in_it_a_message(
        self, opened: Opening
    ) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            status = (await at.conversation(task).describe()).status
            assert status is WorkflowExecutionStatus.RUNNING

            await at.say(task, "hello")
            assert await at.flow.answered() == "Hello."
            assert at.flow.threads.posted[0].origin == at.origin(task)
            assert at.flow.threads.posted[0].to == ALICE
            assert await at.shown(task, "user") == ["hello"]

    async def test_created_twice_it_is_one(self, opened: Opening) -> None:
        async with opened() as at:
            first = await at.task(name="order-1")
            run = (await at.conversation(first).describe()).run_id
            assert await at.task(name="order-1") == first
            assert (await at.conversation(first).describe()).run_id == run

    async def test_said_once_and_delivered_twice_it_is_one_message(self, opened: Opening) -> None:
        async with opened(says("Hello."), says("Bye.")) as at:
            task = await at.task()
            event = await at.people.hold(task, "hello")
            for _ in range(3):
                await at.people.redeliver(event, PRINCIPAL)
            assert await at.flow.answered() == "Hello."
            await at.say(task, "bye")
            assert await at.flow.answered(2) == "Bye."
            assert len(at.flow.script.given) == 2
            assert await at.shown(task, "user") == ["hello", "bye"]

    async def test_said_twice_in_one_moment_it_is_two_messages(self, opened: Opening) -> None:
        async with opened(says("One."), says("Two.")) as at:
            task = await at.task()
            for number in (1, 2):
                event = an_event(task, f"number {number}", sequence_id=number)
                answer = await at.call("event/send", await at.params(task, event=event))
                assert answer["result"] == {"status": "processing"}
            assert {await at.flow.answered(), await at.flow.answered(2)} == {"One.", "Two."}

    async def test_delivered_out_of_order_both_are_answered(self, opened: Opening) -> None:
        async with opened(says("One."), says("Two.")) as at:
            task = await at.task()
            await at.people.deliver_out_of_order(task, ["first", "second"])
            await at.flow.answered(2)
            assert len(at.flow.script.given) == 2
            assert sorted(await at.shown(task, "user")) == ["first", "second"]

    async def test_said_while_an_approval_waits_it_is_answered_and_the_approval_stays(
        self, opened: Opening
    ) -> None:
        async with opened(act(1), says("Patience."), says("Done.")) as at:
            task = await at.task()
            await at.say(task, "please act")
            (id_,) = await at.flow.asked()
            assert at.flow.cards.of(id_).request.call.requester == ALICE
            await at.say(task, "and?")
            assert await at.flow.answered() == "Patience."
            await at.flow.vote(id_)
            assert await at.flow.answered(2) == "Done."
            assert (await at.flow.settled(id_)).outcome is Outcome.APPROVED

    async def test_nobody_is_named_and_the_event_has_no_time(self, opened: Opening) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            event = an_event(task, created_at=None)
            await at.call("event/send", await at.params(task, event=event))
            assert await at.flow.answered() == "Hello."
            asked_by = at.flow.threads.posted[0].to
            assert asked_by == Person(team="", user="agentex:somebody", name="somebody")


class TestStopping:
    async def test_a_cancelled_task_ends_with_all_that_it_asks(self, opened: Opening) -> None:
        async with opened(act(1)) as at:
            task = await at.task(name="order-1")
            await at.say(task, "please act")
            (id_,) = await at.flow.asked()
            assert (await at.people.cancel(task))["status"] == "CANCELED"
            status = await at.flow.settled(id_)
            assert (status.outcome, status.decision and status.decision.via) == (
                Outcome.WITHDRAWN,
                Via.STOP,
            )
            await at.conversation(task).result()

            await at.people.cancel(task)
            with pytest.raises(ControlError, match=TASK_ENDED):
                await at.say(task, "hello?")
            answer = await at.call("event/send", await at.params(task, event=an_event(task)))
            assert answer["error"]["message"] == TASK_ENDED
            assert (await at.people.create_task("order-1"))["status"] == "CANCELED"
            params = await at.params(task)
            assert (await at.call("task/create", params))["error"] is None
            ended = (await at.conversation(task).describe()).status
            assert ended is WorkflowExecutionStatus.COMPLETED

    async def test_cancelling_what_never_began_is_no_error(self, opened: Opening) -> None:
        async with opened() as at:
            answer = await at.call("task/cancel", await at.params())
            assert answer["error"] is None

    async def test_an_interrupt_leaves_off_the_answer_and_the_task_goes_on(
        self, opened: Opening
    ) -> None:
        model = Pondering(says("Too late."), says("Hello."))
        async with opened(script=model) as at:
            task = await at.task()
            await at.say(task, "hello")
            await model.asked.wait()
            assert (await at.people.interrupt(task))["status"] == "INTERRUPTED"
            assert (await at.flow.answered()).startswith("Stopped.")
            model.gate.set()
            await at.say(task, "hello again")
            assert await at.flow.answered(2) == "Hello."

    async def test_an_interrupt_that_cannot_be_recorded_still_stops(self, opened: Opening) -> None:
        async with opened(act(1)) as at:
            task = await at.task()
            await at.say(task, "please act")
            (id_,) = await at.flow.asked()
            await at.people.fail("tasks.interrupt", "http_500", count=3)
            assert (await at.people.interrupt(task))["status"] == "RUNNING"
            assert (await at.flow.settled(id_)).outcome is Outcome.WITHDRAWN


class TestTemporalAway:
    async def test_what_temporal_has_not_taken_is_not_acknowledged(self, opened: Opening) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            await at.link.cut()
            event = await at.people.hold(task, "hello")
            with pytest.raises(ControlError, match="can't reach Temporal"):
                await at.people.redeliver(event)
            for call in (at.people.cancel, at.people.interrupt):
                with pytest.raises(ControlError, match="can't reach Temporal"):
                    await call(task)
            assert await at.shown(task, "user") == []

            await at.link.join()
            await at.people.redeliver(event)
            assert await at.flow.answered() == "Hello."

    async def test_a_task_that_was_not_taken_begins_with_its_first_message(
        self, opened: Opening
    ) -> None:
        async with opened(says("Hello.")) as at:
            await at.link.cut()
            with pytest.raises(ControlError, match=TEMPORAL_AWAY.split(",")[0]):
                await at.task(name="order-1")
            (task,) = await at.stored()
            await at.link.join()
            await at.say(task, "hello")
            assert await at.flow.answered() == "Hello."


class TestBadInput:
    async def test_a_call_for_another_agent_is_refused(self, opened: Opening) -> None:
        async with opened() as at:
            params = await at.params()
            params["agent"] = {**params["agent"], "name": "somebody-else"}
            for method in ("task/create", "task/cancel", "task/interrupt"):
                answer = await at.call(method, params)
                assert f"This is the agent {AGENT}" in answer["error"]["message"]

    @pytest.mark.parametrize("method", ["task/create", "event/send"])
    async def test_a_task_that_agentex_does_not_know_is_refused(
        self, opened: Opening, method: str
    ) -> None:
        async with opened() as at:
            params = await at.params()
            params["event"] = an_event(params["task"]["id"])
            answer = await at.call(method, params)
            assert "knows no task" in answer["error"]["message"]

    async def test_a_task_of_another_agent_is_refused(self, opened: Opening) -> None:
        async with opened() as at:
            body = {
                "name": "other",
                "description": "Another.",
                "acp_url": f"http://127.0.0.1:{at.settings.acp_port}",
                "acp_type": "async",
            }
            url = f"{at.sandbox.url}/agents/register"
            async with ClientSession() as session, session.post(url, json=body) as registered:
                assert registered.status == 200
            with pytest.raises(ControlError, match="Unauthorized"):
                await at.people.rpc("task/create", {"name": "theirs"}, agent="other")
            (task,) = await at.stored()
            with pytest.raises(ControlError, match="knows no task"):
                await at.say(task, "hello")

    async def test_a_backend_that_does_not_say_is_believed(self, opened: Opening) -> None:
        async with opened(says("Hello.")) as at:
            await at.people.fail("tasks.retrieve", "http_500")
            task = await at.task()
            await at.say(task, "hello")
            assert await at.flow.answered() == "Hello."

    async def test_an_id_that_is_none_is_refused(self, opened: Opening) -> None:
        async with opened() as at:
            answer = await at.call("task/create", await at.params("a b/../c"))
            assert "An id has to be" in answer["error"]["message"]

    @pytest.mark.parametrize(
        "content",
        [
            None,
            {"type": "data", "author": "user", "data": {"a": 1}},
            {"type": "reasoning", "author": "user", "summary": ["hm"]},
            {
                "type": "tool_request",
                "author": "user",
                "name": "act",
                "tool_call_id": "1",
                "arguments": {},
            },
            {"type": "picture", "author": "user", "url": "http://a.test"},
        ],
        ids=lambda it: it["type"] if it else "none",
    )
    async def test_what_is_no_text_is_said_plainly_and_the_task_goes_on(
        self, opened: Opening, content: Any
    ) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            event = an_event(task, content=content)
            for _ in range(2):
                answer = await at.call("event/send", await at.params(task, event=event))
                assert answer["error"] is None
            assert await at.shown(task, "agent") == [ONLY_TEXT]
            await at.say(task, "hello")
            assert await at.flow.answered() == "Hello."

    async def test_what_is_no_text_and_cannot_be_said_in_the_task_is_said_to_the_caller(
        self, opened: Opening
    ) -> None:
        async with opened() as at:
            task = await at.task()
            await at.people.fail("messages.create", "http_500", count=3)
            with pytest.raises(ControlError, match="I can only read text"):
                await at.people.send_without_content(task)

    async def test_files_without_words_are_said_to_be_unread(self, opened: Opening) -> None:
        file = {"file_id": "1", "name": "offer.pdf", "size": 1, "type": "application/pdf"}
        content = {"type": "text", "author": "user", "content": "", "attachments": [file]}
        async with opened() as at:
            task = await at.task()
            await at.people.send(task, content=content)
            assert await at.flow.answered() == a_sentence(NoticeCode.FILES_ONLY)

    async def test_files_with_words_are_named_to_the_model(self, opened: Opening) -> None:
        file = {"file_id": "1", "name": "offer.pdf", "size": 1, "type": "application/pdf"}
        content = {"type": "text", "author": "user", "content": "look", "attachments": [file]}
        async with opened(says("I can't.")) as at:
            task = await at.task()
            await at.people.send(task, content=content)
            await at.flow.answered()
            assert "offer.pdf" in str(at.flow.script.given[-1])
            assert await at.shown(task, "user") == ["look"]

    async def test_200_kb_are_said_to_be_too_long_and_harm_nothing(self, opened: Opening) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            await at.say(task, "ü" * 100_000)
            assert await at.flow.answered() == a_sentence(NoticeCode.TOO_LONG, count=100_000)
            history = await at.conversation(task).fetch_history()
            assert len(history.to_json()) < 5 * MESSAGE_LIMIT
            await at.say(task, "hello")
            assert await at.flow.answered(2) == "Hello."

    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ("{", -32700),
            ("[" * 100_000, -32700),
            ("null", -32600),
            ([], -32600),
            ({"jsonrpc": "2.0", "id": 1, "method": "task/create"}, -32600),
            ({"jsonrpc": "2.0", "id": 1, "method": "no/such", "params": {}}, -32601),
            ({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": {}}, -32601),
            ({"jsonrpc": "2.0", "id": 1, "method": "task/create", "params": {}}, -32602),
            ({"jsonrpc": "2.0", "id": 1, "method": "event/send", "params": {"event": 1}}, -32602),
        ],
        ids=lambda it: str(it)[:60],
    )
    async def test_what_is_no_call_is_refused_without_its_words(
        self, opened: Opening, payload: Any, code: int
    ) -> None:
        async with opened() as at:
            answer = await at.post(payload)
            assert answer["error"]["code"] == code
            assert "\n" not in answer["error"]["message"]

    async def test_what_is_larger_than_any_call_is_not_read(self, opened: Opening) -> None:
        async with opened() as at:
            key = {"x-agent-api-key": at.key}
            answer = await post(at.settings, "x" * LARGEST_BODY, key)
            assert "at most" in answer["error"]["message"]

    async def test_who_does_not_have_the_key_is_nobody(self, opened: Opening) -> None:
        async with opened() as at:
            task = await at.task()
            payload = {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "event/send",
                "params": await at.params(task, event=an_event(task)),
            }
            for headers in ({}, {"x-agent-api-key": "ü"}):
                answer = await post(at.settings, payload, headers)
                assert answer["error"]["message"] == "Unauthorized"
            assert at.flow.script.given == []


class TestEcho:
    async def test_what_was_said_is_shown_once_although_the_answer_was_lost(
        self, opened: Opening
    ) -> None:
        async with opened(says("Hello.")) as at:
            task = await at.task()
            await at.people.fail("messages.create", "drop", when="after")
            await at.say(task, "hello")
            assert await at.shown(task, "user") == ["hello"]

    async def test_what_cannot_be_shown_is_heard_all_the_same(self, opened: Opening) -> None:
        with capture_logs() as lines:
            async with opened(says("Hello.")) as at:
                task = await at.task()
                await at.people.fail("messages.list", "http_503", count=3)
                await at.say(task, "hello, secret word")
                assert await at.flow.answered() == "Hello."
                assert await at.shown(task, "user") == []
        assert "message not posted" in str(lines)
        assert "secret word" not in str(lines)


class TestStarting:
    async def test_a_backend_that_is_away_is_waited_for_in_one_line(self) -> None:
        with capture_logs() as lines:
            async with started() as (settings, people):
                assert await health(settings) == 200
                line = await logged(settings, lines, "waiting for AgentEx")
                assert "AGENTEX_BASE_URL" in line
                await people.back()
                assert (await people.agent())["name"] == AGENT
                assert [it["event"] for it in lines].count(line) == 1

    async def test_a_call_is_not_taken_until_we_know_the_key(self) -> None:
        async with started() as (settings, people):
            call = asyncio.create_task(post(settings, {}))
            await health(settings)
            assert not call.done()
            await people.back()
            assert (await call)["error"]["message"] == "Unauthorized"

    async def test_what_is_no_backend_is_said_in_one_line_that_names_the_setting(self) -> None:
        async with running(AgentexConfig()) as sandbox:
            with capture_logs() as lines, a_listener() as listener:
                settings = settings_for(sandbox.control_url, listener)
                async with serving(FrontDoor(settings), listener):
                    line = await logged(settings, lines, "waiting for AgentEx")
        assert "AGENTEX_BASE_URL" in line
        assert "is it AgentEx's backend?" in line

    async def test_a_backend_that_is_too_old_is_said_to_be(self) -> None:
        async with running(AgentexConfig(version="0.0.9")) as sandbox:
            with capture_logs() as lines, a_listener() as listener:
                settings = settings_for(sandbox.url, listener)
                async with serving(FrontDoor(settings), listener):
                    await logged(settings, lines, "AgentEx is too old")
        assert "0.0.9" in str(lines)

    async def test_a_temporal_that_is_away_is_waited_for_in_one_line(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with a_listener() as closed:
            monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{closed.getsockname()[1]}")
        with capture_logs() as lines:
            async with started() as (settings, _):
                line = await logged(settings, lines, "waiting for Temporal")
        assert "TEMPORAL_ADDRESS" in line

    @pytest.mark.parametrize(
        ("name", "value"), [("AGENTEX_BASE_URL", "localhost:5003"), ("AGENT_NAME", "A B")]
    )
    def test_a_wrong_setting_ends_it_with_one_line(self, name: str, value: str) -> None:
        command = [sys.executable, "-m", "uvicorn", "bot.agentex.acp:acp", "--port", "0"]
        environment = {**os.environ, name: value}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == BAD_START
        (line,) = ran.stderr.splitlines()
        assert line.startswith(f"countersign: {name} ")


@asynccontextmanager
async def started() -> AsyncGenerator[tuple[AgentexSettings, AgentexSandboxClient]]:
    """A front door that has started while the backend is away."""
    async with (
        running(AgentexConfig()) as sandbox,
        AgentexSandboxClient.from_control_url(sandbox.control_url) as people,
    ):
        await people.away()
        with a_listener() as listener:
            settings = settings_for(sandbox.url, listener)
            async with serving(FrontDoor(settings), listener):
                yield settings, people
