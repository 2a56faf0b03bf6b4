"""What the smoke run plays with: its policy, the shop's file, and the names of its cases."""

from pathlib import Path

import pytest

from countersign.agents.catalogue import Catalogue
from countersign.policy.loading import load
from dev.errors import DevError
from dev.paths import ROOT
from dev.smoke.play import CASES, UNKNOWN_CASE, main
from dev.smoke.policy import SHORT_LIVED, write_policy
from dev.smoke.shop import ShopFile
from dev.wiring import POLICY
from examples.purchasing import agent
from examples.purchasing.shop import Shop


def test_the_policy_is_the_sandboxs_and_one_rule_that_comes_first(tmp_path: Path) -> None:
    written = write_policy(ROOT / POLICY, tmp_path / "policy.yaml")
    tools = {name: tool.spec for name, tool in Catalogue.of(agent).tools.items()}
    own = load((ROOT / POLICY).read_text(encoding="utf-8"), POLICY, tools)
    played = load(written.read_text(encoding="utf-8"), "policy.yaml", tools)
    first, *rest = (clause.entry for clause in played.rules)
    assert SHORT_LIVED in str(first.when)
    assert [entry.name for entry in rest] == [clause.entry.name for clause in own.rules]


def test_a_policy_of_another_shape_is_not_guessed_at(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(DevError, match=r"other\.yaml has to have one line"):
        write_policy(other, tmp_path / "policy.yaml")


async def test_prices_change_and_orders_are_counted_beside_the_shop(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    shop = await Shop.open(f"sqlite+aiosqlite:///{path}")
    try:
        file = ShopFile(path)
        assert file.orders("gizmo") == []
        file.set_price("gizmo", 2_000)
        await shop.place("key", "gizmo", 3, "U0ALICE")
        assert file.orders("gizmo") == [(3, 6_000)]
    finally:
        await shop.close()


def test_a_case_that_there_is_not_is_said_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["aprove"]) == UNKNOWN_CASE
    told = capsys.readouterr().err
    assert "no case 'aprove'" in told
    assert all(name in told for name in CASES)
