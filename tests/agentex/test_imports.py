"""The SDK is there and is not loaded: only the programs for AgentEx need it."""

import subprocess
import sys

import agentex
import pytest

CODE = "import sys, {module}; print(*sys.modules)"


@pytest.mark.parametrize("module", ["bot.__main__", "worker.__main__", "countersign.cli.__main__"])
def test_the_other_programs_start_without_the_sdk(module: str) -> None:
    assert agentex.__name__ in _loaded("agentex")
    assert [name for name in _loaded(module) if name.split(".")[0] == "agentex"] == []


def _loaded(module: str) -> list[str]:
    """The modules that come with one."""
    ran = subprocess.run(
        [sys.executable, "-c", CODE.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()
