"""Several agents in one Slack app: each has its channels, its policy and its threads."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

import pytest
from temporalio.client import Client

from dev.errors import DevError
from dev.paths import ROOT
from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.slack.product import Product
from tests.slack.reading import Json, approval_id, full_text
from tests.slack.slack_thread import BOB, BOT, CAROL, DEPLOYS, OPS, PATIENCE

pytestmark = pytest.mark.system

FILE = "agents.yaml"
AGENTS = {"buyer": "examples.purchasing:agent", "deployer": "examples.deploys:agent"}
POLICIES = {"buyer": ROOT / "dev/policy.yaml", "deployer": ROOT / "examples/deploys/policy.yaml"}
DEPLOY = "deploy shop 1.5.0 to staging"
ORDER = "order 100 widgets"


@pytest.fixture
async def product(
    temporal_address: str, temporal: Client, tmp_path: Path
) -> AsyncGenerator[Product]:
    file = tmp_path / FILE
    _write(file, {"buyer": (), "deployer": [DEPLOYS]})
    env = {"AGENTS": str(file), "DEPLOYS_FILE": str(tmp_path / "deploys.db")}
    options = StackOptions(temporal_address=temporal_address, task_queue=tmp_path.name, env=env)
    async with (
        Stack(options) as stack,
        SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
    ):
        yield Product(stack, sandbox, temporal)


async def test_each_channel_has_its_agent_and_one_list_has_the_requests_of_all(
    product: Product,
) -> None:
    deployment = await (await product.mention(DEPLOY, DEPLOYS)).card()
    order = await (await product.mention(ORDER, OPS)).card()
    assert "staging" in full_text(deployment)
    assert "desk" in full_text(await (await product.begin("order 3 desks")).card())
    assert await _agent(product, deployment) == "deployer"

    both = await product.list_of(CAROL, approval_id(order), approval_id(deployment), text="all")
    assert "Every agent" in full_text(both)
    one = await product.list_of(CAROL, approval_id(deployment), text="all agent:deployer")
    assert approval_id(order) not in full_text(one)
    assert "Only requests of the agent deployer." in full_text(one)

    assert (await product.sandbox.choose(CAROL, one, "buyer"))["delivered"]
    turned = await product.sandbox.wait_ephemeral(
        CAROL, ts=one["ts"], contains=approval_id(order), timeout=PATIENCE
    )
    assert approval_id(deployment) not in full_text(turned)
    await product.sandbox.command(CAROL, OPS, "/approvals", "agent:nobody")
    told = await product.sandbox.wait_ephemeral(CAROL, contains="agent:nobody", timeout=PATIENCE)
    assert "`agent:buyer`, `agent:deployer`" in told["text"]


async def test_a_thread_stays_with_its_agent_when_its_channel_goes_to_another(
    product: Product, tmp_path: Path
) -> None:
    thread = await product.mention(DEPLOY, DEPLOYS)
    card = await thread.card()
    _write(tmp_path / FILE, {"buyer": [DEPLOYS], "deployer": ()})
    await _restart(product)

    await thread.press(card, "Approve", BOB)
    await thread.redrawn(card, "Approved by")
    origin = (await product.status(card)).origin
    await product.temporal.get_workflow_handle(origin.workflow_id).terminate()
    await thread.say(f"<@{BOT}> deploy blog 2.1.1 to staging")
    again = await thread.card()
    assert "blog" in full_text(again)
    assert await _agent(product, again) == "deployer"

    fresh = await product.mention("order 2 chairs", DEPLOYS)
    assert await _agent(product, await fresh.card()) == "buyer"


async def test_an_agent_that_is_gone_or_cannot_start_is_told_by_its_name(
    product: Product, tmp_path: Path
) -> None:
    await (await product.mention(DEPLOY, DEPLOYS)).card()
    _write(tmp_path / FILE, {"buyer": ()})
    await _restart(product)
    (line,) = [it for it in product.stack.log("worker").splitlines() if "that is not there" in it]
    assert f"task_queue={product.stack.options.task_queue}-deployer" in line
    assert "count=2" in line  # a conversation and its approval

    _write(tmp_path / FILE, {"buyer": (), "deployer": [DEPLOYS]}, deployer="acme.nothing:agent")
    with pytest.raises(DevError):
        await product.stack.restart("worker")
    log = product.stack.log("worker")
    assert "deployer: AGENT: there is no module acme.nothing" in log
    assert "Traceback" not in log


async def _restart(product: Product) -> None:
    await asyncio.gather(product.stack.restart("worker"), product.stack.restart("bot"))


async def _agent(product: Product, card: Json) -> str:
    """Which agent asked, by the queue of the approval."""
    described = await product.temporal.get_workflow_handle(approval_id(card)).describe()
    return described.task_queue.removeprefix(f"{product.stack.options.task_queue}-")


def _write(file: Path, channels: Mapping[str, Sequence[str]], **places: str) -> None:
    """Name agents, and the channels of each; none is everywhere else."""
    agents = [
        {
            "name": name,
            "agent": places.get(name, AGENTS[name]),
            "policy": str(POLICIES[name]),
            "channels": list(given),
        }
        for name, given in channels.items()
    ]
    file.write_text(json.dumps({"agents": agents}), encoding="utf-8")
