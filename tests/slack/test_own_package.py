"""A company's own agent: a package in an environment of its own, beside ours."""

import asyncio
import os
import shutil
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.environment import without_ours
from dev.paths import ROOT
from dev.ports import Ports

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

UV = ROOT / ".venv-tools/bin/uv"
NAME, MODULE = "room-keeper", "room_keeper"
WRONG = """
import pytest
from countersign.testing import people

async def test_what_was_said_instead_is_told(approval_sandbox, monkeypatch):
    monkeypatch.setattr(people, "PATIENCE", 5)
    thread = await approval_sandbox.say("alice", "list_rooms")
    with pytest.raises(people.NothingCameError, match="(?s)logs are in .*kitchen, library"):
        await thread.card()
    with pytest.raises(people.NothingCameError, match="No button 'Aprove'"):
        card = await (await approval_sandbox.say("bob", "book_room room=attic hours=1")).card()
        await card.press("alice", "Aprove")
"""


@dataclass(frozen=True)
class Company:
    """A fresh environment in which Countersign is installed, and what a company does in it."""

    folder: Path
    env: Mapping[str, str]

    @property
    def bin(self) -> Path:
        return self.folder / "venv/bin"

    @property
    def packages(self) -> Path:
        (found,) = (self.folder / "venv/lib").glob("python*/site-packages")
        return found

    async def run(self, *command: str | Path, within: str = "", fails: bool = False) -> str:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=self.folder / within,
            env=self.env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert (process.returncode != 0) is fails, printed.decode()
        return printed.decode()

    async def install(self, package: Path) -> None:
        """Install a package from its folder, as `pip install` does; what it needs is there."""
        await self.run(
            *(UV, "pip", "install", "--quiet", "--no-cache", "--offline", "--no-deps"),
            *("--no-build-isolation", "--python", self.bin / "python", package),
        )


@pytest.fixture
async def company(tmp_path: Path) -> Company:
    """Its environment has everything that ours has, but for us and our checkout."""
    venv.create(tmp_path / "venv", with_pip=False)
    unset = {"PYTHONPATH", "VIRTUAL_ENV", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"}
    env = {name: value for name, value in without_ours().items() if name not in unset}
    company = Company(tmp_path, {**env, "COLUMNS": "200"})
    beside = sysconfig.get_path("purelib")
    (company.packages / "beside.pth").write_text(beside, encoding="utf-8")
    await company.install(ROOT)
    return company


async def test_a_package_of_its_own_is_installed_checked_and_tried_by_people(
    company: Company,
) -> None:
    ours = await company.run(company.bin / "python", "-c", "import dev; print(dev.__file__)")
    assert ours.startswith(str(company.packages))
    await company.run(company.bin / "countersign", "new", NAME)
    again = await company.run(company.bin / "countersign", "new", NAME, fails=True)
    assert "is there already; nothing was written" in again

    await company.install(company.folder / NAME)
    for kept in ("tests", "pyproject.toml"):  # so that only what is installed can be found
        (company.folder / "elsewhere").mkdir(exist_ok=True)
        shutil.move(company.folder / NAME / kept, company.folder / "elsewhere" / kept)
    shutil.rmtree(company.folder / NAME)

    agent = f"{MODULE}.agent:agent"
    check = (company.bin / "countersign", "agent", "check", "--agent", agent)
    told = await company.run(*check, "--policy", company.packages / MODULE / "policy.yaml")
    assert f"from {MODULE}.agent.book_room" in told
    assert "Nothing is refused." in told

    (company.folder / "elsewhere/tests/test_wrong.py").write_text(WRONG, encoding="utf-8")
    home = company.folder / "tmp"
    tried = await company.run(
        *(company.bin / "python", "-m", "pytest", "-q", "-p", "no:xdist"),
        f"--basetemp={home}",
        within="elsewhere",
    )
    assert "6 passed" in tried
    log = (home / "countersign0/logs/worker.log").read_text(encoding="utf-8")
    assert f"place={MODULE}.agent.book_room" in log


async def test_everything_starts_from_its_environment_with_its_data_in_its_folder(
    company: Company,
) -> None:
    await company.run(company.bin / "countersign", "new", NAME)
    folder, agent = company.folder / NAME, f"{MODULE}.agent:agent"
    offset = str(Ports.free().temporal - Ports().temporal)
    up = (company.bin / "python", "-m", "dev", "up", "--agent", agent, "--port-offset", offset)
    process = await asyncio.create_subprocess_exec(
        *map(str, up), cwd=folder, env=company.env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    told = ""
    async for line in process.stdout:
        told += line.decode()
        if "Ctrl-C stops everything" in line.decode():
            process.terminate()  # once; a second one would not wait for anybody
    assert await process.wait() == 0, told
    assert f"{agent}, under {MODULE}/policy.yaml" in told
    assert "Countersign stopped." in told
    assert (folder / ".dev/logs/worker.log").exists()
    assert not (company.packages / ".dev").exists()

    (folder / MODULE / "policy.yaml").unlink()
    told = await company.run(*up, within=NAME, fails=True)
    assert f"There is no policy.yaml beside the module of {agent}." in told


async def test_what_cannot_be_started_is_told_in_one_line(company: Company) -> None:
    (company.folder / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ncountersign_agent = "nowhere:agent"\n', encoding="utf-8"
    )
    (company.folder / "test_it.py").write_text(
        "def test_it(approval_sandbox): ...\n", encoding="utf-8"
    )
    told = await company.run(company.bin / "python", "-m", "pytest", "-q", fails=True)
    assert "there is no policy.yaml beside the module of nowhere:agent" in told
    assert "Traceback" not in told

    (company.folder / "policy.yaml").write_text("version: 1\n", encoding="utf-8")
    told = await company.run(
        *(company.bin / "python", "-m", "pytest", "-q", "-o", "countersign_policy=policy.yaml"),
        fails=True,
    )
    assert "AGENT: there is no module nowhere; searched " in told
    assert os.fspath(company.folder) in told
    assert "Traceback" not in told
