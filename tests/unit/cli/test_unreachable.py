"""A Temporal that is away or set wrongly: every command says what is wrong and what to do."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from countersign.cli.app import app
from countersign.cli.errors import UNREACHABLE
from dev.ports import free_port

NOBODY = f"127.0.0.1:{free_port()}"
COMMANDS = (
    ("pending",),
    ("show", "k3f9"),
    ("approve", "k3f9"),
    ("reject", "k3f9", "--reason", "no"),
    ("withdraw", "k3f9"),
)
WRONG = {
    "TEMPORAL_ADDRESS=temporal.invalid:7233": "there is no host 'temporal.invalid'; correct",
    "TEMPORAL_ADDRESS=http://127.0.0.1:7233": "no address; write host:port, such as 127.0.0.1:7233",
    "TEMPORAL_ADDRESS=127.0.0.1:port": "no address; write host:port",
    "TEMPORAL_ADDRESS=temporal.invalid": "it has no port; write host:port",
    "TEMPORAL_PROFILE=none": "has no such profile; correct TEMPORAL_PROFILE",
    "TEMPORAL_TLS_CLIENT_CERT_PATH=/none.pem": "/none.pem cannot be read",
    "TEMPORAL_CONFIG_FILE=broken.toml": "configuration file cannot be read (line 1)",
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", NOBODY)
    Path("broken.toml").write_text("a = [", encoding="utf-8")


def _fails(*command: str) -> str:
    """What it says on its one line."""
    ended = CliRunner().invoke(app, list(command))
    assert (ended.exit_code, ended.stdout) == (UNREACHABLE, "")
    (line,) = ended.stderr.splitlines()
    assert "Error" not in line
    return line


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_says_that_nobody_answers_and_what_to_do(command: tuple[str, ...]) -> None:
    assert _fails(*command) == (
        f"Temporal cannot be reached: nothing answers at {NOBODY}; start Temporal (`make dev` "
        "starts one), or correct TEMPORAL_ADDRESS, here or in .env."
    )


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    assert WRONG[setting] in _fails("pending")


def test_tls_where_there_is_none_and_a_wrong_namespace_are_told(
    monkeypatch: pytest.MonkeyPatch, temporal_address: str
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "nope")
    assert _fails("pending").startswith("Temporal has no namespace 'nope'; create it")
    assert _fails("show", "k3f9").startswith("Temporal has no namespace 'nope'")
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    assert f"{temporal_address} does not speak TLS; unset TEMPORAL_TLS" in _fails("pending")
