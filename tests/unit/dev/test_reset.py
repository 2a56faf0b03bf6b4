"""`make reset`: what it forgets, what it keeps, and when it refuses."""

import os
from pathlib import Path

import pytest

from dev.errors import AlreadyRunningError
from dev.locking import locked
from dev.processes import Stack, StackOptions
from dev.reset import reset, told

FORGOTTEN = (
    *("countersign.db", "countersign.db-wal", "deploys.db"),
    *("sandbox.json", "sandbox.json.new"),
    *("temporal.db", "temporal.db-wal", "temporal.db-shm"),
)
KEPT = ("sandbox-secrets.json", "logs")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for name in (*FORGOTTEN, "sandbox-secrets.json"):
        (tmp_path / name).touch()
    return tmp_path


def test_data_is_forgotten_and_logs_and_tokens_stay(home: Path) -> None:
    removed = reset(home)

    assert {it.name for it in home.iterdir()} == {*KEPT, "lock"}
    lines = list(told(removed, home, {}))
    assert lines[0] == f"Removed from {os.path.relpath(home)}:"
    assert lines[1:-1] == [
        "  the shop with its orders and budget (countersign.db)",
        "  what examples/deploys has deployed (deploys.db)",
        "  the sandbox's messages (sandbox.json)",
        "  Temporal's conversations and approvals (temporal.db)",
    ]


def test_it_knows_the_files_that_a_stack_writes(tmp_path: Path) -> None:
    stack = Stack(StackOptions(home=tmp_path, in_memory=False))
    written = {
        "countersign.db": stack.env["DATABASE_URL"],
        "deploys.db": stack.env["DEPLOYS_FILE"],
        "sandbox.json": " ".join(stack.wiring.sandbox().argv),
    }
    for file, known in written.items():
        assert f"{tmp_path}/{file}" in known
    (tmp_path / "temporal.db").touch()
    assert stack.keeps_anything
    reset(tmp_path)
    assert not stack.keeps_anything


def test_while_it_is_used_nothing_is_forgotten(home: Path) -> None:
    with locked(home / "lock"), pytest.raises(AlreadyRunningError, match=str(os.getpid())):
        reset(home)

    assert {it.name for it in home.iterdir()} == {*KEPT, *FORGOTTEN, "lock"}


def test_where_nothing_was_kept_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    home = tmp_path / "none"
    lines = list(told(reset(home), home, {}))

    assert lines == [f"There is nothing to forget in {os.path.relpath(home)}."]
    assert not home.exists()


def test_what_is_kept_elsewhere_is_left_alone_and_named(home: Path) -> None:
    env = {"DATABASE_URL": "postgresql+asyncpg://shop", "TEMPORAL_ADDRESS": ""}
    assert list(told((), home, env))[-1] == "What DATABASE_URL names was left alone."
