"""The policies that come with Countersign, and the page that explains every key."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from countersign.agents.catalogue import Catalogue
from countersign.policy.document import Document
from countersign.policy.engine import Policy
from countersign.policy.facts import Facts, Requester, Venue
from countersign.policy.ids import kind_of
from countersign.policy.loading import load
from countersign.policy.source import texts
from countersign.policy.vocabulary import FACTS
from countersign.policy.wording import keys_of, models_in
from examples.purchasing import agent
from tests.unit.policy.policies import ALICE, DIRECT, OPS
from workflows.contracts.rules import Rule, Verdict

ROOT = Path(__file__).parents[3]
TOOLS = {name: tool.spec for name, tool in Catalogue.of(agent).tools.items()}


def the_policy(file: str) -> Policy:
    return load((ROOT / file).read_text(encoding="utf-8"), file, TOOLS)


def an_order(amount: float, sku: str = "widget", venue: Venue = OPS, before: float = 0) -> Facts:
    arguments = {"sku": sku, "quantity": 100}
    return Facts("place_order", ALICE, venue, arguments, amount, total=before + amount)


def asked(facts: Facts) -> Rule:
    """The rule by which the sandbox asks."""
    ruling = the_policy("dev/policy.yaml").judge(facts)
    assert ruling.verdict is Verdict.ASK, ruling.because
    assert ruling.rule is not None
    return ruling.rule


def test_the_policy_for_any_workspace_names_nobody() -> None:
    policy = the_policy("policy.yaml")
    assert not [text for _, text in texts(policy.source.values) if kind_of(text)]
    for tool in TOOLS.values():
        ruling = policy.judge(Facts(tool.name, ALICE, OPS, {}, 10.0, total=10.0))
        assert ruling.verdict is (Verdict.ASK if tool.needs_approval else Verdict.ALLOW)
        assert not tool.needs_approval or (ruling.rule and ruling.rule.needed == 1)


def test_the_commented_parts_of_the_policy_for_any_workspace_are_right_too() -> None:
    lines = (ROOT / "policy.yaml").read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("version:"))
    commented = re.compile(r"^(\s*)# (\s*(?:- |[a-z_]+:).*)$")
    live = [commented.sub(r"\1\2", line) for line in lines[head:]]
    text = "\n".join(line for line in live if not line.startswith("solo:"))
    policy = load(text, "policy.yaml", TOOLS)
    assert policy.document.break_glass
    assert policy.document.absences
    assert policy.document.deny
    assert policy.rules[0].entry.name == "large-orders"


def test_in_the_sandbox_a_hundred_widgets_are_one_approval_by_finance() -> None:
    rule = asked(an_order(4_120.0))
    assert (rule.name, rule.needed) == ("orders", 1)
    assert "S0FINANCE" in rule.approver_ids
    assert rule.targets == ("thread",)
    assert rule.edit
    assert rule.hand_over.groups == ("S0FINANCE",)
    assert rule.notify.groups == ("S0FINANCE",)


def test_in_the_sandbox_large_orders_need_two() -> None:
    assert asked(an_order(5_000.01)).needed == 2
    assert asked(an_order(5_000)).needed == 1
    assert asked(an_order(20_000)).needed == 2
    assert asked(an_order(1_000, before=4_000)).needed == 1
    assert asked(an_order(1_000, before=4_000.01)).needed == 2
    assert the_policy("dev/policy.yaml").judge(an_order(20_000.01)).verdict is Verdict.DENY


def test_in_the_sandbox_a_direct_message_reaches_finance() -> None:
    rule = asked(an_order(445.0, venue=DIRECT))
    assert rule.targets == ("dm",)
    assert rule.approver_ids == ("S0FINANCE",)


def test_in_the_sandbox_a_few_cables_need_nobody() -> None:
    policy = the_policy("dev/policy.yaml")
    assert policy.judge(an_order(69.0, "cable")).verdict is Verdict.ALLOW
    assert policy.judge(an_order(100.5, "cable")).verdict is Verdict.ASK
    guest = Requester("U0DAVE", is_guest=True)
    facts = Facts("place_order", guest, OPS, {"sku": "cable", "quantity": 1}, 6.9, total=6.9)
    assert "guests" in policy.judge(facts).because
    many = policy.judge(an_order(69.0, "cable", before=4_950))
    assert (many.verdict, many.rule and many.rule.name) == (Verdict.ASK, "orders-over-5000")


def test_in_any_workspace_what_is_split_is_confirmed_like_a_large_order() -> None:
    policy = the_policy("policy.yaml")
    rules = [policy.judge(an_order(1_000, before=before)).rule for before in (4_000, 4_001)]
    assert [(it.name, it.confirm) for it in rules if it] == [
        ("orders", False),
        ("orders-over-5000", True),
    ]


def test_in_the_sandbox_cancelling_may_be_allowed_for_the_thread() -> None:
    assert asked(Facts("cancel_order", ALICE, OPS, {"order_id": 1})).always


def test_every_key_and_every_fact_is_explained() -> None:
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    keys = {key for model in _models(Document) for key in keys_of(model)}
    missing = [key for key in sorted(keys | set(FACTS)) if not re.search(f"`{key}[`:]", page)]
    assert not missing


@pytest.mark.parametrize("number", range(1, 6))
def test_the_examples_of_the_page_are_policies(number: int) -> None:
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(version:.*?)```", page, flags=re.DOTALL)
    assert len(examples) == 5
    load(examples[number - 1], "docs/policy.md", TOOLS)


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= _models(inner)
    return found
