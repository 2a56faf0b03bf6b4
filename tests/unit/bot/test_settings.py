"""What an administrator reads when the environment cannot be used."""

from pathlib import Path

import pytest

from bot.settings import BotSettings, SlackMode
from countersign.runtime.settings import CommonSettings, LogFormat, SettingsError
from worker.settings import WorkerSettings

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-secret", "SLACK_APP_TOKEN": "xapp-1-secret"}
NAMES = {
    name.upper()
    for model in (BotSettings, WorkerSettings)
    for name in (*model.model_fields, "temporal_address")
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def good(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_two_tokens_are_all_that_is_needed(good: pytest.MonkeyPatch) -> None:
    settings = BotSettings.read()
    assert settings.mode is SlackMode.SOCKET
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.log_format is LogFormat.CONSOLE
    assert WorkerSettings.read().agent == "examples.purchasing:agent"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("SLACK_BOT_TOKEN", "xoxp-1-secret", "SLACK_BOT_TOKEN is not a bot token"),
        ("SLACK_APP_TOKEN", "xoxb-1-secret", "SLACK_APP_TOKEN is not an app-level token"),
        ("SLACK_API_URL", "slack.com", "SLACK_API_URL is not a web address"),
        ("SLACK_MODE", "carrier pigeon", "SLACK_MODE"),
        ("BOT_PORT", "many", "BOT_PORT"),
        ("BOT_PORT", "65536", "BOT_PORT"),
        ("BOT_PORT", "-1", "BOT_PORT"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is none of DEBUG, INFO, WARNING, ERROR"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT"),
        ("TASK_QUEUE", "", "TASK_QUEUE"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    good: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    good.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        BotSettings.read()
    told = str(refused.value)
    assert words in told
    assert "\n" not in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL_TIMEOUT_SECONDS", "0"),
        ("MODEL_ATTEMPTS", "0"),
        ("AGENT", ""),
        ("WORKER_PORT", "x"),
    ],
)
def test_the_workers_settings_are_checked_too(
    good: pytest.MonkeyPatch, name: str, value: str
) -> None:
    good.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        WorkerSettings.read()


def test_everything_that_is_wrong_is_named_at_once(good: pytest.MonkeyPatch) -> None:
    good.setenv("BOT_PORT", "x")
    good.setenv("LOG_LEVEL", "x")
    with pytest.raises(SettingsError, match=r"LOG_LEVEL .*; .*BOT_PORT|BOT_PORT .*; .*LOG_LEVEL"):
        BotSettings.read()


def test_a_bot_that_slack_cannot_reach_is_refused(good: pytest.MonkeyPatch) -> None:
    good.delenv("SLACK_APP_TOKEN")
    with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET"):
        BotSettings.read()


@pytest.mark.parametrize(
    ("app_token", "secret", "mode", "used"),
    [
        ("xapp-1", "", "http", SlackMode.SOCKET),
        ("", "s", "socket", SlackMode.HTTP),
        ("xapp-1", "s", "socket", SlackMode.SOCKET),
        ("xapp-1", "s", "http", SlackMode.HTTP),
    ],
)
def test_what_is_set_decides_how_slack_delivers(
    good: pytest.MonkeyPatch, app_token: str, secret: str, mode: str, used: SlackMode
) -> None:
    good.setenv("SLACK_APP_TOKEN", app_token)
    good.setenv("SLACK_SIGNING_SECRET", secret)
    good.setenv("SLACK_MODE", mode)
    assert BotSettings.read().mode is used


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/api", "http://127.0.0.1:8000/api//"])
def test_an_address_ends_in_one_slash(good: pytest.MonkeyPatch, url: str) -> None:
    good.setenv("SLACK_API_URL", url)
    assert BotSettings.read().slack_api_url == "http://127.0.0.1:8000/api/"


def test_a_level_may_be_written_small(good: pytest.MonkeyPatch) -> None:
    good.setenv("LOG_LEVEL", "debug")
    assert BotSettings.read().log_level == "DEBUG"


def test_a_file_is_read_and_the_environment_wins(good: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("TASK_QUEUE=file\nLOG_LEVEL=ERROR\nFOREIGN=1\n", encoding="utf-8")
    good.setenv("LOG_LEVEL", "WARNING")
    settings = BotSettings.read()
    assert (settings.task_queue, settings.log_level) == ("file", "WARNING")


def test_secrets_are_not_shown(good: pytest.MonkeyPatch) -> None:
    good.setenv("SLACK_SIGNING_SECRET", "a-secret")
    good.setenv("OPENAI_API_KEY", "sk-secret")
    assert "secret'" not in repr(BotSettings.read())
    assert "sk-secret" not in repr(WorkerSettings.read())


@pytest.mark.parametrize("model", [BotSettings, WorkerSettings])
def test_every_setting_says_what_it_is(model: type[CommonSettings]) -> None:
    undocumented = [name for name, it in model.model_fields.items() if not it.description]
    assert undocumented == []
