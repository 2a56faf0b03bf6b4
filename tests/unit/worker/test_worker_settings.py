"""What the worker's environment may say."""

import pytest

from countersign.runtime.settings import SettingsError
from worker.settings import WorkerSettings


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("without-dotenv"))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")


@pytest.mark.parametrize("name", ["main", "eu-2", "a" * 20])
def test_a_deployment_has_a_short_plain_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DEPLOYMENT", name)
    assert WorkerSettings.read().deployment == name


@pytest.mark.parametrize("name", ["", "Main", "a:b", "a b", "a" * 21, "main\n"])
def test_any_other_name_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("DEPLOYMENT", name)
    with pytest.raises(SettingsError, match="DEPLOYMENT has to be 1 to 20 lower-case letters"):
        WorkerSettings.read()


@pytest.mark.parametrize("channel", ["", "C0FINANCE", "G0FINANCE"])
def test_cards_from_agentex_may_have_a_channel(
    monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    monkeypatch.setenv("AGENTEX_CARD_CHANNEL", channel)
    assert WorkerSettings.read().agentex_card_channel == channel


@pytest.mark.parametrize("channel", ["#finance", "U0BOB", "c0finance", "C0 FINANCE", "C0FINANCE\n"])
def test_that_channel_is_named_by_its_id(monkeypatch: pytest.MonkeyPatch, channel: str) -> None:
    monkeypatch.setenv("AGENTEX_CARD_CHANNEL", channel)
    with pytest.raises(SettingsError, match="AGENTEX_CARD_CHANNEL is not the id of a channel"):
        WorkerSettings.read()


def test_secret_names_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "api_key" in WorkerSettings.read().secret_names
    monkeypatch.setenv("SECRET_ARGUMENTS", " pin, otp ,,")
    assert WorkerSettings.read().secret_names == {"pin", "otp"}
