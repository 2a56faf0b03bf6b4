"""The manifest, read as AgentEx's own command line reads it."""

import importlib.util
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from agentex.config.credentials import CredentialMapping
from agentex.lib.cli.handlers.deploy_handlers import InputDeployOverrides, merge_deployment_configs
from agentex.lib.cli.handlers.run_handlers import start_temporal_worker_with_reload
from agentex.lib.cli.utils.path_utils import calculate_uvicorn_target_for_local, get_file_paths
from agentex.lib.environment_variables import EnvVarKeys
from agentex.lib.sdk.config.agent_manifest import build_context_manager, load_agent_manifest
from agentex.lib.sdk.config.validation import (
    validate_environments_config,
    validate_manifest_and_environments,
)
from pydantic import SecretStr

from bot.settings import BotSettings
from dev.paths import ROOT
from examples.purchasing.buyer import ShopSettings
from worker.runtime import WORKFLOWS
from worker.settings import WorkerSettings

PATH = ROOT / "manifest.yaml"
MANIFEST = load_agent_manifest(str(PATH))
_, ENVIRONMENTS = validate_manifest_and_environments(str(PATH))
AGENT, CONTEXT = MANIFEST.agent, MANIFEST.build.context
DOCKERFILE = (ROOT / CONTEXT.dockerfile).read_text(encoding="utf-8")
SETTINGS = {name.upper(): it for name, it in WorkerSettings.model_fields.items()}
LITELLM = "LITELLM_LOCAL_MODEL_COST_MAP"
OF_OTHERS = (*BotSettings.model_fields, *ShopSettings.model_fields)
KNOWN = {*SETTINGS, *(name.upper() for name in OF_OTHERS), *EnvVarKeys}
FOR_TESTS = {"dev", "sandbox"}
"""Packages that other people's tests need, and nobody who is deployed."""


def _copied() -> list[str]:
    """What the image is made of."""
    lines = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()]


