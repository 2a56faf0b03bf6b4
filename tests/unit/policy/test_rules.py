"""What the policy rules: deny first, then the first rule that matches, and never by mistake."""

from datetime import UTC, datetime, timedelta

import pytest

from countersign.policy.explanation import Fate
from countersign.policy.facts import Facts, Requester, Venue
from tests.unit.policy.policies import ALICE, DIRECT, OPS, a_policy, an_order, one_rule
from workflows.contracts.rules import PUBLIC, Escalation, Panel, People, Rule, Verdict

BOB = "approvers: {users: [U0BOB]}"
TWO_RULES = f"""
deny:
  - {{name: never, tool: place_order, when: amount > 20000, because: Too much.}}
rules:
  - {{name: large, tool: place_order, when: amount > 5000, {BOB}, quorum: 1}}
  - {{name: other, tool: place_order, {BOB}}}
"""


@pytest.mark.parametrize(
    ("amount", "verdict", "rule"),
    [
        (5_000.01, Verdict.ASK, "large"),
        (5_000, Verdict.ASK, "other"),
        (20_000.5, Verdict.DENY, "never"),
        (None, Verdict.DENY, "never"),
        (float("nan"), Verdict.DENY, "never"),
        (float("inf"), Verdict.DENY, "never"),
    ],
)
def test_deny_comes_first_and_then_the_first_rule_that_matches(
    amount: float | None, verdict: Verdict, rule: str
) -> None:
    ruling = a_policy(TWO_RULES).judge(an_order(amount))
    assert (ruling.verdict, ruling.rule and ruling.rule.name) == (verdict, rule)


def test_a_denial_says_why_and_which_version_said_so() -> None:
    ruling = a_policy(TWO_RULES).judge(an_order(30_000))
    assert ruling.because == "Too much."
    assert not ruling.failed
    assert ruling.rule == Rule(name="never", version="7")


@pytest.mark.parametrize(
    "when",
    ["args.nothing > 3", "quantity / 0 > 1", "sku.matches('(')", "note > 3", "amount > 3"],
)
@pytest.mark.parametrize("part", ["deny", "rules"])
def test_a_condition_that_fails_denies_and_names_its_rule(when: str, part: str) -> None:
    fails = f'name: fails, tool: place_order, when: "{when}"'
    sure = f"  - {{name: sure, tool: place_order, {BOB}}}\n"
    entries = {
        "deny": f"deny:\n  - {{{fails}, because: No.}}\nrules:\n{sure}",
        "rules": f"rules:\n  - {{{fails}, {BOB}}}\n{sure}",
    }
    ruling = a_policy(entries[part]).judge(an_order(None, arguments={"note": None}))
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)
    assert "failed at rule `fails`" in ruling.because


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("amount > 4119", True),
        ("amount > 4119.5", True),
        ("4120 <= amount", True),
        ("amount >= 4120.01", False),
        ("amount > 1000 && !requester.is_guest", True),
        ("quantity > 99.5 && quantity < 101", True),
        ("weight > 2", True),
        ("amount > quantity", True),
        ("args.amount == 3", True),
        ("args.quantity > 99.5", True),
        ("sku == 'widget' && 'a' in tags", True),
        ("note == null", True),
        ("!express", True),
        ("channel.id == 'C0OPS' && !channel.is_direct && !channel.is_private", True),
        ("'S0FINANCE' in requester.groups", False),
        ("requester.id == 'U0ALICE' && requester.team == 'T0ACME'", True),
        ("tool == 'place_order'", True),
    ],
)
def test_conditions_speak_of_arguments_requester_and_channel(when: str, holds: bool) -> None:
    policy = one_rule(f'tool: place_order\nwhen: "{when}"')
    arguments = {"weight": 2.5, "tags": ["a"], "note": None, "amount": 3}
    assert (policy.judge(an_order(arguments=arguments)).verdict is Verdict.ASK) is holds


@pytest.mark.parametrize(
    "arguments",
    [{"quantity": "100"}, {"quantity": True}, {"quantity": 1.5}, {"sku": 3}, {"express": "no"}],
)
def test_an_argument_of_another_type_than_the_tool_says_is_never_compared(
    arguments: dict[str, object],
) -> None:
    policy = one_rule('tool: place_order\nwhen: "quantity != 100"\nauto_approve: true')
    ruling = policy.judge(an_order(arguments=arguments))
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)


