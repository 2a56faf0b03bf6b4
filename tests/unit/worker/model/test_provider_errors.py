"""What a provider refuses: whether it is tried again, and what a person reads."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.messages.faults import SENTENCES
from countersign.messages.notices import spoken
from countersign.messages.voice import MarkdownVoice
from tests.unit.worker.model.served import KEY, Server, ask
from worker.model.errors import PATIENCE, seconds_to_wait
from workflows.contracts.model_faults import ModelFault
from workflows.conversation.model_errors import apology, fault_in

HOUR = {"retry-after": "3600"}


def _told(failure: BaseException) -> str:
    return spoken(apology(failure, ()), MarkdownVoice())


def _error(code: str, message: str = "no") -> Any:
    return {"error": {"message": message, "type": code, "code": code}}


async def _failure(server: Server, seconds: float = 5) -> ApplicationError:
    with pytest.raises(ApplicationError) as raised:
        await ask(server.model(seconds))
    return raised.value


@pytest.mark.parametrize(
    ("status", "body", "fault", "again"),
    [
        (400, _error("context_length_exceeded"), ModelFault.CONTEXT, False),
        (400, _error("x", "maximum context length is 8192 tokens"), ModelFault.CONTEXT, False),
        (413, b"<html>", ModelFault.CONTEXT, False),
        (400, _error("content_filter"), ModelFault.FILTERED, False),
        (400, _error("invalid_prompt"), ModelFault.FILTERED, False),
        (400, _error("invalid_request_error"), ModelFault.REFUSED_REQUEST, False),
        (422, {"detail": [{"msg": "field required"}]}, ModelFault.REFUSED_REQUEST, False),
        (418, b"", ModelFault.REFUSED_REQUEST, False),
        (401, _error("invalid_api_key"), ModelFault.REFUSED_KEY, False),
        (403, b"forbidden", ModelFault.REFUSED_KEY, False),
        (402, _error("x"), ModelFault.QUOTA, False),
        (429, _error("insufficient_quota"), ModelFault.QUOTA, False),
        (404, _error("model_not_found"), ModelFault.MODEL_MISSING, False),
        (404, _error("x", "The model gpt-9 does not exist"), ModelFault.MODEL_MISSING, False),
        (404, b"404 page not found", ModelFault.WRONG_ADDRESS, False),
        (405, b"", ModelFault.WRONG_ADDRESS, False),
        (429, _error("rate_limit_exceeded"), ModelFault.RATE_LIMITED, True),
        (429, b"slow down", ModelFault.RATE_LIMITED, True),
        (408, b"", ModelFault.UNAVAILABLE, True),
        (409, b"", ModelFault.UNAVAILABLE, True),
        (500, _error("server_error"), ModelFault.UNAVAILABLE, True),
        (503, b"<html>", ModelFault.UNAVAILABLE, True),
        (529, _error("overloaded_error"), ModelFault.UNAVAILABLE, True),
        (500, {"error": {"code": 7, "message": {"a": 1}}}, ModelFault.UNAVAILABLE, True),
        (500, [1], ModelFault.UNAVAILABLE, True),
        (200, b"<html>Sign in</html>", ModelFault.UNREADABLE, True),
        (200, b"", ModelFault.UNREADABLE, True),
        (200, b"\xff\xfe", ModelFault.UNREADABLE, True),
        (200, [], ModelFault.UNREADABLE, True),
        (200, {}, ModelFault.UNREADABLE, True),
        (200, {"choices": []}, ModelFault.UNREADABLE, True),
        (200, _error("rate_limit_exceeded"), ModelFault.RATE_LIMITED, True),
        (200, {"error": {"code": 401, "message": "no"}}, ModelFault.REFUSED_KEY, False),
        (200, {"error": "boom", "output": []}, ModelFault.UNAVAILABLE, True),
        (200, {"status": "failed", "error": None}, ModelFault.UNAVAILABLE, True),
        (
            200,
            {"status": "failed", "error": {"code": "content_filter"}, "output": [{}]},
            ModelFault.FILTERED,
            False,
        ),
    ],
    ids=str,
)
async def test_each_error_has_its_kind_and_its_sentence(
    status: int, body: Any, fault: ModelFault, again: bool
) -> None:
    failure = await _failure(Server(body, status))
    assert (failure.type, not failure.non_retryable) == (fault, again)
    assert fault_in(failure)[0] is fault
    assert _told(failure).startswith(SENTENCES[fault])
    assert failure.__cause__ is None


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx2.ConnectError("refused"), ModelFault.UNAVAILABLE),
        (httpx2.RemoteProtocolError("gone"), ModelFault.UNAVAILABLE),
        (httpx2.ReadTimeout("slow"), ModelFault.TIMEOUT),
        (RuntimeError("a bug"), ModelFault.UNFORESEEN),
    ],
    ids=repr,
)
async def test_a_connection_that_fails_is_tried_again(error: Exception, fault: ModelFault) -> None:
    failure = await _failure(Server(fails=error))
    assert (failure.type, failure.non_retryable) == (fault, False)


async def test_an_answer_that_takes_too_long_is_ended() -> None:
    class Slow(Server):
        async def answer(self, request: httpx2.Request) -> httpx2.Response:  # pyright: ignore[reportIncompatibleMethodOverride]
            await asyncio.Event().wait()
            return super().answer(request)

    assert (await _failure(Slow(), 0.05)).type == ModelFault.TIMEOUT


async def _endless() -> AsyncGenerator[bytes]:
    while True:
        yield b" " * 1_000_000


async def _broken() -> AsyncGenerator[bytes]:
    yield b'{"output": ['
    raise httpx2.ReadError("gone")


@pytest.mark.parametrize(
    ("body", "fault"),
    [(_endless, ModelFault.UNREADABLE), (_broken, ModelFault.UNAVAILABLE)],
)
async def test_an_answer_that_does_not_end_as_it_should_is_an_error(
    body: Callable[[], AsyncGenerator[bytes]], fault: ModelFault
) -> None:
    class Streams(Server):
        def answer(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, content=body())

    assert (await _failure(Streams())).type == fault


async def test_a_longer_wait_is_told_at_once_and_until_when() -> None:
    failure = await _failure(Server(_error("x"), 429, HOUR))
    assert failure.non_retryable
    then = datetime.now(UTC) + timedelta(hours=1)
    near = {f"{(then + timedelta(minutes=m)):%H:%M} UTC" for m in (0, 1)}  # it may be tomorrow
    assert any(it in _told(failure) for it in near), _told(failure)


async def test_a_wait_into_another_day_names_the_day() -> None:
    failure = await _failure(Server(_error("x"), 503, {"retry-after": str(2 * 86_400)}))
    then = datetime.now(UTC) + timedelta(days=2)
    assert f"about {then.day} {then:%B}, " in _told(failure)


@pytest.mark.parametrize("headers", [{"retry-after": "20"}, {"retry-after-ms": "20000"}])
async def test_a_short_wait_is_waited_for(headers: dict[str, str]) -> None:
    failure = await _failure(Server(_error("x"), 429, headers))
    assert not failure.non_retryable
    assert failure.next_retry_delay == timedelta(seconds=20)
    assert _told(failure).startswith(SENTENCES[ModelFault.RATE_LIMITED])


@pytest.mark.parametrize("headers", [{"retry-after": "30"}, {}])
async def test_the_patience_of_all_tries_together_is_bounded(headers: dict[str, str]) -> None:
    env = ActivityEnvironment()
    env.info = replace(env.info, scheduled_time=datetime.now(UTC) - PATIENCE)
    with pytest.raises(ApplicationError) as raised:
        await env.run(ask, Server(_error("x"), 429, headers).model())
    assert raised.value.non_retryable


@pytest.mark.parametrize(("header", "again"), [("false", False), ("true", True)])
async def test_a_provider_may_say_whether_to_try_again(header: str, again: bool) -> None:
    status = 400 if again else 500
    failure = await _failure(Server(_error("x"), status, {"x-should-retry": header}))
    assert (not failure.non_retryable) is again


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e99"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Fri, 27 Nov 2020 23:59:59 GMT"}, None),
        ({"retry-after": "Fri, 99 Nov 2020 23:59:59 GMT"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_to_wait(headers) == seconds


@pytest.mark.parametrize("zone", [UTC, None])
def test_a_date_is_a_wait(zone: Any) -> None:
    then = (datetime.now(UTC) + timedelta(minutes=10)).replace(tzinfo=zone)
    waited = seconds_to_wait({"retry-after": format_datetime(then)})
    assert waited is not None
    assert 590 < waited <= 600


async def test_operators_read_the_providers_words_without_the_key() -> None:
    with capture_logs() as logs:
        failure = await _failure(Server(_error("x", f"Incorrect API key: {KEY}"), 401))
    assert "Incorrect API key: sk-…" in failure.message
    assert logs[0]["kind"] == "AuthenticationError"
    assert KEY not in str(logs) + str(failure)


async def test_a_long_or_broken_word_of_the_provider_can_be_stored() -> None:
    failure = await _failure(Server(_error("\ud800", "\ud800\0" + "x" * 100_000), 400))
    failure.message.encode()
    assert "\0" not in failure.message
    assert len(failure.message) < 1_000


@pytest.mark.parametrize("fault", ModelFault)
def test_no_sentence_says_what_was_done(fault: ModelFault) -> None:
    sentence = SENTENCES[fault].lower()
    assert "lease" in sentence
    assert "nothing was done" not in sentence
    assert " lost" not in sentence
