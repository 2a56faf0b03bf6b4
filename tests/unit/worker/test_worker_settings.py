"""What the worker's environment may say."""

from pathlib import Path

import pytest
from agents import Agent, function_tool

from countersign.agents.catalogue import Catalogue
from countersign.agents.hosted.servers import HostedServers
from countersign.agents.mcp.servers import Servers
from countersign.runtime.settings import SettingsError
from tests.support.builders import a_call
from tests.unit.policy.policies import InMemoryDirectory, one_rule
from worker.activities import build_runner
from worker.agents import FoundAgent, OpenAgent
from worker.policy import PolicyFile, Reading
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


LIMITS = {
    "TURN_MODEL_CALLS": (1, 100),
    "TURN_INNER_MODEL_CALLS": (1, 500),
    "MODEL_INPUT_CHARACTERS": (20_000, 900_000),
    "TOOL_OUTPUT_CHARACTERS": (1_000, 60_000),
    "TOOL_TIMEOUT_SECONDS": (5, 86_400),
}
"""The least and the most of each, which the settings' own words have to say too."""


@pytest.mark.parametrize(("name", "bounds"), LIMITS.items())
def test_a_limit_of_a_turn_has_bounds(
    monkeypatch: pytest.MonkeyPatch, name: str, bounds: tuple[int, int]
) -> None:
    least, most = bounds
    for value in (least, most):
        monkeypatch.setenv(name, str(value))
        assert getattr(WorkerSettings.read(), name.lower()) == value
    for value in (least - 1, most + 1, "many", "inf"):
        monkeypatch.setenv(name, str(value))
        with pytest.raises(SettingsError, match=rf"^{name} [^\n]+$"):
            WorkerSettings.read()
    assert f"{least:,} to {most:,}" in (WorkerSettings.model_fields[name.lower()].description or "")


async def test_what_is_set_reaches_workflows_and_tools(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number, name in enumerate(LIMITS, 20):
        monkeypatch.setenv(name, str(number * 1_000 if "CHARACTERS" in name else number))

    @function_tool
    def flood() -> str:
        """Say much."""
        return "x" * 2_000_000

    policy = PolicyFile(
        Path(),
        {},
        InMemoryDirectory(),
        Reading(one_rule("tool: place_order"), {}, None),
    )
    catalogue = Catalogue.of(Agent(name="A", tools=[flood]))
    found = FoundAgent("", "queue", catalogue, Servers(), HostedServers(), policy)
    runner = build_runner(WorkerSettings.read(), OpenAgent(found, None))
    limits = (await runner.describe()).limits
    assert limits.model_dump() == {
        "model_calls": 20,
        "inner_model_calls": 21,
        "given": 22_000,
        "tool_seconds": 24,
    }
    told = await runner.run_tool(a_call().model_copy(update={"tool": "flood", "arguments": "{}"}))
    assert 22_900 < len(told.text) <= 23_000
    assert told.text.endswith("of 2,000,000 characters are left out]")