@pytest.mark.parametrize("quantity", [2**70, 10**400])
def test_a_number_that_is_too_large_denies(quantity: int) -> None:
    policy = one_rule('tool: place_order\nwhen: "quantity != 100"\nauto_approve: true')
    assert policy.judge(an_order(arguments={"quantity": quantity})).failed


def test_an_argument_cannot_pretend_to_be_a_fact() -> None:
    policy = one_rule('tool: place_order\nwhen: "!requester.is_guest"\nauto_approve: true')
    guest = Requester("U0DAVE", is_guest=True)
    lies = {"requester.is_guest": False, "requester": {"is_guest": False}}
    assert policy.judge(an_order(requester=guest, arguments=lies)).verdict is Verdict.DENY


def test_a_tool_that_waits_for_approval_and_has_no_rule_is_not_done() -> None:
    policy = one_rule("tool: place_order")
    ruling = policy.judge(Facts("cancel_order", ALICE, OPS))
    assert ruling.verdict is Verdict.DENY
    assert "`cancel_order`" in ruling.because


def test_a_tool_that_says_of_this_call_that_it_does_not_ask_needs_no_rule() -> None:
    policy = one_rule("tool: place_order")
    for asks, verdict in ((False, Verdict.ALLOW), (True, Verdict.DENY)):
        facts = Facts("cancel_order", ALICE, OPS, asks=asks)
        assert policy.judge(facts).verdict is verdict
    named = Facts("place_order", ALICE, OPS, {"sku": "widget", "quantity": 1}, asks=False)
    assert policy.judge(named).verdict is Verdict.ASK
    assert one_rule("tool: '*'").judge(named).verdict is Verdict.ALLOW
    assert one_rule("tool: 'place_*'").judge(named).verdict is Verdict.ASK


def test_a_tool_that_nobody_knows_is_not_done() -> None:
    assert one_rule("").judge(Facts("rm", ALICE, OPS)).verdict is Verdict.DENY


def test_a_star_in_a_rule_is_about_guarded_tools_and_in_a_deny_about_all() -> None:
    policy = one_rule("")
    assert [policy.mentions(tool) for tool in ("place_order", "search")] == [True, False]
    assert policy.judge(Facts("search", ALICE, OPS)).verdict is Verdict.ALLOW
    denied = one_rule(
        "", "deny: [{name: never, tool: '*', when: requester.is_guest, because: No.}]\n"
    )
    assert denied.mentions("search")
    assert denied.judge(Facts("search", ALICE, OPS)).verdict is Verdict.ALLOW
    guest = Requester("U0DAVE", is_guest=True)
    assert denied.judge(Facts("search", guest, OPS)).verdict is Verdict.DENY


def test_a_rule_may_guard_a_tool_that_is_not_guarded() -> None:
    policy = one_rule("tool: search\nwhen: query == 'salaries'")
    assert policy.mentions("search")
    asked = policy.judge(Facts("search", ALICE, OPS, {"query": "salaries"}))
    assert asked.verdict is Verdict.ASK
    free = policy.judge(Facts("search", ALICE, OPS, {"query": "widget"}))
    assert free.verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("may_request", "requester", "may"),
    [
        ("", ALICE, True),
        ("", Requester("U0DAVE", is_guest=True), False),
        ("", Requester("U0ZOE", is_external=True), False),
        ("guests: true", Requester("U0DAVE", is_guest=True), True),
        ("guests: true", ALICE, True),
        ("guests: true", Requester("U0ZOE", is_guest=True, is_external=True), False),
        ("outsiders: true", Requester("U0ZOE", is_external=True), True),
        ("users: [U0ALICE]", ALICE, True),
        ("users: [U0CAROL]", ALICE, False),
        ("users: [U0DAVE]", Requester("U0DAVE", is_guest=True), False),
        ("groups: [S0OPS]", Requester("U0ALICE", groups=("S0OPS",)), True),
        ("groups: [S0OPS]", ALICE, False),
        ("channels: [C0OPS]", Requester("U0ALICE", channels=("C0OPS",)), True),
        ("channels: [C0OPS]", ALICE, False),
    ],
)
def test_who_may_request(may_request: str, requester: Requester, may: bool) -> None:
    policy = one_rule(f"may_request: {{{may_request}}}")
    ruling = policy.judge(an_order(requester=requester))
    assert ruling.verdict is (Verdict.ASK if may else Verdict.DENY)
    assert may or ("`it`" in ruling.because and not ruling.failed)


