"""Who is reminded of an approval, and that nobody is twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.support.builders import ALICE, BOB, NOON, a_press, a_request, a_status
from tests.unit.worker.workspace import Workspace
from worker.cards.activities import SlackCards
from worker.surface import Surfaces
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import ApprovalStatus, MessageKind
from workflows.contracts.core import Person
from workflows.contracts.decisions import CountedVote, HandOver, Outcome
from workflows.contracts.rules import Absence, Escalation, Panel, People, Rule

CAROL = Person(team="T0ACME", user="U0CAROL")
FINANCE = People(groups=("S0FINANCE",))


@pytest.fixture
def cards(client: AsyncWebClient, directory: Directory) -> SlackCards:
    return SlackCards(client, directory, Surfaces([SlackThreads(client, "main")]), "main")


def _waiting(*, status: dict[str, Any] | None = None, **rule: Any) -> ApprovalStatus:
    asked = Rule(name="large", version="3", panels=(Panel(who=FINANCE),))
    request = a_request().model_copy(update={"rule": asked.model_copy(update=rule)})
    return a_status().model_copy(update={"request": request, **(status or {})})


async def _remind(
    within: ActivityEnvironment, cards: SlackCards, status: ApprovalStatus, **more: Any
) -> int:
    within.info = replace(within.info, scheduled_time=NOON)
    reminder = Reminder(status=status, number=1).model_copy(update=more)
    return len(await within.run(cards.remind, reminder))


def _written_to(slack: Workspace) -> list[str]:
    return sorted(message["channel"] for message in slack.messages)


async def test_approvers_are_reminded_where_nobody_is_named(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    assert await _remind(within, cards, _waiting()) == 2
    assert _written_to(slack) == ["D0BOB", "D0CAROL"]
    blocks = slack.messages[0]["blocks"]
    assert "approval_approve" in str(blocks)


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.NUDGE])
async def test_only_those_to_be_notified_are_reminded_where_somebody_is_named(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, kind: MessageKind
) -> None:
    status = _waiting(notify=People(users=("U0CAROL",)))
    assert await _remind(within, cards, status, kind=kind) == 1
    assert _written_to(slack) == ["D0CAROL"]


async def test_an_escalation_goes_to_those_it_is_for(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _waiting(
        panels=(Panel(who=People(users=("U0BOB",))),),
        escalation=Escalation(after=timedelta(hours=1), to=People(users=("U0CAROL",))),
    )
    await _remind(within, cards, status, kind=MessageKind.ESCALATION)
    assert _written_to(slack) == ["D0CAROL"]


async def test_who_asked_and_who_has_voted_are_left_alone(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    status = _waiting(
        panels=(Panel(who=People(users=("U0ALICE",), groups=("S0FINANCE",)), needed=2),),
        status={"votes": (CountedVote(decision=a_press(BOB)),)},
    )
    assert await _remind(within, cards, status) == 1
    assert _written_to(slack) == ["D0CAROL"]


@pytest.mark.parametrize("who", [{"solo": True}, {"self_approval": True}], ids=str)
async def test_who_asked_is_left_alone_even_where_they_may_approve(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, who: dict[str, bool]
) -> None:
    own: dict[str, Any] = {"panels": (Panel(who=People(users=(ALICE.user,))),), **who}
    status = _waiting(**own)
    assert await _remind(within, cards, status) == 0
    assert slack.messages == []


@pytest.mark.parametrize(
    ("end", "channel"), [(timedelta(hours=1), "D0CAROL"), (timedelta(0), "D0BOB")]
)
async def test_a_delegate_is_reminded_while_somebody_is_away(
    slack: Workspace,
    cards: SlackCards,
    within: ActivityEnvironment,
    end: timedelta,
    channel: str,
) -> None:
    away = Absence(user="U0BOB", delegate="U0CAROL", start=NOON - timedelta(1), end=NOON + end)
    status = _waiting(panels=(Panel(who=People(users=("U0BOB",))),), absences=(away,))
    await _remind(within, cards, status)
    assert _written_to(slack) == [channel]


async def test_a_delegate_who_has_voted_is_not_reminded_nor_is_who_was_away(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    vote = CountedVote(decision=a_press(CAROL), instead_of="U0BOB")
    away = Absence(user="U0BOB", delegate="U0CAROL", end=NOON)
    assert await _remind(within, cards, _waiting(absences=(away,), status={"votes": (vote,)})) == 0
    assert slack.messages == []


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.HAND_OVER])
async def test_who_got_the_vote_of_another_is_reminded_in_their_place(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment, kind: MessageKind
) -> None:
    handed = HandOver(by=BOB, to=Person(team="T0ACME", user="U0DORA"), at=NOON)
    status = _waiting(panels=(Panel(who=People(users=("U0BOB",))),), status={"handed": (handed,)})
    await _remind(within, cards, status, kind=kind, by=BOB)
    assert _written_to(slack) == ["D0DORA"]


async def test_who_asks_for_a_reminder_gets_none(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    await _remind(within, cards, _waiting(), kind=MessageKind.NUDGE, by=BOB)
    assert _written_to(slack) == ["D0CAROL"]


async def test_a_second_try_reminds_only_who_got_nothing(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postMessage", "ratelimited", "D0CAROL")
    with pytest.raises(ApplicationError, match="ratelimited"):
        await _remind(within, cards, _waiting())
    slack.takes_again("chat.postMessage", "D0CAROL")
    within.info = replace(within.info, attempt=2)
    assert await _remind(within, cards, _waiting()) == 2
    assert _written_to(slack) == ["D0BOB", "D0CAROL"]


async def test_the_next_reminder_is_another_message(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    within.info = replace(within.info, attempt=2)
    for number, kind in (
        (1, MessageKind.REMINDER),
        (2, MessageKind.REMINDER),
        (1, MessageKind.NUDGE),
    ):
        await _remind(within, cards, _waiting(), number=number, kind=kind)
    assert len(slack.seen_in("D0BOB")) == 3


async def test_who_cannot_be_reached_does_not_keep_the_others_from_it(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("conversations.open", "user_disabled", "U0BOB")
    assert await _remind(within, cards, _waiting()) == 1
    assert _written_to(slack) == ["D0CAROL"]


async def test_without_permission_nobody_is_reminded_and_nothing_fails(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("usergroups.users.list", "missing_scope")
    assert await _remind(within, cards, _waiting()) == 0
    assert slack.messages == []


async def test_a_group_that_cannot_be_read_now_is_asked_again(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    slack.refuses("usergroups.users.list", "fatal_error")
    with pytest.raises(ApplicationError, match="fatal_error"):
        await _remind(within, cards, _waiting())


async def test_nobody_is_reminded_of_what_does_not_wait(
    slack: Workspace, cards: SlackCards, within: ActivityEnvironment
) -> None:
    assert await _remind(within, cards, _waiting(status={"outcome": Outcome.EXPIRED})) == 0
    assert slack.methods == []
