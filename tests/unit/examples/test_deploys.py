"""The state of the example of deployments: what runs, once for each key."""

from pathlib import Path

import pytest

from examples.deploys.state import SERVICES, DeployError, Deployments, Release

NEW = Release("api", "production", "2.4.0")


@pytest.fixture
def deployments(tmp_path: Path) -> Deployments:
    return Deployments(tmp_path / "deploys.db")


def _version(deployments: Deployments, service: str, environment: str) -> str:
    running = {(it.service, it.environment): it.version for it in deployments.running()}
    return running[service, environment]


def test_a_new_file_has_every_service_in_both_environments(tmp_path: Path) -> None:
    for _ in range(2):
        running = Deployments(tmp_path / "deploys.db").running()
        assert {it.service: it.version for it in running} == SERVICES
        assert len(running) == 2 * len(SERVICES)


def test_a_deployment_changes_one_environment_and_once_for_a_key(deployments: Deployments) -> None:
    assert deployments.deploy(NEW, "a") == deployments.deploy(NEW, "a") == NEW
    assert _version(deployments, "api", "production") == "2.4.0"
    assert _version(deployments, "api", "staging") == SERVICES["api"]
    deployments.roll_back("api", "production", "b")
    assert deployments.roll_back("api", "production", "b").version == SERVICES["api"]
    assert _version(deployments, "api", "production") == SERVICES["api"]


def test_what_cannot_be_done_is_said_and_changes_nothing(deployments: Deployments) -> None:
    before = deployments.running()
    with pytest.raises(DeployError, match=r"runs already"):
        deployments.deploy(Release("api", "production", SERVICES["api"]), "a")
    with pytest.raises(DeployError, match="There is no shop"):
        deployments.deploy(Release("shop", "production", "1.0.0"), "b")
    with pytest.raises(DeployError, match="had no version before"):
        deployments.roll_back("api", "staging", "c")
    assert deployments.running() == before


def test_two_rollbacks_go_back_and_forth_between_two_versions(deployments: Deployments) -> None:
    deployments.deploy(NEW, "a")
    assert deployments.roll_back("api", "production", "b").version == SERVICES["api"]
    assert deployments.roll_back("api", "production", "c").version == NEW.version


def test_the_versions_of_a_service_begin_with_the_one_that_runs(deployments: Deployments) -> None:
    assert deployments.versions("shop", "production") == []
    deployments.deploy(NEW, "a")
    assert deployments.versions("api", "production") == [NEW.version, SERVICES["api"]]
    assert deployments.versions("api", "staging") == [SERVICES["api"]]
