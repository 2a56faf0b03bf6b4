"""Approvals that were not asked in Slack: where their cards go, and who is never looked up."""

from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.support.builders import ALICE, BOB, NOON, STRANGER, a_status, from_elsewhere
from tests.unit.worker.workspace import Workspace
from worker.cards.activities import SlackCards
from worker.directory import SlackDirectory
from worker.home_publisher import concerned
from worker.posts import IdempotentPosts
from worker.surface import Surface, Surfaces
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import (
    Batch,
    EligibilityQuery,
    EphemeralMessage,
    Reminder,
    Reply,
    StatusLine,
)
from workflows.contracts.approvals import ApprovalStatus, Card
from workflows.contracts.core import Origin
from workflows.contracts.decisions import Account, Eligibility, HandOver, Outcome
from workflows.contracts.notices import Notice, NoticeCode
from workflows.contracts.rules import DIRECT, THREAD, Panel, People, Rule

FINANCE = People(groups=("S0FINANCE",))
NOT_THERE = "thread: not_in_slack"


class Tasks(Surface):
    """AgentEx, of which only private answers are kept."""

    kind = "agentex"

    def __init__(self) -> None:
        self.told: list[EphemeralMessage] = []

    async def post_reply(self, reply: Reply) -> None:
        raise AssertionError(reply)

    async def show_status(self, status: StatusLine) -> None:
        raise AssertionError(status)

    async def post_ephemeral(self, ephemeral: EphemeralMessage) -> None:
        self.told.append(ephemeral)

    async def link(self, origin: Origin) -> str:
        return ""

    async def show_approval(self, status: ApprovalStatus, card: Card) -> Card:
        return card

    async def show_batch(self, batch: Batch) -> str:
        raise AssertionError(batch)


def _cards(client: AsyncWebClient, fallback: str = "") -> SlackCards:
    surfaces = Surfaces([SlackThreads(client, "main"), Tasks()])
    return SlackCards(client, Directory(client), surfaces, "main", fallback_channel=fallback)


def _asked(*targets: str, who: People = FINANCE, **more: Any) -> ApprovalStatus:
    rule = Rule(name="it", panels=(Panel(who=who),), targets=targets or (THREAD,), **more)
    status = from_elsewhere(a_status())
    return status.model_copy(update={"request": status.request.model_copy(update={"rule": rule})})


def _where(slack: Workspace) -> list[str]:
    return sorted(message["channel"] for message in slack.messages)


@dataclass(frozen=True)
class Case:
    """What rule and settings say, and where the card is then."""

    targets: tuple[str, ...]
    channels: tuple[str, ...]
    who: People = FINANCE
    fallback: str = ""


CASES = (
    Case(("C0FINANCE",), ("C0FINANCE",), fallback="C0TEAM"),
    Case(("C0FINANCE", THREAD), ("C0FINANCE",), fallback="C0TEAM"),
    Case((THREAD, DIRECT), ("D0BOB", "D0CAROL"), fallback="C0TEAM"),
    Case((THREAD,), ("C0FINANCE",), fallback="C0FINANCE"),
    Case((THREAD,), ("D0BOB", "D0CAROL")),
    Case((THREAD,), ("C0OPS",), People(channels=("C0OPS",))),
    Case((THREAD,), (), People()),
)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_thread_is_no_place_for_the_card(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment, case: Case
) -> None:
    status = _asked(*case.targets, who=case.who)
    card = await within.run(_cards(client, case.fallback).post_card, status)
    assert _where(slack) == [*case.channels]
    assert card.problems == ((NOT_THERE,) if THREAD in case.targets else ())
    assert (bool(card.ts), card.line, card.source) == (bool(case.channels), "", "")
    assert all("alice@acme.example" in str(it["blocks"]) for it in slack.messages)