def test_what_is_looked_up_is_only_what_the_policy_asks_about() -> None:
    assert not one_rule("").needs("place_order").groups
    assert one_rule("may_request: {groups: [S0OPS]}").needs("place_order").groups
    asked = one_rule("tool: place_order\nwhen: \"'S0OPS' in requester.groups\"")
    assert asked.needs("place_order").groups
    assert not asked.needs("cancel_order").groups
    named = one_rule("may_request: {channels: [C0OPS]}").needs("place_order")
    assert (named.groups, named.channels) == (False, ("C0OPS",))


def test_auto_approve_runs_without_asking() -> None:
    ruling = one_rule("auto_approve: true").judge(an_order())
    assert ruling.verdict is Verdict.ALLOW
    assert ruling.rule == Rule(name="it", version="7", auto_approve=True)


def a_rule(body: str, more: str = "", venue: Venue = OPS) -> Rule:
    """The rule that an order by Alice gets."""
    ruling = one_rule(body, more).judge(an_order(channel=venue))
    assert ruling.rule is not None, ruling.because
    assert ruling.verdict is Verdict.ASK, ruling.because
    return ruling.rule


def test_everything_that_a_rule_says_is_in_what_the_approval_carries() -> None:
    rule = a_rule(
        """approvers: {users: [U0BOB], groups: [S0FINANCE], channels: [here, C0FINANCE]}
quorum: 2
notify: {groups: [S0FINANCE]}
card: [C0FINANCE, thread, dm]
confirm: true
operator: false
expires_after: 10h
reminders: [2h, 30m]
escalate: {after: 4h, to: {users: [U0CAROL]}}
hand_over: {channels: [here]}
edit: true
always: true
reason: required""",
        "break_glass: {users: [U0CAROL]}\n"
        "absences: [{user: U0BOB, delegate: U0CAROL, from: 2026-12-20, until: 2027-01-05}]\n",
    )
    who = People(users=("U0BOB",), groups=("S0FINANCE",), channels=("C0FINANCE", "C0OPS"))
    assert rule.panels == (Panel(who=who, needed=2),)
    assert rule.notify == People(groups=("S0FINANCE",))
    assert rule.targets == ("C0FINANCE", "thread", "dm")
    assert rule.reminders == (timedelta(minutes=30), timedelta(hours=2))
    assert rule.escalation == Escalation(after=timedelta(hours=4), to=People(users=("U0CAROL",)))
    assert rule.hand_over == People(channels=("C0OPS",))
    assert rule.break_glass == ("U0CAROL",)
    (absence,) = rule.absences
    assert absence.start == datetime(2026, 12, 20, tzinfo=UTC)
    assert absence.end == datetime(2027, 1, 6, tzinfo=UTC), "the last day is part of it"
    assert rule.confirm
    assert not rule.operator
    assert rule.edit
    assert rule.always
    assert rule.reason_required
    assert rule.expires_after == timedelta(hours=10)


def test_what_a_rule_leaves_out_is_the_careful_choice() -> None:
    rule = a_rule("expires_after: 10h")
    assert rule.reminders == (timedelta(hours=5), timedelta(hours=9))
    assert rule.targets == ("thread",)
    assert rule.needed == 1
    on = (rule.self_approval, rule.confirm, rule.edit, rule.always, rule.solo, rule.auto_approve)
    assert not any(on)
    assert (rule.from_slack, rule.operator) == (True, True)


@pytest.mark.parametrize("body", ["reminders: off\nexpires_after: 1d", "reminders: off", ""])
def test_without_reminders_nobody_is_reminded(body: str) -> None:
    assert a_rule(body).reminders == ()


def test_one_of_each_makes_a_panel_of_every_entry() -> None:
    rule = a_rule("approvers: {users: [U0BOB], groups: [S0FINANCE]}\none_of_each: true")
    assert rule.panels == (
        Panel(who=People(users=("U0BOB",))),
        Panel(who=People(groups=("S0FINANCE",))),
    )


def test_panels_say_how_many_of_each() -> None:
    rule = a_rule("panels: [{users: [U0BOB, U0CAROL], needed: 2}, {channels: [here]}]")
    assert [panel.needed for panel in rule.panels] == [2, 1]
    assert rule.panels[1].who == People(channels=("C0OPS",))


