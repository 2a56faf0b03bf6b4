"""Log lines: readable, structured, and without secrets."""

import json
import logging
from collections.abc import Generator
from contextlib import suppress

import pytest
import structlog
from aiohttp.http_exceptions import BadStatusLine
from openai import AsyncOpenAI, OpenAIError
from slack_sdk.errors import SlackApiError

from countersign.runtime.logs import NOISY, OURS, set_up
from countersign.runtime.settings import LogFormat
from tests.support.fake_slack import a_slack
from workflows.redaction import MASK, hide_tokens

SECRETS = [
    "xoxb-123456789012-abcDEF",
    "xoxp-1-2-3",
    "xoxe.xoxb-1-abc",
    "xoxe.xoxp-1-abc",
    "xoxe-1-abc",
    "xapp-1-A0SIGN-123-abc",
    "sk-proj-abc_DEF-123456789",
]


@pytest.fixture(autouse=True)
def _as_before() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*OURS, *NOISY)}
    yield
    root.handlers, root.level = handlers, level
    logging.getLogger("mcp.client.stdio").filters.clear()
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_token_is_masked_and_what_is_around_it_stays(secret: str) -> None:
    assert hide_tokens(f"before ({secret}), after") == f"before ({MASK}), after"


def test_addresses_that_are_secrets_are_masked_where_they_are() -> None:
    hook, socket = "https://hooks.slack.com/", "wss://a.test/link?ticket="
    assert hide_tokens(f"{hook}actions/T1/2/x y") == f"{hook}{MASK} y"
    assert hide_tokens(f"{socket}ab-c1&app=2") == f"{socket}{MASK}&app=2"


def test_a_server_that_writes_no_mcp_is_told_once_a_minute(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("INFO", LogFormat.JSON)
    library = logging.getLogger("mcp.client.stdio")
    error = ValueError("Invalid JSON:\n  expected value")
    for _ in range(100):
        library.error("Failed to parse JSONRPC message from server", exc_info=error)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["event"] == "an MCP server writes no MCP: Invalid JSON: expected value"
    assert (told["level"], "exception" in told) == ("warning", False)


@pytest.mark.parametrize("text", ["approval-k3f9x2ab7q1m", "C0OPS 1.0001", "risk-free", "xoxo"])
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert hide_tokens(text) == text


def _raise(secret: str) -> None:
    raise ValueError(f"refused {secret}")


@pytest.mark.parametrize("format_", LogFormat)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_line_holds_a_token_wherever_it_is(
    capsys: pytest.CaptureFixture[str], format_: LogFormat, secret: str
) -> None:
    set_up("DEBUG", format_)
    log, library = structlog.get_logger("bot.ours"), logging.getLogger("some_library")
    log.info(f"said {secret}", token=secret)  # noqa: G004 - so that the event itself holds it
    log.info("nested", data={"tokens": [secret], secret: 1}, cause=ValueError(secret))
    log.info("said %s", secret)
    library.warning("said %s", secret)
    library.warning("said %(token)s", {"token": secret})
    try:
        _raise(secret)
    except ValueError:
        log.exception("failed")
        library.exception("failed")
    written = capsys.readouterr().err
    assert secret not in written
    assert written.count(MASK) + written.count("\\u2022") >= 7


def test_a_line_for_machines_is_json_with_all_that_was_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("INFO", LogFormat.JSON)
    structlog.get_logger("ours").warning("refused", why="old timestamp", bytes=7)
    logging.getLogger("some_library").error("broken %s", "pipe")
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["why"], ours["bytes"]) == ("refused", "old timestamp", 7)
    assert (ours["level"], ours["logger"]) == ("warning", "ours")
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["logger"]) == ("broken pipe", "some_library")


