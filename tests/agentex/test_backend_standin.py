"""The stand-in of the AgentEx backend, used with agentex-sdk's own client."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import agentex
import pytest
import pytest_asyncio
from agentex.lib.core.compat.version_guard import assert_backend_compatible
from agentex.types.agent_rpc_params import ParamsCreateTaskRequest
from agentex.types.task_message_content_param import TaskMessageContentParam
from agentex.types.text_content_param import TextContentParam
from aiohttp import ClientSession

from sandbox.agentex import store
from sandbox.agentex.__main__ import parse
from sandbox.agentex.client import AgentexSandboxClient, text_content
from sandbox.agentex.config import AgentexConfig
from sandbox.agentex.server import running
from sandbox.control_link import ControlLink
from sandbox.errors import ControlError, SetupError
from tests.agentex.standin_support import REGISTRATION, Pause, Stage, client, post, stage

MOMENT = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
KEPT = datetime(2026, 11, 29, 12, 0, 0, 123000)  # noqa: DTZ001 - as MongoDB's driver reads it


@pytest_asyncio.fixture
async def at() -> AsyncGenerator[Stage]:
    async with stage() as it:
        yield it
        assert await it.people.violations() == []


@pytest_asyncio.fixture
async def wrong() -> AsyncGenerator[Stage]:
    """Where wrong calls are made."""
    async with stage() as it:
        yield it


def text(words: str) -> TextContentParam:
    return {"type": "text", "author": "agent", "content": words}


async def create_task(at: Stage, **how: Any) -> str:
    return (await at.people.create_task(**how))["id"]


class TestAgents:
    async def test_the_sdk_takes_the_version(self, at: Stage):
        await assert_backend_compatible(at.sandbox.url)

    async def test_an_older_version_stops_the_sdk(self):
        async with running(AgentexConfig(version="0.0.9")) as sandbox:
            with pytest.raises(RuntimeError, match=r"0\.0\.9"):
                await assert_backend_compatible(sandbox.url)

    async def test_registering_again_keeps_id_and_key_and_moves_the_address(self, at: Stage):
        status, again = await post(at.sandbox, "/agents/register", at.agent.registration)

        assert status == 200
        for field in ("id", "agent_api_key", "created_at"):
            assert again[field] == at.registered[field]

    async def test_an_agent_is_found_by_id_by_name_and_in_the_list(self, at: Stage):
        by_id = await at.sdk.agents.retrieve(at.registered["id"])
        by_name = await at.sdk.agents.retrieve_by_name(at.name)

        assert by_id == by_name
        assert by_id.status == "Ready"
        assert [each.id for each in await at.sdk.agents.list()] == [by_id.id]

    async def test_an_unknown_agent_is_404(self, at: Stage):
        with pytest.raises(agentex.NotFoundError):
            await at.sdk.agents.retrieve("nobody")
        with pytest.raises(agentex.NotFoundError):
            await at.sdk.agents.retrieve_by_name("nobody")


class TestCallers:
    async def test_a_created_task_is_handed_to_the_agent(self, at: Stage):
        asked: ParamsCreateTaskRequest = {"name": "one", "params": {"a": 1}}
        answer = await at.sdk.agents.create_task(agent_name=at.name, params=asked, id=7)

        params = at.agent.params()
        assert at.agent.heard[-1]["method"] == "task/create"
        assert (answer.id, answer.result.status) == (7, "RUNNING")
        assert (params.task.id, params.task.name) == (answer.result.id, "one")
        assert params.agent.id == at.registered["id"]
        assert params.params == {"a": 1}

    async def test_a_name_gets_the_same_task_with_its_new_params(self, at: Stage):
        first = await at.people.create_task("one", {"a": 1})
        second = await at.people.create_task("one", {"a": 2})

        assert second["id"] == first["id"]
        assert second["params"] == {"a": 2}
        assert len(at.agent.heard) == 2

    async def test_an_agent_that_refuses_a_task_leaves_it_failed_until_it_takes_it(self, at: Stage):
        at.agent.error = "not today"
        with pytest.raises(ControlError, match="not today"):
            await at.people.create_task("one")
        failed = await at.sdk.tasks.retrieve_by_name("one")
        at.agent.error = ""
        taken = await at.people.create_task("one")

        assert failed.status == "FAILED"
        assert "not today" in (failed.status_reason or "")
        assert taken["status"] == "RUNNING"

    async def test_an_agent_that_is_not_there_leaves_the_task_failed(self, at: Stage):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            at.agent.port = nobody.getsockname()[1]
            await post(at.sandbox, "/agents/register", at.agent.registration)
            with pytest.raises(ControlError):
                await at.people.create_task("one")

        assert (await at.sdk.tasks.retrieve_by_name("one")).status == "FAILED"

    async def test_the_agent_gets_its_key_and_only_harmless_headers(self, at: Stage):
        sent = {
            "x-user": "alice",
            "x-request-id": "r1",
            "x-api-key": "secret",
            "authorization": "Bearer secret",
            "x-agent-api-key": at.registered["agent_api_key"],
            "traceparent": "00-1-2-01",
            "accept-language": "de",
        }
        await at.people.create_task(headers=sent)

        got = at.agent.headers[-1]
        assert got["x-agent-api-key"] == at.registered["agent_api_key"]
        assert (got["x-user"], got["x-request-id"], got["traceparent"]) == (
            "alice",
            "r1",
            "00-1-2-01",
        )
        assert not {"x-api-key", "authorization", "accept-language"} & set(got)

    async def test_a_request_id_is_made_where_there_is_none(self, at: Stage):
        await create_task(at)

        assert at.agent.headers[-1]["x-request-id"]

    async def test_an_event_is_stored_and_handed_over(self, at: Stage):
        task = await create_task(at)
        answer = await at.sdk.agents.send_event(
            agent_id=at.registered["id"],
            params={
                "task_id": task,
                "content": {"type": "text", "author": "user", "content": "hi"},
            },
        )

        event = at.agent.params().event
        assert event == answer.result
        assert event.content.content == "hi"
        assert await at.sdk.events.retrieve(event.id) == event

    async def test_an_event_without_content_is_handed_over_as_it_is(self, at: Stage):
        task = await create_task(at)
        await at.people.send_without_content(task)

        assert at.agent.params().event.content is None

    async def test_events_have_an_order_and_can_be_read_from_one_on(self, at: Stage):
        task = await create_task(at)
        events = [await at.people.send(task, words) for words in ("a", "b", "c")]

        agent, last = at.registered["id"], events[0]["id"]
        everything = await at.sdk.events.list(task_id=task, agent_id=agent)
        rest = await at.sdk.events.list(
            task_id=task, agent_id=agent, last_processed_event_id=last, limit=1
        )
        numbers = [event.sequence_id for event in everything]
        assert [event.id for event in everything] == [event["id"] for event in events]
        assert numbers == sorted(set(numbers))
        assert [event.id for event in rest] == [events[1]["id"]]

    async def test_an_event_that_the_agent_does_not_take_stays_stored(self, at: Stage):
        task = await create_task(at)
        at.agent.error = "busy"
        with pytest.raises(ControlError, match="busy"):
            await at.people.send(task, "hi")

        assert len(await at.sdk.events.list(task_id=task, agent_id=at.registered["id"])) == 1

    async def test_an_event_comes_twice(self, at: Stage):
        task = await create_task(at)
        event = await at.people.send(task, "hi")
        await at.people.redeliver(event, {"x-user": "alice"})

        first, second = at.agent.heard[-2:]
        assert first == second
        assert at.agent.headers[-1]["x-user"] == "alice"

    async def test_events_come_out_of_order(self, at: Stage):
        task = await create_task(at)
        events = await at.people.deliver_out_of_order(task, ["a", "b"])

        heard = [heard["params"]["event"]["id"] for heard in at.agent.heard[-2:]]
        assert heard == [events[1]["id"], events[0]["id"]]
        assert events[0]["sequence_id"] < events[1]["sequence_id"]

    async def test_cancel_is_told_to_the_agent_and_then_written(self, at: Stage):
        task = await create_task(at)
        answer = await at.sdk.agents.cancel_task(agent_name=at.name, params={"task_id": task})

        assert at.agent.heard[-1]["method"] == "task/cancel"
        assert at.agent.params().task.status == "RUNNING"
        assert answer.result.status == "CANCELED"

    async def test_cancel_leaves_a_status_that_was_written_meanwhile(self, at: Stage):
        task = await create_task(at)
        pause = at.agent.pause = Pause()
        cancelling = asyncio.create_task(at.people.cancel(task))
        await pause.reached.wait()
        await at.sdk.tasks.complete(task)
        pause.ended.set()

        assert (await cancelling)["status"] == "COMPLETED"

    async def test_cancel_that_the_agent_refuses_writes_nothing(self, at: Stage):
        task = await create_task(at)
        at.agent.error = "no"
        with pytest.raises(ControlError):
            await at.people.cancel(task)

        assert (await at.people.task(task))["status"] == "RUNNING"

    async def test_interrupt_is_told_to_the_agent_which_writes_the_status(self, at: Stage):
        task = await create_task(at, name="one")
        told = await at.people.interrupt(task)
        written = await at.sdk.tasks.interrupt(task, reason="stopped")
        resumed = await at.people.create_task("one")

        assert at.agent.heard[1]["method"] == "task/interrupt"
        assert told["status"] == "RUNNING"
        assert (written.status, written.status_reason) == ("INTERRUPTED", "stopped")
        assert resumed["status"] == "RUNNING"

    async def test_an_unknown_task_is_an_error_of_json_rpc(self, at: Stage):
        for ask in (at.people.cancel, at.people.interrupt, at.people.send):
            with pytest.raises(ControlError, match="does not exist") as refused:
                await ask("nothing")
            assert refused.value.code == "rpc_error"

    async def test_two_names_for_a_task_and_an_unknown_name_are_refused(self, at: Stage):
        task = await create_task(at, name="one")
        for named in ({"task_id": task, "task_name": "one"}, {"task_name": "two"}):
            with pytest.raises(ControlError) as refused:
                await at.people.rpc("task/cancel", named)
            assert refused.value.code == "http_error"
        canceled = await at.people.rpc("task/cancel", {"task_name": "one"})

        assert canceled["status"] == "CANCELED"

    async def test_the_task_of_another_agent_is_handed_over_too(self, at: Stage):
        other = {**at.agent.registration, "name": "another"}
        registered = (await post(at.sandbox, "/agents/register", other))[1]
        asked = {"task_id": await create_task(at), "content": text_content("hi")}
        event = await at.people.rpc("event/send", asked, agent="another")

        assert event["agent_id"] == registered["id"] != at.registered["id"]
        assert at.agent.headers[-1]["x-agent-api-key"] == registered["agent_api_key"]
        assert at.agent.params().agent.name == "another"

    async def test_a_message_is_not_sent_to_an_async_agent(self, at: Stage):
        with pytest.raises(ControlError, match="Unsupported method"):
            await at.people.rpc("message/send", {"content": text_content("hi")})

    async def test_anything_can_be_posted_to_the_agent(self, at: Stage):
        await at.people.forward("{no json", {"X-Agent-API-Key": "wrong"})
        status, answer = await at.people.forward({"jsonrpc": "2.0", "method": "x", "id": 1})

        keys = [headers["x-agent-api-key"] for headers in at.agent.headers]
        assert keys == ["wrong", at.registered["agent_api_key"]]
        assert at.agent.bodies == ["{no json", '{"jsonrpc": "2.0", "method": "x", "id": 1}']
        assert status == 200
        assert '"processing"' in answer


class TestMessages:
    async def test_a_message_keeps_its_moment_in_milliseconds(self, at: Stage):
        task = await create_task(at)
        made = await at.sdk.messages.create(
            task_id=task, content=text("hi"), created_at=MOMENT, streaming_status="IN_PROGRESS"
        )
        (listed,) = await at.sdk.messages.list(task_id=task)

        assert made.created_at == MOMENT
        assert listed.created_at == KEPT
        assert listed.streaming_status == "IN_PROGRESS"
        assert await at.sdk.messages.retrieve(str(made.id)) == listed

    async def test_each_kind_of_content_is_taken(self, at: Stage):
        task = await create_task(at)
        sent: list[Any] = [
            text("hi"),
            {"type": "data", "author": "agent", "data": {"a": 1}},
            {"type": "reasoning", "author": "agent", "summary": ["why"]},
            {
                "type": "tool_request",
                "author": "agent",
                "tool_call_id": "c1",
                "name": "order",
                "arguments": {"count": 100},
            },
            {
                "type": "tool_response",
                "author": "agent",
                "tool_call_id": "c1",
                "name": "order",
                "content": {"ok": True},
            },
        ]
        for content in sent:
            await at.sdk.messages.create(task_id=task, content=content)

        found = [message["content"] for message in await at.people.messages(task)]
        assert [each["type"] for each in found] == [each["type"] for each in sent]
        for each, was in zip(found, sent, strict=True):
            assert was.items() <= each.items()

    async def test_a_batch_is_stamped_a_millisecond_apart(self, at: Stage):
        task = await create_task(at)
        made = await at.sdk.messages.batch.create(
            task_id=task, contents=[text("a"), text("b")], created_at=MOMENT
        )
        new: dict[str, TaskMessageContentParam] = {str(made[0].id): text("c")}
        await at.sdk.messages.batch.update(task_id=task, updates=new)

        shown = await at.people.messages(task)
        assert [each["content"]["content"] for each in shown] == ["c", "b"]
        assert shown[0]["created_at"].endswith("00.123000")
        assert shown[1]["created_at"].endswith("00.124000")

    async def test_an_update_replaces_the_content_only(self, at: Stage):
        task = await create_task(at)
        made = await at.sdk.messages.create(
            task_id=task, content=text("a"), streaming_status="IN_PROGRESS", created_at=MOMENT
        )
        await at.sdk.messages.update(
            str(made.id), task_id=task, content=text("b"), streaming_status="DONE"
        )

        (listed,) = await at.sdk.messages.list(task_id=task)
        assert listed.content == made.content.model_copy(update={"content": "b"})
        assert (listed.created_at, listed.streaming_status) == (KEPT, "DONE")

    async def test_lists_are_newest_first_and_paged(self, at: Stage):
        task = await create_task(at)
        for words in "abc":
            await at.sdk.messages.create(task_id=task, content=text(words))
        listed = at.sdk.messages.list

        assert await words_of(listed(task_id=task)) == ["c", "b", "a"]
        assert await words_of(listed(task_id=task, limit=2, page_number=2)) == ["a"]
        assert await words_of(listed(task_id=task, order_direction="asc", limit=1)) == ["a"]

    async def test_cursors_lead_to_what_is_older(self, at: Stage):
        task = await create_task(at)
        for words in "abc":
            await at.sdk.messages.create(task_id=task, content=text(words))
        first = await at.sdk.messages.list_paginated(task_id=task, limit=2)
        second = await at.sdk.messages.list_paginated(
            task_id=task, limit=2, cursor=first.next_cursor
        )

        assert (first.has_more, second.has_more) == (True, False)
        shown = [each.content for page in (first, second) for each in page.data]
        assert [each.content for each in shown if each.type == "text"] == ["c", "b", "a"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ('{"content": {"author": "user"}}', ["b"]),
            ('[{"content": {"author": "user"}, "exclude": true}]', ["a"]),
            ('[{"content": {"content": "a"}}, {"content": {"content": "b"}}]', ["b", "a"]),
            ('{"streaming_status": "DONE"}', []),
        ],
    )
    async def test_filters_include_or_exclude(self, at: Stage, filters: str, expected: list[str]):
        task = await create_task(at)
        await at.sdk.messages.create(task_id=task, content=text("a"))
        await at.sdk.messages.create(task_id=task, content={**text("b"), "author": "user"})

        found = at.sdk.messages.list(task_id=task, filters=filters)
        assert await words_of(found) == expected

    async def test_what_is_not_there_is_404(self, at: Stage):
        task = await create_task(at)
        for asking in (
            at.sdk.messages.list(task_id="nothing"),
            at.sdk.messages.create(task_id="nothing", content=text("a")),
            at.sdk.messages.retrieve("nothing"),
            at.sdk.messages.update("nothing", task_id=task, content=text("a")),
        ):
            with pytest.raises(agentex.NotFoundError):
                await asking

    async def test_a_task_holds_only_so_many(self, at: Stage, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sandbox.agentex.messages.MOST_MESSAGES", 1)
        task = await create_task(at)
        await at.sdk.messages.create(task_id=task, content=text("a"))
        with pytest.raises(agentex.APIStatusError) as refused:
            await at.sdk.messages.create(task_id=task, content=text("b"))

        assert refused.value.status_code == 507

    async def test_200_kb_are_taken_and_2_mb_are_not(self, at: Stage):
        task = await create_task(at)
        await at.sdk.messages.create(task_id=task, content=text("a" * 200_000))
        with pytest.raises(agentex.APIStatusError) as refused:
            await at.sdk.messages.create(task_id=task, content=text("a" * 2_000_000))

        assert refused.value.status_code == 413


async def words_of(listing: Any) -> list[str]:
    return [message.content.content for message in await listing]


class TestTasks:
    async def test_a_task_is_found_by_id_by_name_and_in_lists(self, at: Stage):
        task = await create_task(at, name="one", params={"a": 1})
        await create_task(at)
        by_id = await at.sdk.tasks.retrieve(task, relationships=["agents"])
        by_name = await at.sdk.tasks.retrieve_by_name("one")
        await at.sdk.tasks.complete(task)

        assert by_id.params == by_name.params == {"a": 1}
        assert [each.id for each in by_id.agents or []] == [at.registered["id"]]
        assert by_name.agents is None
        assert len(await at.sdk.tasks.list(agent_name=at.name)) == 2
        assert await at.sdk.tasks.list(agent_id="nobody") == []
        (done,) = await at.sdk.tasks.list(status="COMPLETED")
        assert done.id == task

    @pytest.mark.parametrize(
        ("verb", "status"),
        [
            ("cancel", "CANCELED"),
            ("complete", "COMPLETED"),
            ("fail", "FAILED"),
            ("terminate", "TERMINATED"),
            ("timeout", "TIMED_OUT"),
        ],
    )
    async def test_a_task_ends_once(self, at: Stage, verb: str, status: str):
        task = await create_task(at)
        ended = await getattr(at.sdk.tasks, verb)(task, reason="because")
        with pytest.raises(agentex.BadRequestError):
            await getattr(at.sdk.tasks, verb)(task)

        assert (ended.status, ended.status_reason) == (status, "because")

    async def test_an_interrupted_task_can_end_and_an_ended_one_is_not_interrupted(self, at: Stage):
        task = await create_task(at)
        await at.sdk.tasks.interrupt(task)
        with pytest.raises(agentex.BadRequestError):
            await at.sdk.tasks.interrupt(task)

        assert (await at.sdk.tasks.complete(task)).status == "COMPLETED"

    async def test_metadata_is_replaced_and_params_are_merged(self, at: Stage):
        task = await create_task(at, name="one", params={"a": 1})
        await at.sdk.tasks.update_by_id(task, merge_params={"b": 2})
        changed = await at.sdk.tasks.update_by_name("one", task_metadata={"c": 3})
        found = await at.sdk.tasks.list(task_metadata='{"c": 3}')

        assert (changed.params, changed.task_metadata) == ({"a": 1, "b": 2}, {"c": 3})
        assert [each.id for each in found] == [task]

    async def test_a_deleted_task_is_gone(self, at: Stage):
        first, second = await create_task(at), await create_task(at, name="two")
        await at.sdk.tasks.delete(first)
        await at.sdk.tasks.delete_by_name("two")
        for task in (first, second):
            with pytest.raises(agentex.NotFoundError):
                await at.sdk.tasks.retrieve(task)

    async def test_an_unknown_task_is_404(self, at: Stage):
        for asking in (
            at.sdk.tasks.retrieve("nothing"),
            at.sdk.tasks.retrieve_by_name("nothing"),
            at.sdk.tasks.complete("nothing"),
        ):
            with pytest.raises(agentex.NotFoundError):
                await asking


class TestRecords:
    async def test_a_state_is_kept_changed_and_forgotten(self, at: Stage):
        task, agent = await create_task(at), at.registered["id"]
        made = await at.sdk.states.create(task_id=task, agent_id=agent, state={"a": 1})
        with pytest.raises(agentex.BadRequestError):
            await at.sdk.states.create(task_id=task, agent_id=agent, state={})
        await at.sdk.states.update(made.id, state={"a": 2})
        (listed,) = await at.sdk.states.list(task_id=task, agent_id=agent)
        await at.sdk.states.delete(made.id)

        assert listed.state == {"a": 2}
        with pytest.raises(agentex.NotFoundError):
            await at.sdk.states.retrieve(made.id)

    async def test_a_tracker_goes_forward_only(self, at: Stage):
        task = await create_task(at)
        first, second = [await at.people.send(task, words) for words in "ab"]
        (tracker,) = await at.sdk.tracker.list(task_id=task)
        await at.sdk.tracker.update(
            tracker.id, last_processed_event_id=second["id"], status="PROCESSING"
        )
        with pytest.raises(agentex.BadRequestError):
            await at.sdk.tracker.update(tracker.id, last_processed_event_id=first["id"])

        kept = await at.sdk.tracker.retrieve(tracker.id)
        assert (kept.last_processed_event_id, kept.status) == (second["id"], "PROCESSING")


class TestKeys:
    async def test_a_wrong_key_is_refused(self, at: Stage):
        task = await create_task(at)
        async with client(at.sandbox, "wrong") as stranger:
            with pytest.raises(agentex.AuthenticationError):
                await stranger.tasks.retrieve(task)

    async def test_no_key_is_refused_to_writers_where_one_is_needed(self):
        async with stage(AgentexConfig(require_key=True)) as at:
            task = await create_task(at)
            body = {"task_id": task, "content": text("hi")}
            status, _ = await post(at.sandbox, "/messages", body)
            await at.sdk.messages.create(task_id=task, content=text("hi"))

            assert status == 401
            assert len(await at.people.messages(task)) == 1

    async def test_no_key_is_no_matter_otherwise(self, at: Stage):
        task = await create_task(at)
        status, _ = await post(at.sandbox, "/messages", {"task_id": task, "content": text("hi")})

        assert status == 200


class TestViolations:
    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"content": {"type": "text", "author": "agent", "content": "a"}}, "task_id"),
            ({"content": {"author": "agent", "content": "a"}}, "content.type"),
            ({"content": {"type": "file", "author": "agent"}}, "content"),
            ({"content": {"type": "text", "author": "bot", "content": "a"}}, "author"),
            ({"content": {"type": "text", "author": "agent", "content": "a", "x": 1}}, "x"),
            ({"content": "a"}, "content"),
            ({"content": text("a"), "createdAt": "2026-11-29T12:00:00Z"}, "createdAt"),
            ({"content": text("a"), "created_at": "yesterday"}, "date"),
            ({"content": text("a"), "streaming_status": "BUSY"}, "streaming_status"),
            (["a"], "dict"),
            ("a", "dict"),
        ],
    )
    async def test_a_wrong_message_is_422_and_told(self, wrong: Stage, body: Any, problem: str):
        task = await create_task(wrong)
        if isinstance(body, dict) and problem != "task_id":
            body = {**body, "task_id": task}
        status, _ = await post(wrong.sandbox, "/messages", body)

        (violation,) = await wrong.people.violations()
        assert status == 422
        assert violation["route"] == "messages.create"
        assert problem in str(violation["problems"])
        assert await wrong.people.messages(task) == []

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/agents/register", {**REGISTRATION, "name": "An Agent", "acp_url": "http://x"}),
            ("/agents/register", REGISTRATION),
            ("/agents/name/an-agent/rpc", {"method": "task/approve", "params": {}}),
            ("/agents/name/an-agent/rpc", {"method": "event/send", "params": {"text": "a"}}),
            ("/agents/name/an-agent/rpc", {"method": "task/create", "params": {"task_id": "a"}}),
            ("/states", {"state": {}}),
            ("/messages/batch", {"task_id": "a", "contents": [{"type": "text"}]}),
            ("/answers", {}),
        ],
    )
    async def test_other_wrong_calls_are_told_too(self, wrong: Stage, path: str, body: Any):
        status, _ = await post(wrong.sandbox, path, body)

        assert status == (404 if path == "/answers" else 422)
        assert len(await wrong.people.violations()) == 1

    async def test_a_wrong_query_is_told(self, wrong: Stage):
        task = await create_task(wrong)
        for path in (f"/messages?task_id={task}&page=2", "/messages", f"/tasks/{task}?a=b"):
            async with ClientSession() as session, session.get(wrong.sandbox.url + path) as answer:
                assert answer.status == 422

        assert len(await wrong.people.violations()) == 3

    async def test_wrong_attachments_are_found_too(self, wrong: Stage):
        task = await create_task(wrong)
        content = {**text("a"), "attachments": [{"file_id": "f"}]}
        status, _ = await post(wrong.sandbox, "/messages", {"task_id": task, "content": content})

        assert status == 422


class TestFaults:
    @pytest.mark.parametrize(
        ("kind", "status"), [("http_500", 500), ("http_503", 503), ("http_429", 429)]
    )
    async def test_a_route_fails_so_often(self, at: Stage, kind: str, status: int):
        task = await create_task(at)
        await at.people.fail("messages.create", kind, count=2)
        for _ in range(2):
            with pytest.raises(agentex.APIStatusError) as failed:
                await at.sdk.messages.create(task_id=task, content=text("a"))
            assert failed.value.status_code == status
        await at.sdk.messages.create(task_id=task, content=text("a"))

        calls = await at.people.calls("messages.create")
        assert [each["status"] for each in calls] == [status, status, 200]
        assert calls[0]["fault"] == f"{kind} before"

    @pytest.mark.parametrize("kind", ["drop", "http_500"])
    @pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
    async def test_it_fails_before_or_after_its_work(
        self, at: Stage, kind: str, when: str, kept: int
    ):
        task = await create_task(at)
        await at.people.fail("messages.create", kind, when=when)
        with pytest.raises(agentex.APIError):
            await at.sdk.messages.create(task_id=task, content=text("a"))

        assert len(await at.people.messages(task)) == kept

    async def test_only_one_task_is_meant(self, at: Stage):
        first, second = await create_task(at), await create_task(at)
        await at.people.fail("*", "http_500", count=0, task=second)
        await at.sdk.tasks.retrieve(first)
        for _ in range(3):
            with pytest.raises(agentex.InternalServerError):
                await at.sdk.tasks.retrieve(second)
        await at.people.clear_faults()

        await at.sdk.tasks.retrieve(second)

    async def test_a_slow_answer_outlasts_a_caller(self, at: Stage):
        task = await create_task(at)
        await at.people.fail("messages.create", "delay", seconds=30, when="after")
        with pytest.raises(agentex.APITimeoutError):
            await at.sdk.messages.create(task_id=task, content=text("a"), timeout=0.2)

        assert len(await at.people.messages(task)) == 1

    async def test_a_slow_answer_comes(self, at: Stage):
        task = await create_task(at)
        await at.people.fail("tasks.retrieve", "delay", seconds=0.01)

        assert (await at.sdk.tasks.retrieve(task)).id == task

    async def test_the_version_and_registering_can_fail(self, at: Stage):
        await at.people.fail("openapi", "http_503")
        await at.people.fail("agents.register", "http_503")
        address = f"{at.sandbox.url}/openapi.json"
        async with ClientSession() as session, session.get(address) as answer:
            assert answer.status == 503
        status, _ = await post(at.sandbox, "/agents/register", at.agent.registration)
        assert status == 503

    async def test_a_backend_that_is_away_comes_back_on_its_port(self, at: Stage):
        task, url = await create_task(at), at.sandbox.url
        await at.sdk.tasks.retrieve(task)  # an open connection is cut too
        await at.people.away()
        await at.people.away()
        with pytest.raises(agentex.APIConnectionError):
            await at.sdk.tasks.retrieve(task)
        with pytest.raises(ControlError, match="ClientConnectorError"):
            await at.people.send(task, "hi")
        await at.people.back()
        await at.people.back()

        assert at.sandbox.url == url
        assert (await at.sdk.tasks.retrieve(task)).id == task

    async def test_an_unknown_fault_is_refused(self, at: Stage):
        with pytest.raises(ControlError, match="kind"):
            await at.people.fail("messages.create", "earthquake")


class TestWaiting:
    async def test_a_message_that_comes_later_is_waited_for(self, at: Stage):
        task = await create_task(at)
        waiting = asyncio.create_task(
            at.people.wait_message(task, contains="HELLO", type="text", author="agent")
        )
        await at.people.calls()
        await at.sdk.messages.create(task_id=task, content={**text("hello"), "author": "user"})
        await at.sdk.messages.create(task_id=task, content=text("bye"))
        made = await at.sdk.messages.create(task_id=task, content=text('he said "hello"'))

        assert (await waiting)["id"] == made.id

    async def test_a_changed_message_is_looked_at_again(self, at: Stage):
        task = await create_task(at)
        made = await at.sdk.messages.create(task_id=task, content=text("a"))
        waiting = asyncio.create_task(at.people.wait_message(task, contains="b"))
        await at.people.calls()
        await at.sdk.messages.update(str(made.id), task_id=task, content=text("b"))

        assert (await waiting)["id"] == made.id

    async def test_only_what_is_newer_counts(self, at: Stage):
        task = await create_task(at)
        first = await at.sdk.messages.create(task_id=task, content=text("a"))
        second = await at.sdk.messages.create(task_id=task, content=text("a"))

        found = await at.people.wait_message(task, contains="a", after=first.id)
        assert found["id"] == second.id

    async def test_quotes_are_found_as_they_were_written(self, at: Stage):
        task = await create_task(at)
        await at.sdk.messages.create(task_id=task, content=text('say "ja", Jürgen'))

        assert await at.people.wait_message(task, contains='"ja", jürgen')

    async def test_what_does_not_come_is_a_timeout(self, at: Stage):
        task = await create_task(at)
        with pytest.raises(ControlError) as refused:
            await at.people.wait_message(task, contains="never", timeout=0.05)

        assert refused.value.code == "timeout"

    async def test_a_status_and_calls_are_waited_for(self, at: Stage):
        task = await create_task(at)
        status = asyncio.create_task(at.people.wait_status(task, "COMPLETED"))
        calls = asyncio.create_task(at.people.wait_calls("tasks.retrieve", 2, task=task))
        await at.people.calls()
        await at.sdk.tasks.retrieve(task)
        await at.sdk.tasks.complete(task)
        await at.sdk.tasks.retrieve(task)

        assert (await status)["id"] == task
        assert len(await calls) == 2

    async def test_the_agent_is_waited_for(self):
        async with (
            running(AgentexConfig()) as sandbox,
            AgentexSandboxClient.from_control_url(sandbox.control_url) as people,
        ):
            waiting = asyncio.create_task(people.agent())
            await people.calls()
            await post(sandbox, "/agents/register", {**REGISTRATION, "acp_url": "http://x"})

            assert (await waiting)["name"] == "an-agent"


class TestServing:
    async def test_the_control_api_wants_its_token(self, at: Stage):
        address = at.sandbox.control_url.split("/?", maxsplit=1)[0]
        link = ControlLink(address, "wrong")
        with pytest.raises(ControlError, match="403"):
            await link.get("violations")
        await link.close()

    async def test_a_port_that_is_taken_is_said(self, at: Stage):
        with pytest.raises(SetupError, match="Cannot listen"):
            async with running(AgentexConfig(port=at.sandbox.public.port)):
                pass

    async def test_only_so_much_is_remembered(self, wrong: Stage):
        for _ in range(store.REMEMBERED + 1):
            wrong.sandbox.backend.violated("a", [])

        assert len(await wrong.people.violations()) == store.REMEMBERED

    @pytest.mark.system
    async def test_it_runs_as_a_program(self):
        program = [sys.executable, "-m", "sandbox.agentex", "--port", "0"]
        process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        async with AgentexSandboxClient.from_control_url(ready["control_url"]) as people:
            await assert_backend_compatible(ready["url"])
            assert await people.calls("openapi")
        process.terminate()

        assert await process.wait() == 0

    def test_arguments_are_read(self):
        config = parse(["--port", "0", "--control-port", "7", "--token", "t", "--require-key"])

        assert config == AgentexConfig(control_port=7, token="t", require_key=True)
