"""The worker's Slack side with the scopes of our own manifest, in a Slack that checks them."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from dev.paths import ROOT
from sandbox.server import running
from tests.support.builders import ALICE, BOB, a_request, a_status
from tests.unit.sandbox.slack_app import a_config, a_web_client
from worker.cards.activities import SlackCards
from worker.directory import SlackDirectory
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import EligibilityQuery, Reminder
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Outcome
from workflows.contracts.rules import DIRECT, THREAD, Panel, People, Rule

FINANCE = People(groups=("S0FINANCE",))


@pytest.fixture
async def workspace() -> AsyncGenerator[AsyncWebClient]:
    async with running(a_config(manifest=ROOT / "slack_app_manifest.yml")) as sandbox:
        yield a_web_client(sandbox)


async def _asked(workspace: AsyncWebClient, *targets: str) -> ApprovalStatus:
    said = await workspace.chat_postMessage(channel="C0OPS", text="Order 100 widgets")
    request = a_request()
    thread = request.call.origin.model_copy(update={"id": str(said["ts"])})
    call = request.call.model_copy(update={"origin": thread})
    rule = Rule(name="large", version="3", panels=(Panel(who=FINANCE),), targets=targets)
    asked = request.model_copy(update={"call": call, "rule": rule})
    return a_status().model_copy(update={"request": asked})


@pytest.mark.parametrize("target", [THREAD, "C0FINANCE", DIRECT])
async def test_a_card_is_posted_once_anywhere_and_settles_everywhere(
    workspace: AsyncWebClient, within: ActivityEnvironment, target: str
) -> None:
    cards = SlackCards(
        workspace, Directory(workspace), Surfaces([SlackThreads(workspace, "main")]), "main"
    )
    status = await _asked(workspace, target)
    card = await within.run(cards.post_card, status)
    assert card.problems == ()
    within.info = replace(within.info, attempt=2)
    assert await within.run(cards.post_card, status) == card
    ended = status.model_copy(update={"card": card, "outcome": Outcome.EXPIRED})
    assert await within.run(cards.redraw_card, ended) == card
    for channel, ts in [(card.channel, card.ts), *((it.channel, it.ts) for it in card.copies)]:
        found = await workspace.conversations_replies(channel=channel, ts=ts)
        told = {message["ts"]: message["text"] for message in found.get("messages", [])}
        assert "Expired" in told[ts]
    assert len(card.shown_at) == (2 if target == DIRECT else 1)


async def test_approvers_can_be_reminded(
    workspace: AsyncWebClient, within: ActivityEnvironment
) -> None:
    cards = SlackCards(
        workspace, Directory(workspace), Surfaces([SlackThreads(workspace, "main")]), "main"
    )
    status = await _asked(workspace, THREAD)
    assert len(await within.run(cards.remind, Reminder(status=status, number=1))) == 2


async def test_accounts_and_panels_can_be_looked_up(
    workspace: AsyncWebClient, within: ActivityEnvironment
) -> None:
    directory = Directory(workspace)
    people = (
        ALICE,
        BOB,
        Person(team="T0ACME", user="U0DAVE"),
        Person(team="T0ACME", user="U0ERIN"),
        Person(team="T0OTHER", user="U0ZOE"),
    )
    rule = Rule(name="any", panels=(Panel(who=People(channels=("C0OPS",))), Panel(who=FINANCE)))
    found = await within.run(
        SlackDirectory(directory).look_up, EligibilityQuery(people=people, rule=rule)
    )
    assert [it.account for it in found] == [
        Account.MEMBER,
        Account.MEMBER,
        Account.GUEST,
        Account.DEACTIVATED,
        Account.EXTERNAL,
    ]
    alice, bob, *_ = found
    assert (alice.panels, bob.panels) == ((0,), (0, 1))
    assert await directory.groups_of("U0BOB") == ("S0FINANCE",)
    assert "C0FINANCE" in await directory.channels_of("U0BOB")