def _texts(found: object) -> Iterator[str]:
    """Every key and value below a piece of YAML."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from (str(key), *_texts(value))
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)
    else:
        yield "" if found is None else str(found)


def test_the_workflows_are_those_that_our_worker_runs() -> None:
    named = [it.name for it in AGENT.get_temporal_workflows()]
    assert named == [it.__name__ for it in WORKFLOWS]
    assert named[0] == "ConversationWorkflow"


def test_all_workflows_share_the_queue_that_our_programs_read() -> None:
    queues = {it.queue_name for it in AGENT.get_temporal_workflows()}
    assert AGENT.env is not None
    assert queues == {AGENT.env["TASK_QUEUE"]} == {"countersign-agentex"}


def test_it_is_an_agent_that_answers_later() -> None:
    assert (AGENT.name, AGENT.acp_type, AGENT.is_temporal_agent()) == ("countersign", "async", True)
    assert AGENT.temporal is not None
    assert AGENT.temporal.health_check_port == WorkerSettings.model_fields["worker_port"].default


def test_the_command_line_finds_both_programs() -> None:
    found = get_file_paths(MANIFEST, str(PATH))
    paths = [it for name in ("acp", "worker") if (it := found[name])]
    assert paths == [ROOT / "bot/agentex/acp.py", ROOT / "worker/agentex/__main__.py"]
    targets = [calculate_uvicorn_target_for_local(it, ROOT) for it in paths]
    assert targets == ["bot.agentex.acp", "worker.agentex.__main__"]


def test_both_are_on_this_machine() -> None:
    local = MANIFEST.local_development
    assert local is not None
    assert (local.agent.host_address, local.agent.port) == ("localhost", 8000)


def test_every_variable_is_one_that_somebody_reads() -> None:
    names = {*(AGENT.env or {}), *(it.env_var_name for it in _credentials())}
    assert names - KNOWN == {LITELLM}
    litellm = importlib.util.find_spec("litellm")
    assert litellm is not None
    assert litellm.origin is not None
    reader = Path(litellm.origin).parent / "litellm_core_utils/get_model_cost_map.py"
    assert LITELLM in reader.read_text(encoding="utf-8")


def test_what_comes_from_a_secret_has_no_value_here() -> None:
    assert [it.env_var_name for it in _credentials() if it.env_var_name in (AGENT.env or {})] == []
    secret = {name for name, it in SETTINGS.items() if it.annotation is SecretStr}
    assert {it.env_var_name for it in _credentials()} == {*secret, "DATABASE_URL"}


def _credentials() -> list[CredentialMapping]:
    found = AGENT.credentials or []
    typed = [it for it in found if isinstance(it, CredentialMapping)]
    assert typed == found
    return typed


@pytest.mark.parametrize("name", ["manifest.yaml", "environments.yaml"])
def test_nothing_is_left_to_fill_in(name: str) -> None:
    texts = list(_texts(yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))))
    assert [
        it for it in texts if not it.strip() or re.search(r"todo|<|your|example", it, re.IGNORECASE)
    ] == []


def test_the_environments_are_valid_and_complete() -> None:
    validate_environments_config(ENVIRONMENTS, ["dev", "prod"])
    for name, it in ENVIRONMENTS.environments.items():
        assert it.kubernetes is not None
        assert it.kubernetes.namespace == f"countersign-{name}"
        assert it.auth.principal["user_id"] == f"{name}_countersign"


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_what_is_deployed_starts_our_programs(name: str) -> None:
    values = merge_deployment_configs(
        MANIFEST, ENVIRONMENTS.get_config_for_env(name), InputDeployOverrides(), str(PATH)
    )
    command = re.search(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert command is not None
    assert yaml.safe_load(command[1]) == values["command"]
    worker = values["temporal-worker"]
    assert f"# CMD {worker['command']}".replace("'", '"') in DOCKERFILE
    assert {it["name"] for it in worker["env"]} <= {*KNOWN, LITELLM}
    assert {"name": "WORKER_HOST", "value": "0.0.0.0"} in worker["env"]
    assert worker["secretEnvVars"] == values["secretEnvVars"]


def test_the_image_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert MANIFEST.deployment is not None
    assert MANIFEST.deployment.image.tag == project["version"]
    assert MANIFEST.deployment.image.repository == project["name"] == AGENT.name
    assert MANIFEST.deployment.global_config.agent == {
        "name": AGENT.name,
        "description": AGENT.description,
    }


@pytest.mark.parametrize("path", [CONTEXT.dockerfile, CONTEXT.dockerignore, *CONTEXT.include_paths])
def test_what_the_build_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_context_of_the_build_holds_what_the_image_needs_and_no_secret(tmp_path: Path) -> None:
    for name in ("Dockerfile", ".dockerignore", *_copied()):
        _copy(ROOT / name, tmp_path / name)
    for name in (".env", ".git/config", ".venv-agentex/bin/python", ".dev/countersign.db"):
        _write(tmp_path / name)
    for name in ("countersign.db", "bot/.env", "worker/x.db-wal", "tests/x.py", "dev/x.py"):
        _write(tmp_path / name)
    with build_context_manager(MANIFEST, tmp_path) as context:
        assert context.path is not None
        sent = {it.name for it in context.path.iterdir()}
        everywhere = {it.name for it in context.path.rglob("*")}
    assert sent == {"Dockerfile", ".dockerignore", *_copied()}
    assert not everywhere & {".env", ".git", ".dev", "countersign.db", "x.db-wal", "__pycache__"}


def test_the_image_is_made_of_the_lock_and_of_every_package_of_ours() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {*project["tool"]["uv"]["build-backend"]["module-name"]} - FOR_TESTS
    assert {*_copied()} == {*packages, "policy.yaml", "requirements-agentex.lock"}
    assert "--require-hashes --requirement requirements-agentex.lock" in DOCKERFILE
    user = re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert user is not None
    assert int(user[1]) > 0


def test_a_changed_file_restarts_no_worker_which_would_cancel_every_task() -> None:
    assert "from watchfiles import" in inspect.getsource(start_temporal_worker_with_reload)
    assert importlib.util.find_spec("watchfiles") is None


def _copy(source: Path, target: Path) -> None:
    """A file, or a folder without what is in it."""
    if source.is_dir():
        target.mkdir()
    else:
        target.write_bytes(source.read_bytes())


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
