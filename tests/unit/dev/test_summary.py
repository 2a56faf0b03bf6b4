"""What `make dev` says once everything serves."""

from dataclasses import replace
from pathlib import Path

import pytest

from dev.ports import Ports
from dev.processes import Stack, StackOptions
from dev.summary import LeftOver, summary

WAITS = LeftOver("1", "Order 100 widgets", "#C0OPS/1.5")


@pytest.fixture
def options(tmp_path: Path) -> StackOptions:
    return StackOptions(home=tmp_path, ports=Ports())


def printed(options: StackOptions, waits: LeftOver | None = None) -> str:
    return "\n".join(map(str, summary(Stack(options), 1.0, waits)))


def test_whoever_has_something_to_do_comes_first(options: StackOptions) -> None:
    fresh, later = printed(options), printed(options, WAITS)

    assert fresh.index("as=U0ALICE") < fresh.index("as=U0BOB\n")
    assert later.index("as=U0BOB#C0OPS/1.5\n") < later.index("as=U0ALICE")


def test_what_waits_takes_the_place_of_what_to_try(options: StackOptions) -> None:
    one = printed(options, WAITS)
    assert "1 request waits for Bob since the last run: “Order 100 widgets”." in one
    assert "Try it" in printed(options)
    assert "Try it" not in one
    assert "20+ requests wait for Bob" in printed(options, replace(WAITS, count="20+"))


@pytest.mark.parametrize(
    ("agent", "tried"),
    [
        ("", ("order 100 widgets", "then press Approve as Bob")),
        ("examples.deploys:agent", ("deploy api 2.4.0 to staging", "then press Approve as Bob")),
        ("acme.buyer:agent", ("“help”", "then ask for something of what it can do, and press")),
    ],
)
def test_what_to_try_is_something_that_the_agent_asks_bob_about(
    options: StackOptions, agent: str, tried: tuple[str, str]
) -> None:
    said = printed(replace(options, env={"AGENT": agent, "POLICY_FILE": "rules.yaml"}))
    assert all(it in said for it in tried)
    assert (f"{agent}, under rules.yaml" in said) is bool(agent)


def test_the_command_line_is_told_where_temporal_is_unless_it_knows(options: StackOptions) -> None:
    moved = replace(options, ports=Ports().moved(100))
    assert "TEMPORAL_ADDRESS=127.0.0.1:7333 .venv/bin/countersign pending" in printed(moved)
    assert "TEMPORAL_ADDRESS" not in printed(options)


def test_a_crash_to_come_is_announced(options: StackOptions) -> None:
    assert "--crash: the worker dies" in printed(replace(options, worker_module="dev.crash_worker"))
    assert "--crash" not in printed(options)
