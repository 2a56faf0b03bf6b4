"""What a program loads, counted: reading a policy is no reason to know Slack."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.system

COUNTED = {
    *("bot", "countersign", "dev", "examples", "sandbox", "worker", "workflows"),
    *("agents", "slack_sdk"),
}


def _loaded(module: str) -> set[str]:
    """Modules of ours, of Slack's and of the Agents SDK that come with one."""
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name for name in ran.stdout.split() if name.split(".")[0] in COUNTED}


def test_reading_a_policy_loads_the_policy_and_the_contracts_only() -> None:
    loaded = _loaded("countersign.policy.loading")
    rooms = {".".join(name.split(".")[:2]) for name in loaded}
    assert rooms <= {
        *("countersign", "countersign.policy"),
        *("workflows", "workflows.contracts", "workflows.voting"),
    }
    assert len(loaded) <= 33


@pytest.mark.parametrize("module", ["bot.__main__", "countersign.cli.app"])
def test_the_bot_and_the_command_line_start_without_the_agent(module: str) -> None:
    assert not {name for name in _loaded(module) if name.startswith(("agents", "worker"))}
