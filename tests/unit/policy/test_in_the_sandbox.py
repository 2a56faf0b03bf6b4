"""The sandbox's policy in the sandbox, with the scopes of our own manifest."""

from collections.abc import AsyncGenerator

import pytest

from countersign.agents.catalogue import Catalogue
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Directory
from dev.paths import ROOT
from examples.purchasing import agent
from sandbox.server import running
from tests.support.builders import ALICE, a_call, a_prepared, a_thread
from tests.unit.policy.policies import Counted
from tests.unit.sandbox.slack_app import a_config, a_web_client
from worker.policy import PolicyFile, open_policy
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.core import Person
from workflows.contracts.rules import PUBLIC, Ruling, Verdict

DAVE = Person(team="T0ACME", user="U0DAVE", name="dave")
ZOE = Person(team="T0OTHER", user="U0ZOE", name="zoe")


@pytest.fixture
async def policy_file() -> AsyncGenerator[PolicyFile]:
    tools = {name: tool.spec for name, tool in Catalogue.of(agent).tools.items()}
    async with running(a_config(manifest=ROOT / "slack_app_manifest.yml")) as sandbox:
        directory = Directory(a_web_client(sandbox))
        policy = await open_policy(ROOT / "dev" / "policy.yaml", tools, directory, Waiting())
        policy.count_by(Counted())
        yield policy


async def judged(
    policy_file: PolicyFile,
    requester: Person = ALICE,
    channel: str = "C0OPS",
    amount: float = 4_120,
) -> Ruling:
    call = a_call(a_thread(channel)).model_copy(update={"requester": requester})
    prepared = a_prepared().model_copy(update={"amount": amount})
    return await policy_file.judge(PolicyQuery(call=call, prepared=prepared))


async def test_an_order_by_alice_is_asked_for_in_public(policy_file: PolicyFile) -> None:
    ruling = await judged(policy_file)
    assert ruling.verdict is Verdict.ASK
    assert ruling.audience == (PUBLIC, "U0ALICE", "S0FINANCE", "C0OPS")


async def test_the_rule_knows_what_everybody_is_called(policy_file: PolicyFile) -> None:
    rule = (await judged(policy_file, amount=9_000)).rule
    assert rule is not None
    assert rule.names.keys() == {"U0ALICE", "U0CAROL", "S0FINANCE", "C0FINANCE"}
    assert (rule.names["S0FINANCE"], rule.names["C0FINANCE"]) == ("finance", "finance")
    assert "U0" not in rule.names["U0CAROL"]


async def test_guests_and_people_of_another_company_are_refused(policy_file: PolicyFile) -> None:
    assert "guests" in (await judged(policy_file, DAVE, "C0GENERAL")).because
    assert "other workspaces" in (await judged(policy_file, ZOE, "C0SHARED")).because


async def test_in_a_shared_channel_and_in_private_the_audience_is_smaller(
    policy_file: PolicyFile,
) -> None:
    assert (await judged(policy_file, channel="C0SHARED")).audience[0] == "C0SHARED"
    private = await judged(policy_file, channel="D0ALICE")
    assert private.audience[0] == "D0ALICE"
    assert private.rule is not None
    assert private.rule.targets == ("dm",)
