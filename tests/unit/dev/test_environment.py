"""`.env`, secrets, logs: the files of a checkout."""

import stat
from pathlib import Path

from dev.environment import with_dotenv, without_ours
from dev.logs import rotate
from dev.secrets_file import load_or_create


def test_the_real_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=DEBUG\nOPENAI_MODEL='a b' # comment\nSLACK_APP_TOKEN=\n")

    env = with_dotenv(file, {"LOG_LEVEL": "ERROR", "PATH": "/bin"})

    assert env == {"LOG_LEVEL": "ERROR", "OPENAI_MODEL": "a b", "PATH": "/bin"}


def test_an_empty_variable_of_ours_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-1\n")

    env = with_dotenv(tmp_path / ".env", {"SLACK_BOT_TOKEN": "", "EMPTY": ""})

    assert env == {"SLACK_BOT_TOKEN": "xoxb-1", "EMPTY": ""}


def test_no_file_is_fine(tmp_path: Path) -> None:
    assert with_dotenv(tmp_path / ".env", {"PATH": "/bin"}) == {"PATH": "/bin"}


def test_tests_see_nothing_of_a_developers_configuration() -> None:
    ours = ("SLACK_BOT_TOKEN", "AGENT", "AGENTEX_CARD_CHANNEL", "DATABASE_URL", "TEMPORAL_ADDRESS")
    env = {**dict.fromkeys(ours, "x"), "HOME": "/root"}

    assert without_ours(env) == {"HOME": "/root"}


def test_secrets_are_made_up_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"

    first = load_or_create(file)

    assert load_or_create(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.bot_token.startswith("xoxb-")
    assert first.app_token.startswith("xapp-")


def test_damaged_secrets_are_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text("{")

    assert load_or_create(file) == load_or_create(file)


def test_logs_of_the_last_three_starts_are_kept(tmp_path: Path) -> None:
    for start in range(5):
        rotate(tmp_path)
        (tmp_path / "bot.log").write_text(str(start))

    kept = {log.name: log.read_text() for log in tmp_path.iterdir()}
    assert kept == {"bot.log": "4", "bot.log.1": "3", "bot.log.2": "2", "bot.log.3": "1"}
