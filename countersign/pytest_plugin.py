"""pytest's fixture `approval_sandbox`: your agent and your policy, with people to try them.

In pytest's settings, `countersign_agent` names the agent, as `AGENT` does for a worker, and
`countersign_policy` the policy, if that is not the file `policy.yaml` beside the agent's module.
"""

from collections.abc import Generator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from countersign.testing import ApprovalSandbox

AGENT, POLICY = "countersign_agent", "countersign_policy"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two settings."""
    parser.addini(AGENT, "agent of `approval_sandbox`: a module and a name, acme.buyer:agent")
    parser.addini(POLICY, "its policy; policy.yaml beside the agent's module if left out")


@pytest.fixture(scope="session")
def countersign_env() -> Mapping[str, str]:
    """More variables for the worker and the bot; define your own to set some."""
    return {}


@pytest.fixture(scope="session")
def approval_sandbox(
    pytestconfig: pytest.Config,
    countersign_env: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> "Generator[ApprovalSandbox]":
    """A running Countersign on free ports, shared by all tests of a session."""
    # Loaded only here: a test that needs no sandbox does not wait for it.
    stack: Any = import_module("countersign.testing.stack")
    agent, policy = str(pytestconfig.getini(AGENT)), str(pytestconfig.getini(POLICY))
    if not agent:
        pytest.fail(f"set {AGENT} in pytest's settings, such as acme.buyer:agent", pytrace=False)
    wanted = stack.Wanted(
        agent=agent,
        policy=pytestconfig.rootpath / policy if policy else None,
        home=tmp_path_factory.mktemp("countersign"),
        root=pytestconfig.rootpath,
        env=countersign_env,
    )
    try:
        with stack.running(wanted) as sandbox:
            yield sandbox
    except stack.NotStartedError as error:
        pytest.fail(str(error), pytrace=False)