def test_a_mask_does_not_break_json(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", LogFormat.JSON)
    structlog.get_logger("ours").info("to https://hooks.slack.com/actions/T1/2/x", next="kept")
    assert json.loads(capsys.readouterr().err)["next"] == "kept"


def test_the_level_holds_and_noisy_libraries_are_quieter(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("INFO", LogFormat.CONSOLE)
    structlog.get_logger("ours").debug("too much")
    logging.getLogger("slack_sdk.web").info("token and all")
    structlog.get_logger("ours").info("enough")
    written = capsys.readouterr().err
    assert "enough" in written
    assert "too much" not in written
    assert "token and all" not in written


LOUD = [
    *("temporalio.worker._workflow", "temporalio.worker._activity", "temporalio.activity"),
    *("slack_sdk.web.async_client", "slack_bolt.AsyncApp", "openai._base_client", "httpx"),
    *("openai.agents", "aiohttp.client", "sqlalchemy.engine.Engine", "a_library_of_tomorrow"),
]


@pytest.mark.parametrize("name", LOUD)
def test_at_debug_only_our_own_lines_are_debug(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    set_up("DEBUG", LogFormat.CONSOLE)
    logging.getLogger(name).debug("arguments hunter2")
    logging.getLogger(f"{name}.child").debug("arguments hunter2")
    structlog.get_logger("bot.http").debug("of ours")
    logging.getLogger("worker.slack").debug("of ours")
    written = capsys.readouterr().err
    assert "hunter2" not in written
    assert written.count("of ours") == 2


@pytest.mark.parametrize("level", ["INFO", "WARNING", "ERROR"])
def test_no_library_is_louder_than_we_are(capsys: pytest.CaptureFixture[str], level: str) -> None:
    set_up(level, LogFormat.CONSOLE)
    for name in ("bot.http", "a_library"):
        logging.getLogger(name).log(logging.getLevelNamesMapping()[level] - 1, "too much")
        logging.getLogger(name).log(logging.getLevelNamesMapping()[level], "enough")
    written = capsys.readouterr().err
    assert written.count("enough") == 2
    assert "too much" not in written


@pytest.mark.parametrize("format_", LogFormat)
def test_what_is_near_a_failure_is_not_printed_with_it(
    capsys: pytest.CaptureFixture[str], format_: LogFormat
) -> None:
    set_up("DEBUG", format_)
    arguments = {"password": "hunter2"}
    try:
        _fail_beside(arguments)
    except ValueError as error:
        structlog.get_logger("bot.app").error("unplanned error", exc_info=error)
    written = capsys.readouterr().err
    assert "refused something" in written
    assert "hunter2" not in written


def test_a_request_that_is_none_is_one_line_without_its_bytes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("DEBUG", LogFormat.CONSOLE)
    error = BadStatusLine("GET /?password=hunter2 oops")
    logging.getLogger("aiohttp.server").error("Error handling %s", "127.0.0.1", exc_info=error)
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 1
    assert "malformed request" in written
    assert "hunter2" not in written


async def test_at_debug_no_call_prints_what_it_sends_or_gets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up("DEBUG", LogFormat.CONSOLE)
    async with a_slack() as (slack, client):
        slack.will_answer("chat.postMessage", ok=True, text="hunter2 back")
        slack.refuses("chat.postMessage", "hunter2_refused")
        await client.chat_postMessage(channel="C0OPS", text="hunter2 there")
        with suppress(SlackApiError):
            await client.chat_postMessage(channel="C0OPS", text="hunter2 again")
        model = AsyncOpenAI(api_key="sk-hunter2-hunter2", base_url=slack.url, max_retries=0)
        with suppress(OpenAIError):
            await model.responses.create(model="m", input="hunter2 asked")
        await model.close()
    assert "hunter2" not in capsys.readouterr().err


def _fail_beside(arguments: object) -> None:
    del arguments
    raise ValueError("refused something")


def test_setting_up_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", LogFormat.JSON)
    set_up("INFO", LogFormat.JSON)
    structlog.get_logger("ours").info("once")
    assert capsys.readouterr().err.count("once") == 1
