"""Log lines: readable, structured, and without secrets."""

import json
import logging
from collections.abc import Generator

import pytest
import structlog

from bot.logs import MASK, mask, set_up
from bot.settings import LogFormat

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
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_token_is_masked_and_what_is_around_it_stays(secret: str) -> None:
    assert mask(f"before ({secret}), after") == f"before ({MASK}), after"


def test_addresses_that_are_secrets_are_masked_where_they_are() -> None:
    assert mask("https://hooks.slack.com/actions/T1/2/x y") == f"https://hooks.slack.com/{MASK} y"
    assert mask("wss://a.test/link?ticket=ab-c1&app=2") == f"wss://a.test/link?ticket={MASK}&app=2"


@pytest.mark.parametrize("text", ["approval-k3f9x2ab7q1m", "C0OPS 1.0001", "risk-free", "xoxo"])
def test_what_is_no_secret_is_shown(text: str) -> None:
    assert mask(text) == text


def _raise(secret: str) -> None:
    raise ValueError(f"refused {secret}")


@pytest.mark.parametrize("format_", LogFormat)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_line_holds_a_token_wherever_it_is(
    capsys: pytest.CaptureFixture[str], format_: LogFormat, secret: str
) -> None:
    set_up("DEBUG", format_)
    log, library = structlog.get_logger("ours"), logging.getLogger("some_library")
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


def test_setting_up_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("INFO", LogFormat.JSON)
    set_up("INFO", LogFormat.JSON)
    structlog.get_logger("ours").info("once")
    assert capsys.readouterr().err.count("once") == 1