async def test_slack_is_not_asked_about_the_thread(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    cards = _cards(client)
    status = _asked("C0FINANCE")
    card = await within.run(cards.post_card, status)
    ended = status.model_copy(update={"card": card, "outcome": Outcome.EXPIRED, "ended_at": NOON})
    assert await within.run(cards.redraw_card, ended) == card
    assert [it["channel"] for it in slack.given("chat.getPermalink")] == ["C0FINANCE"]
    assert slack.methods[-1] == "chat.update"
    assert len(slack.messages) == 1


async def test_where_every_target_refuses_the_card_is_nowhere_and_says_why(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel")
    cards, status = _cards(client, "C0FINANCE"), _asked(THREAD)
    card = await within.run(cards.post_card, status)
    assert (card.ts, card.problems) == ("", (NOT_THERE, "C0FINANCE: not_in_channel"))
    slack.takes_again("chat.postMessage")
    again = await within.run(cards.redraw_card, status.model_copy(update={"card": card}))
    assert (again.channel, bool(again.ts)) == ("C0FINANCE", True)


async def test_a_request_from_slack_does_not_go_to_the_fallback(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "not_in_channel", "C0OPS")
    cards = _cards(client, "C0FINANCE")
    with pytest.raises(ApplicationError, match="not_in_channel"):
        await within.run(cards.post_card, a_status())
    direct = a_status()
    thread = direct.origin.model_copy(update={"channel": "D0ALICE"})
    call = direct.call.model_copy(update={"origin": thread})
    request = direct.request.model_copy(update={"call": call})
    card = await within.run(cards.post_card, direct.model_copy(update={"request": request}))
    assert (card.ts, card.problems) == ("", ("thread: nobody_else_sees_it",))
    assert _where(slack) == ["D0ALICE"], "only the line, which says so"


async def test_somebody_from_elsewhere_may_do_nothing_and_slack_is_not_asked(
    slack: Workspace, directory: Directory, within: ActivityEnvironment
) -> None:
    people = SlackDirectory(directory)
    rule = Rule(name="it", panels=(Panel(who=FINANCE),), hand_over=FINANCE)
    (found,) = await within.run(people.look_up, EligibilityQuery(people=(STRANGER,), rule=rule))
    assert found == Eligibility(user=STRANGER.user, name="Alice", account=Account.EXTERNAL)
    assert slack.asked == []
    query = EligibilityQuery(people=(BOB, STRANGER), rule=rule)
    bob, stranger = await within.run(people.look_up, query)
    assert (bob.account, bob.panels) == (Account.MEMBER, (0,))
    assert (stranger.account, stranger.panels, stranger.may_receive) == (
        Account.EXTERNAL,
        (),
        False,
    )
    assert [it["user"] for it in slack.given("users.info")] == ["U0BOB"]


async def test_nobody_from_elsewhere_is_written_to(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    with pytest.raises(ApplicationError, match="not_in_slack") as refused:
        await within.run(IdempotentPosts(client).direct, STRANGER.user)
    assert refused.value.non_retryable
    said = Notice(code=NoticeCode.NUDGED)
    origin = from_elsewhere(a_status()).origin
    ephemeral = EphemeralMessage(to=STRANGER, origin=origin, channel="C0OPS", notice=said)
    tasks = Tasks()
    surfaces = Surfaces([SlackThreads(client), tasks])
    await within.run(surfaces.post_ephemeral, ephemeral)
    assert (tasks.told, slack.asked) == ([ephemeral], [])


async def test_only_people_in_slack_are_reminded(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    handed = HandOver(by=BOB, to=STRANGER, at=NOON)
    status = _asked(self_approval=True).model_copy(update={"handed": (handed,)})
    assert len(await within.run(_cards(client).remind, Reminder(status=status, number=1))) == 1
    assert _where(slack) == ["D0CAROL"]
    assert STRANGER.user not in str(slack.given("conversations.open"))


def test_nobody_from_elsewhere_has_a_home() -> None:
    status = _asked(who=People(users=("U0BOB",)))
    assert [it.user for it in concerned(status, {})] == ["U0BOB"]
    assert ALICE in concerned(a_status(), {})
