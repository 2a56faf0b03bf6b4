"""Who may do what under a rule, looked up when they do it."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.directory import Directory
from tests.support.builders import ALICE, BOB
from tests.unit.worker.workspace import Workspace
from worker.directory import SlackDirectory
from workflows.contracts.activity_inputs import EligibilityQuery
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Eligibility
from workflows.contracts.rules import Escalation, Panel, People, Rule

CAROL = Person(team="T0ACME", user="U0CAROL", name="carol")
FINANCE = People(groups=("S0FINANCE",))
RULE = Rule(name="large", panels=(Panel(who=FINANCE), Panel(who=People(users=("U0ALICE",)))))


async def _standing(
    directory: Directory, within: ActivityEnvironment, *people: Person, rule: Rule = RULE
) -> tuple[Eligibility, ...]:
    return await within.run(
        SlackDirectory(directory).look_up, EligibilityQuery(people=people or (BOB,), rule=rule)
    )


async def test_everybody_gets_their_panels_in_the_order_asked_for(
    slack: Workspace, directory: Directory, within: ActivityEnvironment
) -> None:
    slack.says("U0BOB", name="bob")
    bob, alice = await _standing(directory, within, BOB, ALICE)
    assert bob == Eligibility(user="U0BOB", name="bob", panels=(0,))
    assert (alice.user, alice.panels) == ("U0ALICE", (1,))


@pytest.mark.parametrize(
    ("says", "account"),
    [
        ({}, Account.MEMBER),
        ({"is_restricted": True}, Account.GUEST),
        ({"is_restricted": True, "team_id": "T0OTHER"}, Account.EXTERNAL),
        ({"is_bot": True, "team_id": "T0OTHER"}, Account.BOT),
        ({"is_bot": True, "deleted": True}, Account.DEACTIVATED),
    ],
    ids=str,
)
async def test_the_strongest_reason_against_an_account_is_given(
    slack: Workspace,
    directory: Directory,
    within: ActivityEnvironment,
    says: dict[str, object],
    account: Account,
) -> None:
    slack.says("U0BOB", **says)
    (bob,) = await _standing(directory, within)
    assert (bob.account, bob.panels) == (account, (0,))


@pytest.mark.parametrize(
    ("person", "account"),
    [
        (Person(team="T0OTHER", user="U0NOBODY"), Account.EXTERNAL),
        (Person(team="T0ACME", user="U0NOBODY"), Account.DEACTIVATED),
        (Person(team="E0ORG", user="U0NOBODY"), Account.DEACTIVATED),
        (Person(team="", user="U0NOBODY"), Account.DEACTIVATED),
    ],
    ids=str,
)
async def test_somebody_whom_slack_does_not_know_may_do_nothing(
    slack: Workspace,
    directory: Directory,
    within: ActivityEnvironment,
    person: Person,
    account: Account,
) -> None:
    slack.answers["auth.test"] = [{"ok": True, "team_id": "T0ACME", "enterprise_id": "E0ORG"}]
    (nobody,) = await _standing(directory, within, person)
    assert nobody.account is account


async def test_a_gone_group_has_no_members_and_does_not_break_the_rest(
    slack: Workspace, directory: Directory, within: ActivityEnvironment
) -> None:
    panel = Panel(who=People(groups=("S0NONE", "S0FINANCE"), channels=("C0NONE",)))
    rule = Rule(name="large", panels=(Panel(who=People(groups=("S0NONE",))), panel))
    (bob,) = await _standing(directory, within, rule=rule)
    assert (bob.panels, bob.gone) == ((1,), ("S0NONE", "C0NONE"))


async def test_channel_members_escalation_and_hand_over_are_told(
    directory: Directory, within: ActivityEnvironment
) -> None:
    rule = Rule(
        name="large",
        panels=(Panel(who=People(channels=("C0SHARED",))),),
        escalation=Escalation(after=timedelta(hours=1), to=FINANCE),
        hand_over=People(users=("U0CAROL",)),
    )
    bob, carol = await _standing(directory, within, BOB, CAROL, rule=rule)
    assert (bob.panels, bob.escalated, bob.may_receive) == ((0,), True, False)
    assert (carol.panels, carol.escalated, carol.may_receive) == ((), True, True)


async def test_each_group_and_channel_is_asked_for_once(
    slack: Workspace, directory: Directory, within: ActivityEnvironment
) -> None:
    who = People(groups=("S0FINANCE",), channels=("C0OPS",))
    rule = Rule(name="large", panels=(Panel(who=who), Panel(who=who)), hand_over=who)
    await _standing(directory, within, BOB, CAROL, rule=rule)
    assert sorted(slack.methods) == [
        "auth.test",
        "conversations.members",
        "usergroups.users.list",
        "users.info",
        "users.info",
    ]


@pytest.mark.parametrize(
    ("code", "is_final"),
    [("ratelimited", False), ("fatal_error", False), ("missing_scope", True), ("http_404", True)],
)
@pytest.mark.parametrize("method", ["usergroups.users.list", "users.info"])
async def test_a_failed_look_up_is_no_answer(
    slack: Workspace,
    directory: Directory,
    within: ActivityEnvironment,
    method: str,
    code: str,
    is_final: bool,
) -> None:
    slack.refuses(method, code)
    with pytest.raises(ApplicationError) as failed:
        await _standing(directory, within)
    assert (failed.value.type, failed.value.non_retryable) == (code, is_final)
    if code == "ratelimited":
        assert failed.value.next_retry_delay is not None
        assert failed.value.next_retry_delay.total_seconds() == 7