def test_a_quorum_that_lacks_only_the_requester_is_not_asked_for() -> None:
    ruling = one_rule("approvers: {users: [U0ALICE, U0BOB]}\nquorum: 2").judge(an_order())
    assert ruling.verdict is Verdict.DENY
    assert "needs 2 approvals" in ruling.because
    escalated = "approvers: {users: [U0ALICE, U0BOB]}\nquorum: 2\n"
    escalated += "escalate: {after: 1h, to: {users: [U0CAROL]}}"
    assert one_rule(escalated).judge(an_order()).verdict is Verdict.ASK
    own = "approvers: {users: [U0ALICE, U0BOB]}\nquorum: 2\nself_approval: true"
    assert one_rule(own).judge(an_order()).verdict is Verdict.ASK


def test_in_a_direct_message_nobody_is_here_but_the_requester() -> None:
    policy = one_rule("approvers: {channels: [here]}")
    ruling = policy.judge(an_order(channel=DIRECT))
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, False)
    assert "Ask again in a channel" in ruling.because
    own = one_rule("approvers: {channels: [here]}\nself_approval: true")
    rule = own.judge(an_order(channel=DIRECT)).rule
    assert rule is not None
    assert rule.panels == (Panel(who=People(users=("U0ALICE",))),)
    assert rule.targets == ("thread",)


def test_from_a_direct_message_the_card_goes_to_where_approvers_see_it() -> None:
    group = a_rule("approvers: {groups: [S0FINANCE], channels: [here]}", venue=DIRECT)
    assert group.panels == (Panel(who=People(groups=("S0FINANCE",))),)
    assert group.targets == ("dm",)
    channel = a_rule("approvers: {channels: [C0FINANCE]}", venue=DIRECT)
    assert channel.targets == ("C0FINANCE",)


SOLO = "solo: U0ALICE\n"


def test_one_person_alone_may_ask_for_everything_and_approves_it_themselves() -> None:
    policy = a_policy(
        f"{SOLO}rules:\n  - {{name: it, tool: '*', may_request: {{users: [U0BOB]}}}}\n"
    )
    rule = policy.judge(an_order(channel=DIRECT)).rule
    assert rule is not None
    assert rule.panels == (Panel(who=People(users=("U0ALICE",))),)
    assert rule.solo
    assert rule.self_approval
    assert rule.confirm
    other = policy.judge(an_order(requester=Requester("U0BOB"))).rule
    assert other is not None
    assert not other.solo
    assert not other.self_approval
    assert other.panels == rule.panels


def test_solo_does_not_pass_a_deny() -> None:
    deny = "deny: [{name: never, tool: place_order, because: Never.}]\n"
    policy = a_policy(f"{SOLO}{deny}rules:\n  - {{name: it, tool: cancel_order}}\n")
    assert policy.judge(an_order()).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("venue", "room"),
    [
        (OPS, PUBLIC),
        (Venue("C0OPS", is_private=True), "C0OPS"),
        (Venue("C0OPS", is_shared=True), "C0OPS"),
    ],
)
def test_who_sees_an_approval_in_lists(venue: Venue, room: str) -> None:
    policy = one_rule(
        "approvers: {users: [U0BOB]}\nnotify: {groups: [S0OPS]}\n"
        "escalate: {after: 1h, to: {users: [U0CAROL]}}"
    )
    audience = policy.judge(an_order(channel=venue)).audience
    assert audience == (room, "U0ALICE", "U0BOB", "U0CAROL", "S0OPS")


def test_limits_come_with_every_ruling() -> None:
    policy = one_rule("", "limits: {asks_per_turn: 3, asks_per_hour: 4}\n")
    limits = policy.judge(an_order()).limits
    assert (limits.asks_per_turn, limits.asks_per_hour) == (3, 4)


def test_an_explanation_tells_of_every_entry_why_it_matched_or_not() -> None:
    more = f"  - {{name: cancel, tool: cancel_order, {BOB}}}\n"
    explanation = a_policy(TWO_RULES + more).explain(an_order(6_000))
    assert [(step.part, step.name, step.fate, step.why) for step in explanation.steps] == [
        ("deny", "never", Fate.NOT_TRUE, "`amount > 20000`"),
        ("rule", "large", Fate.MATCHED, "`amount > 5000` is true"),
        ("rule", "other", Fate.NOT_REACHED, "`large` decided"),
        ("rule", "cancel", Fate.NOT_REACHED, "`large` decided"),
    ]
    assert explanation.ruling == a_policy(TWO_RULES + more).judge(an_order(6_000))
    other = a_policy(TWO_RULES + more).explain(Facts("cancel_order", ALICE, OPS))
    assert other.steps[0].fate is Fate.OTHER_TOOL
