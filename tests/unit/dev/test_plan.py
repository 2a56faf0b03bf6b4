"""What `make dev` starts, and what it says when it cannot."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dev.__main__ import app
from dev.errors import PortInUseError, SettingError
from dev.paths import ROOT
from dev.plan import UpOptions, check_ports, plan
from dev.ports import Ports
from dev.secrets_file import load_or_create

OPTIONS = UpOptions(home=Path("/data"))
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_without_anything_the_sandbox_plays_slack_and_the_model() -> None:
    options = plan({}, OPTIONS)

    assert (options.slack_is_sandbox, options.model_is_sandbox) == (True, True)
    assert options.temporal_address is None
    assert not options.in_memory


@pytest.mark.parametrize("way_in", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_real_tokens_mean_real_slack(way_in: str, tmp_path: Path) -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-1", way_in: "secret"}
    options = plan(env, OPTIONS)

    assert not options.slack_is_sandbox
    told = options.wire(tmp_path).env()
    assert told["SLACK_BOT_TOKEN"] == "xoxb-1"
    assert "SLACK_API_URL" not in told
    assert told["OPENAI_BASE_URL"] == "http://127.0.0.1:8765/v1"


def test_real_tokens_can_be_ignored(tmp_path: Path) -> None:
    options = plan(SLACK, replace(OPTIONS, is_sandbox_forced=True))

    told = options.wire(tmp_path).env()
    assert told["SLACK_API_URL"] == "http://127.0.0.1:8765/api/"
    assert told["SLACK_BOT_TOKEN"] == load_or_create(tmp_path / "sandbox-secrets.json").bot_token


@pytest.mark.parametrize(
    ("env", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
    ],
)
def test_half_a_configuration_is_refused(env: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingError, match=f"set {missing} too"):
        plan(env, OPTIONS)


@pytest.mark.parametrize("variable", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_real_model_is_left_alone(variable: str, tmp_path: Path) -> None:
    told = plan({variable: "mine"}, OPTIONS).wire(tmp_path).env()

    assert told[variable] == "mine"
    assert len({"OPENAI_API_KEY", "OPENAI_BASE_URL"} & told.keys()) == 1


def test_our_own_temporal_has_one_namespace(tmp_path: Path) -> None:
    ours = plan({"TEMPORAL_NAMESPACE": "acme"}, OPTIONS)
    theirs = plan({"TEMPORAL_NAMESPACE": "acme", "TEMPORAL_ADDRESS": "acme:7233"}, OPTIONS)

    assert ours.wire(tmp_path).env()["TEMPORAL_NAMESPACE"] == "default"
    assert theirs.wire(tmp_path).env()["TEMPORAL_NAMESPACE"] == "acme"


def test_tools_may_be_wherever_python_was_told_to_look(tmp_path: Path) -> None:
    env = plan({"PYTHONPATH": "/my/agents", "AGENT": "garden:agent"}, OPTIONS).wire(tmp_path).env()
    assert env["PYTHONPATH"] == f"{ROOT}:/my/agents"
    assert env["AGENT"] == "garden:agent"


def test_a_file_that_names_several_agents_takes_the_place_of_the_one(tmp_path: Path) -> None:
    wanted = replace(OPTIONS, agent="examples/agents.yaml")
    env = plan({"AGENT": "another:agent"}, wanted).wire(tmp_path).env()
    assert env["AGENTS"] == str(Path("examples/agents.yaml").absolute())
    assert "AGENT" not in env
    back = plan(env, replace(OPTIONS, agent="garden:agent")).wire(tmp_path).env()
    assert (back["AGENT"], "AGENTS" in back) == ("garden:agent", False)


@pytest.mark.parametrize("module", ["garden", "garden.rose"])
def test_an_agent_that_is_named_comes_with_the_policy_beside_it(
    module: str, tmp_path: Path
) -> None:
    (tmp_path / "garden").mkdir()
    (tmp_path / "garden" / "rose.py").touch()
    wanted, env = replace(OPTIONS, agent=f"{module}:agent"), {"PYTHONPATH": str(tmp_path)}

    with pytest.raises(SettingError, match=f"no policy.yaml beside the module of {wanted.agent}"):
        plan(env, wanted)
    missing = plan({}, wanted).wire(tmp_path).env()  # the worker says that there is no such module
    assert (missing["AGENT"], missing["POLICY_FILE"]) == (wanted.agent, f"{ROOT}/dev/policy.yaml")

    (tmp_path / "garden" / "policy.yaml").touch()
    beside = plan({**env, "AGENT": "another:agent"}, wanted).wire(tmp_path).env()
    assert (beside["AGENT"], beside["POLICY_FILE"]) == (
        wanted.agent,
        f"{tmp_path}/garden/policy.yaml",
    )
    assert plan({**env, "POLICY_FILE": "mine"}, wanted).wire(tmp_path).env()["POLICY_FILE"] == (
        "mine"
    )


def test_all_ports_move_together() -> None:
    options = plan({"BOT_PORT": "4000"}, replace(OPTIONS, port_offset="100"))

    assert options.ports == Ports(
        sandbox=8865, temporal=7333, temporal_ui=8333, bot=4100, worker=3101
    )


@pytest.mark.parametrize("port", ["high", "0", "-1", "70000", "٣٠٠٠", "9" * 5000])
def test_what_is_no_port_is_named(port: str) -> None:
    with pytest.raises(SettingError, match="WORKER_PORT has to be a port number, not "):
        plan({"WORKER_PORT": port}, OPTIONS)


@pytest.mark.parametrize("typed", ["", "high", "-1", "1.5", "56771", "9" * 5000])
def test_what_is_no_offset_is_told_in_one_line(typed: str) -> None:
    told = CliRunner().invoke(app, ["up", "--port-offset", typed])

    line = f"--port-offset has to be a whole number from 0 to 56770, not {typed!r}.\n"
    assert (told.exit_code, told.output) == (2, line)


def test_the_highest_offset_is_what_the_highest_port_leaves() -> None:
    highest = replace(OPTIONS, port_offset="56770")
    assert plan({}, highest).ports.sandbox == 65_535
    with pytest.raises(SettingError, match="from 0 to 5535, not '56770'"):
        plan({"BOT_PORT": "60000"}, highest)


def test_a_crash_is_one_of_the_worker_alone(tmp_path: Path) -> None:
    wiring = plan({}, replace(OPTIONS, is_crash=True)).wire(tmp_path)

    assert wiring.worker().argv[1:] == ("-m", "dev.crash_worker")
    assert plan({}, OPTIONS).wire(tmp_path).worker().argv[1:] == ("-m", "worker")


def test_a_busy_port_is_one_line_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = replace(plan({}, OPTIONS), ports=replace(Ports.free(), temporal=port))
        with pytest.raises(PortInUseError) as caught:
            check_ports(options)

    assert caught.value.exit_code == 2
    line = str(caught.value)
    assert line.startswith(f"Port {port} (Temporal) is in use. ")
    assert "--port-offset 100" in line
    assert f"TEMPORAL_ADDRESS=127.0.0.1:{port}" in line
    assert "\n" not in line


def test_ports_that_are_not_needed_may_be_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = replace(Ports.free(), temporal=taken.getsockname()[1])
        check_ports(replace(plan({}, OPTIONS), ports=ports, temporal_address="127.0.0.1:7233"))
