"""The file `AGENTS`: which agent answers where, and everything that may be wrong in it."""

from pathlib import Path

import pytest

from bot.settings import BotSettings
from countersign.runtime.agents_file import LARGEST, queues_of, read_agents
from countersign.runtime.settings import SettingsError
from dev.paths import ROOT
from worker.settings import WorkerSettings

TWO = """\
agents:
  - {name: buyer, agent: "acme.buyer:agent", policy: buyer.yaml}
  - name: deployer
    agent: acme.deployer:make
    policy: /etc/deployer.yaml
    channels: [C0DEPLOYS, C0BUILDS]
"""
BUYER = '{name: buyer, agent: "acme.buyer:agent", policy: p.yaml'
WRONG = {
    "": "names no agents; begin with `agents:`",
    "[]": "names no agents; begin with `agents:`",
    "agents: [": "is not YAML",
    "agents: []": "1: agents: is empty; write at least one",
    "agents: buyer": "1: agents: has to be a list",
    f"agent: [{BUYER}}}]": "agent: is no key that is known here; did you mean `agents`?",
    "agents: [{name: buyer, policy: p.yaml}]": "agents[0].agent: is missing",
    "agents: [{name: Buyer, agent: 'a:b', policy: p.yaml}]": "agents[0].name: has to be 1 to 40",
    "agents: [{name: buyer, agent: acme, policy: p.yaml}]": "write it like acme.buyer:agent",
    f"agents: [{BUYER}, channels: ['#ops']}}]": "'#ops' is not the id of a channel",
    f"agents: [{BUYER}, channels: C0OPS}}]": "channels: has to be a list",
    f"agents: [{BUYER}, chanels: [C0OPS]}}]": "did you mean `channels`?",
    f"agents: [{BUYER}, task_queue: 'a b'}}]": "task_queue: has to be 1 to 200 letters",
    f"agents: [{BUYER}}}, {BUYER}, channels: [C0OPS]}}]": "two agents are called buyer",
    f"agents: [{BUYER}, channels: [C0OPS]}}]": "every agent has channels",
    TWO.replace("    channels: [C0DEPLOYS, C0BUILDS]\n", ""): "buyer and deployer have no channels",
    TWO + "  - {name: third, agent: 'a:b', policy: p, channels: [C0BUILDS]}": (
        "two agents answer in the channel C0BUILDS"
    ),
    TWO + "    policy: again.yaml": "agents[1].policy: stands here twice",
    "#" * (LARGEST + 1): "is larger than 64 KiB",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agents.yaml"


def test_each_agent_has_its_policy_and_its_queue(file: Path) -> None:
    file.write_text(TWO, encoding="utf-8")
    buyer, deployer = read_agents(str(file), "countersign")
    assert (buyer.agent, buyer.policy) == ("acme.buyer:agent", file.parent / "buyer.yaml")
    assert (deployer.agent, str(deployer.policy)) == ("acme.deployer:make", "/etc/deployer.yaml")
    assert buyer.queue.task_queue == "countersign-buyer"
    queues = queues_of((buyer, deployer))
    assert queues.names == ["buyer", "deployer"]
    assert queues.at("C0BUILDS") == "countersign-deployer"
    assert queues.at("C0OPS") == queues.at("D0ALICE") == queues.of("buyer") == "countersign-buyer"
    assert queues.of("nobody") is None
    assert not queues.serves("countersign")


def test_a_queue_can_be_kept_from_before_there_was_a_file(file: Path) -> None:
    kept = TWO.replace("policy: buyer.yaml", "policy: buyer.yaml, task_queue: countersign")
    file.write_text(kept, encoding="utf-8")
    buyer, _ = read_agents(str(file), "countersign")
    assert buyer.queue.task_queue == "countersign"


@pytest.mark.parametrize("text", WRONG)
def test_whatever_is_wrong_is_said_with_its_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_agents(str(file), "countersign")
    told = str(refused.value)
    assert WRONG[text] in told
    assert told.startswith(f"AGENTS: {file}:")
    assert "polic" not in told.replace("policy: stands", "")


def test_all_that_is_wrong_is_said_at_once(file: Path) -> None:
    file.write_text("agents: [{name: A, agent: b, policy: 7}]", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_agents(str(file), "countersign")
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00agents"])
def test_a_file_that_cannot_be_read_is_named(file: Path, content: bytes | None) -> None:
    if content:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"AGENTS: .*agents.yaml.*(No such file|is not UTF-8)"):
        read_agents(str(file), "countersign")


def test_an_agent_is_not_named_in_two_ways(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("AGENTS", str(file))
    monkeypatch.setenv("AGENT", "acme.buyer:agent")
    with pytest.raises(SettingsError, match="AGENT and AGENTS are both set; take one of them out"):
        WorkerSettings.read()
    monkeypatch.delenv("AGENT")
    file.write_text(TWO, encoding="utf-8")
    assert [it.name for it in WorkerSettings.read().named_agents()] == ["buyer", "deployer"]
    assert BotSettings.read().agent_queues().names == ["buyer", "deployer"]


def test_without_a_file_there_is_one_agent_that_has_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    (only,) = WorkerSettings.read().named_agents()
    assert (only.name, only.queue.task_queue) == ("", "countersign")
    queues = BotSettings.read().agent_queues()
    assert (list(queues.names), queues.at("C0OPS")) == ([], "countersign")


def test_the_example_is_in_order() -> None:
    agents = read_agents(str(ROOT / "examples/agents.yaml"), "countersign")
    assert [it.name for it in agents] == ["buyer", "deployer"]
    assert all(it.policy.is_file() for it in agents)
