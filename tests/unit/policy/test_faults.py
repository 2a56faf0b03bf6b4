"""What is wrong with a policy is named with its line, its rule and its field."""

from collections.abc import Iterator
from time import process_time

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from countersign.policy.document import Document
from countersign.policy.examples import EXAMPLES
from countersign.policy.loading import load
from countersign.policy.wording import models_in
from tests.unit.policy.policies import TOOLS, faults, faults_if_any

RULES = "rules:\n"


def a_rule(*lines: str, approvers: str = "approvers: {users: [U0BOB, U0CAROL]}") -> str:
    """One rule called `orders`; its own lines begin on line 6."""
    body = ("name: orders", "tool: place_order", approvers or "operator: true", *lines)
    return "version: 1\nrules:\n  - " + "\n    ".join(body) + "\n"


NOBODY = "names nobody"
CASES = {
    # what is written: (line, field, words)
    a_rule("quorum: 3"): (6, "quorum", "can never be reached: 3 people"),
    a_rule("quorum: 0"): (6, "quorum", "at least 1"),
    a_rule("quorum: two"): (6, "quorum", "whole number"),
    a_rule("quorum: true"): (6, "quorum", "whole number"),
    a_rule("one_of_each: true", "quorum: 2"): (7, "quorum", "cannot stand beside `one_of_each`"),
    a_rule("one_of_each: true", approvers="approvers: {users: [U0BOB]}"): (
        6,
        "one_of_each",
        "two or more",
    ),
    a_rule("panels: [{users: [U0BOB]}, {users: [U0BOB]}]", approvers=""): (
        6,
        "panels",
        "can never be reached: 2 people",
    ),
    a_rule("panels: [{users: [U0BOB, U0CAROL], needed: 2}, {users: [U0CAROL]}]", approvers=""): (
        6,
        "panels",
        "nobody counts twice",
    ),
    a_rule("panels: [{needed: 1}]", approvers=""): (6, "panels[0]", NOBODY),
    a_rule("panels: [{users: [U0ALICE]}]"): (6, "panels", "beside `approvers`"),
    a_rule(approvers=""): (3, "approvers", "names nobody who may approve"),
    a_rule(approvers="approvers: {}"): (5, "approvers", "names nobody who may approve"),
    a_rule(approvers="approvers: {users: ['@bob']}"): (5, "approvers.users[0]", "Copy member ID"),
    a_rule(approvers="approvers: {users: [bob@acme.com]}"): (5, "approvers.users[0]", "only ids"),
    a_rule(approvers="approvers: {groups: ['@finance']}"): (
        5,
        "approvers.groups[0]",
        "Copy group ID",
    ),
    a_rule(approvers="approvers: {channels: ['#ops']}"): (
        5,
        "approvers.channels[0]",
        "the id is at the end",
    ),
    a_rule(approvers="approvers: {users: [S0FINANCE]}"): (
        5,
        "approvers.users[0]",
        "put it under `groups`",
    ),
    a_rule(approvers="approvers: {users: U0BOB}"): (5, "approvers.users", "has to be a list"),
    a_rule(approvers="approvers: {users: [U0BOB, U0BOB]}"): (5, "approvers.users", "twice"),
    a_rule(approvers="aprovers: {users: [U0BOB]}"): (5, "aprovers", "did you mean `approvers`?"),
    a_rule("aproval: 1"): (6, "aproval", "is no key that is known here"),
    a_rule("when: amount > 3 &&"): (6, "when", "column 14: Syntax error"),
    a_rule("when: amount > 'x'"): (6, "when", "column 8: found no matching overload for '_>_'"),
    a_rule("when: quantity"): (6, "when", "has to be BOOL"),
    a_rule("when: quantty > 3"): (6, "when", "column 1: nothing is called `quantty`; did you mean"),
    a_rule("when: requester.is_gest"): (6, "when", "did you mean `requester.is_guest`?"),
    a_rule("when: channel.topic == 'x'"): (6, "when", "nothing is called `channel.topic`"),
    a_rule("when: amount == 100"): (6, "when", "write the number with a decimal point"),
    a_rule("when: sku == 3"): (6, "when", "(string, int)"),
    a_rule("when: |", "  amount > 3 &&", "  sku > 3"): (6, "when", "line 2, column 5"),
    a_rule("when: false && amount > 3"): (6, "when", "is never true"),
    a_rule("when: ''"): (6, "when", "is empty"),
    a_rule("slack: false", "operator: false"): (7, "operator", "nobody could decide"),
    a_rule("slack: false", "quorum: 2"): (6, "slack", "nobody is one of several"),
    a_rule("slack: false", "edit: true"): (7, "edit", "is done in Slack"),
    a_rule("slack: 'yes'"): (6, "slack", "true or false"),
    a_rule("auto_approve: true"): (5, "approvers", "`auto_approve` asks nobody"),
    a_rule("auto_approve: true", "quorum: 2", approvers=""): (7, "quorum", "asks nobody"),
    a_rule("expires_after: 3"): (6, "expires_after", "write a number and a unit"),
    a_rule("expires_after: 0m"): (6, "expires_after", "more than nothing"),
    a_rule("expires_after: 99w"): (6, "expires_after", "at most 52w"),
    a_rule("expires_after: 1h", "reminders: [30m, 1h]"): (
        7,
        "reminders[1]",
        "less than `expires_after`",
    ),
    a_rule("reminders: [1m, 60s]"): (6, "reminders", "one time twice"),
    a_rule(f"reminders: [{', '.join(f'{n}m' for n in range(1, 12))}]"): (
        6,
        "reminders",
        "at most 10",
    ),
    a_rule("reminders: often"): (6, "reminders", "`default`, `off` or a list"),
    a_rule("reminders: default"): (6, "reminders", "write that too"),
    a_rule("expires_after: 1h", "escalate: {after: 1h, to: {users: [U0ALICE]}}"): (
        7,
        "escalate.after",
        "less than `expires_after`",
    ),
    a_rule("escalate: {after: 1h, to: {}}"): (6, "escalate", NOBODY),
    a_rule("escalate: {after: 1h}"): (6, "escalate.to", "is missing"),
    a_rule("hand_over: {}"): (6, "hand_over", NOBODY),
    a_rule("notify: {channels: [C0OPS]}"): (6, "notify.channels", "a phone is a person's"),
    a_rule("may_request: {channels: [here]}"): (6, "may_request.channels", "who asks is here"),
    a_rule("card: []"): (6, "card", "is empty"),
    a_rule("card: ['#ops']"): (6, "card[0]", "only ids"),
    a_rule("card: [dm]", approvers="approvers: {channels: [C0OPS]}"): (6, "card", "only channels"),
    a_rule("reason: maybe"): (6, "reason", "'optional' or 'required'"),
    a_rule("tool: again"): (6, "tool", "stands here twice"),
}


@pytest.mark.parametrize("text", CASES, ids=lambda text: text.split("orders\n")[1].strip()[18:70])
def test_a_fault_in_a_rule_names_line_rule_and_field(text: str) -> None:
    line, field, words = CASES[text]
    found = [fault for fault in faults(text) if (fault.line, fault.field) == (line, field)]
    assert found, [str(fault) for fault in faults(text)]
    assert any(words in fault.problem for fault in found), [str(fault) for fault in found]
    assert {(fault.file, fault.rule) for fault in found} == {("policy.yaml", "rule orders")}


ORDERS = "- {name: orders, tool: place_order, approvers: {channels: [here]}}"


def absent(until: str) -> str:
    """A policy in which Bob is away until some time; that stands on line 3."""
    away = f"  - {{user: U0BOB, delegate: U0CAROL, until: {until}}}"
    return f"version: 1\nabsences:\n{away}\nrules:\n  {ORDERS}\n"


WHOLE = {
    "": (1, "", "holds no settings"),
    "- a\n- b\n": (1, "", "holds no settings"),
    "version: 1\nrules: [\n": (3, "", "is not YAML"),
    "version: 1\n\trules: 3\n": (2, "", "is not YAML"),
    "version: 1\nrules:\n": (2, "rules", "has to be a list"),
    "version: 1\nrules: []\n": (2, "rules", "at least one"),
    f"rules:\n  {ORDERS}\n": (1, "version", "is missing"),
    f"version: 3.10\nrules:\n  {ORDERS}\n": (1, "version", "text in quotes"),
    f"version: 1\nversion: 2\nrules:\n  {ORDERS}\n": (2, "version", "stands here twice"),
    f"version: 1\nlimit: 3\nrules:\n  {ORDERS}\n": (2, "limit", "did you mean `limits`?"),
    f"version: 1\nlimits: {{asks_per_turn: 0}}\nrules:\n  {ORDERS}\n": (
        2,
        "limits.asks_per_turn",
        "at least 1",
    ),
    f"version: 1\nlimits: {{ask: 0}}\nrules:\n  {ORDERS}\n": (2, "limits.ask", "asks_per_hour"),
    f"version: 1\nbreak_glass: {{users: []}}\nrules:\n  {ORDERS}\n": (
        2,
        "break_glass.users",
        "at least one",
    ),
    f"version: 1\nrules: &all\n  {ORDERS}\n  - *all\n": (2, "", "refers to itself"),
    f"version: {'9' * 5_000}\nrules:\n  {ORDERS}\n": (1, "", "has a value that is none"),
    f"version: {'9' * 41}\nrules:\n  {ORDERS}\n": (1, "version", "longer than 40"),
    f"version: 1\nrules:\n  {ORDERS}\n\0": (4, "", "#x0000"),
    absent("2026-13-40"): (3, "", "has a value that is none"),
    absent("9999-12-31"): (3, "absences[0].until", "between the years"),
    f"version: 1\n? [a, b]\n: 3\nrules:\n  {ORDERS}\n": (2, "", "unhashable key"),
    f"version: 1\nlimits: {{asks_per_turn: 51}}\nrules:\n  {ORDERS}\n": (
        2,
        "limits.asks_per_turn",
        "at most 50",
    ),
    "version: 1\nrules: " + "[" * 13: (2, "", "nested more than 12"),
    "version: 1\nrules: " + "[" * 100_000: (2, "", "nested more than 12"),
    "version: 1\nrules: " + "{a: " * 30_000: (2, "", "nested more than 12"),
    "version: 1\n" + "#" * 300_000: (1, "", "larger than 256 KiB"),
    "version: 1\nrules:\n" + f"  {ORDERS}\n" * 301: (2, "rules", "more than 300"),
}
LAUGHS = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n" for number in range(1, 10)
)
CHAIN = "version: 1\na0: &a0 [x]\n" + "".join(
    f"a{number}: &a{number} [*a{number - 1}]\n" for number in range(1, 3_000)
)
BOMBS = {
    LAUGHS: "holds more than 30,000 values",
    CHAIN: "nested more than 12",
    f"version: 1\nrules: &r\n  - {{}}\nmore: [{', '.join(['*r'] * 40_000)}]\n": "30,000",
}


@pytest.mark.parametrize("text", WHOLE, ids=lambda text: repr(text[:60]))
def test_a_fault_in_the_file_names_line_and_key(text: str) -> None:
    line, field, words = WHOLE[text]
    assert any(
        fault.line == line and fault.field == field and words in fault.problem
        for fault in faults(text)
    ), [str(fault) for fault in faults(text)]


@pytest.mark.parametrize("text", BOMBS, ids=BOMBS.values())
def test_a_bomb_is_refused_before_it_costs_anything(text: str) -> None:
    began = process_time()
    (fault,) = faults(text)
    assert process_time() - began < 5
    assert BOMBS[text] in fault.problem
    assert fault.line > 1


YAML = "abU0:-[]{}&*!?|>'\"#%@`,<=\n\t 1.\0\ufeff\u2028\x85\\"


@given(st.text(alphabet=st.sampled_from(YAML), max_size=60) | st.text(max_size=60))
@example("? ")
@example("!!python/object/apply:os.system [ls]")
@example("a: !!timestamp 1")
@example("a: !!binary x")
@example("a: !!set [1]")
@example("a: !!omap 1")
@example("a: 1:99:99:99999999999")
@example("<<: [1]")
@example("%YAML 9.9\n---\na: 1")
@example("a: .nan\n.nan: .inf")
@example("--- a: 1\n--- b: 2")
def test_whatever_a_file_holds_is_taken_or_refused_with_a_line(tail: str) -> None:
    for text in (tail, f"version: 1\nrules:\n  {ORDERS}\n{tail}", f"version: {tail}"):
        assert all(fault.line >= 1 for fault in faults_if_any(text))


def test_a_rule_that_none_can_reach_is_refused() -> None:
    above = "- {name: all, tool: '*', approvers: {channels: [here]}}"
    (fault,) = faults(f"version: 1\nrules:\n  {above}\n  {ORDERS}\n")
    assert str(fault) == (
        "policy.yaml:4: rule orders: is never reached, since `all` above takes every call"
    )


def test_a_catch_all_after_a_rule_for_every_tool_is_for_the_tools_to_come() -> None:
    others = "- {name: more, tool: cancel_order, approvers: {channels: [here]}}"
    every = "- {name: all, tool: '*', approvers: {channels: [here]}}"
    text = f"version: 1\nrules:\n  {ORDERS}\n  {others}\n  {every}\n"
    assert load(text, "policy.yaml", TOOLS).version == "1"
    (fault,) = faults(f"{text}  {every.replace('all,', 'again,')}\n")
    assert fault.rule == "rule again"


def test_names_are_taken_once_in_deny_and_rules_together() -> None:
    deny = "- {name: orders, tool: '*', when: 'tool == \"x\"', because: No.}"
    (fault,) = faults(f"version: 1\ndeny:\n  {deny}\nrules:\n  {ORDERS}\n")
    assert (fault.line, fault.rule, fault.field) == (5, "rule orders", "name")


def test_an_unknown_tool_is_refused_and_the_nearest_is_named() -> None:
    text = f"version: 1\nrules:\n  {ORDERS.replace('place_order', '[place_ordr, cancel_order]')}\n"
    (fault,) = faults(text)
    assert (fault.field, fault.problem) == (
        "tool[0]",
        "there is no tool `place_ordr`; did you mean `place_order`?",
    )


def test_a_condition_is_checked_against_every_tool_that_the_rule_covers() -> None:
    rule = "- {name: both, tool: '*_order', when: quantity > 1, approvers: {channels: [here]}}"
    (fault,) = faults(f"version: 1\nrules:\n  {rule}\n")
    assert fault.problem.endswith("(for cancel_order)")
    assert "nothing is called `quantity`" in fault.problem


def test_every_fault_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = (
        "version: 1\nsolo: alice\nrules:\n  - name: a\n    tool: place_order\n    quorum: x\n"
        "  - name: b\n    tool: place_order\n    when: quantity > 'x'\n"
        "    approvers: {channels: [here]}\n"
    )
    assert [fault.line for fault in faults(text)] == [2, 6, 9]


MANY = """\
version: 1
limits: {asks_per_turn: 0}
limits: {asks_per_turn: 0}
rules:
  - name: a
    tool: place_ordr
    when: amont > 3
    quorum: two
    approvers: {channels: [here]}
  - name: b
    tool: place_order
    expires_after: 1h
    reminders: [2h]
    approvers: {channels: [here]}
  - name: b
    tool: cancel_order
    when: order_id >
    aprovers: {channels: [here]}
  - tool: cancel_order
    approvers: {channels: [here]}
    auto_approve: true
    card: []
  - just text
  - name: c
    tool: place_order
    approvers: {users: [U0BOB]}
    quorum: 2
"""


def test_faults_of_every_kind_and_rule_are_told_at_once() -> None:
    found = [(fault.line, fault.field) for fault in faults(MANY)]
    assert found == [
        (3, "limits"),
        (3, "limits.asks_per_turn"),
        (6, "tool"),
        (7, "when"),
        (8, "quorum"),
        (13, "reminders[0]"),
        (15, "name"),
        (17, "when"),
        (18, "aprovers"),
        (19, "name"),
        (20, "approvers"),
        (22, "card"),
        (23, ""),
        (24, ""),
        (27, "quorum"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "aprovers: {users: [U0BOB]}",
        "approvers: [U0BOB]",
        "approvers: {users: [U0BOB], channel: [here]}",
        "quorum: none",
        "panels: {users: [U0BOB]}",
        "card: dm",
        "slack: off and on",
    ],
)
def test_one_mistake_is_one_fault(line: str) -> None:
    """What could only follow from it is left away."""
    approvers = "" if "rovers" in line or "panels" in line else "approvers: {users: [U0BOB]}"
    (fault,) = faults(a_rule(line, approvers=approvers))
    assert fault.field.startswith(line.split(":", maxsplit=1)[0])


def test_what_follows_from_no_auto_approve_is_not_said() -> None:
    (fault,) = faults(a_rule("auto_approve: maybe", approvers=""))
    assert fault.field == "auto_approve"


def test_a_fault_shows_the_form_that_is_wanted() -> None:
    examples = {fault.field: fault.example for fault in faults(MANY)}
    assert examples["quorum"] == "quorum: 2"
    assert examples["aprovers"] == "approvers: {groups: [S0123ABCD], channels: [here]}"
    assert examples["reminders[0]"] == "reminders: [12h, 1d]"
    assert examples[""] == ""
    assert any("such as `quorum: 2`" in str(fault) for fault in faults(MANY))


APPROVERS = "    approvers: {users: [U0BOB, U0CAROL]}\n"


def _keys(model: type[BaseModel] = Document) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        for inner in models_in(field.annotation):
            yield from _keys(inner)


@pytest.mark.parametrize("key", sorted({*_keys()}))
def test_every_key_has_an_example_that_is_right(key: str) -> None:
    example = EXAMPLES[key]
    assert list(yaml.safe_load(example)) == [key]
    assert len(example) <= 80
    holders = {
        "asks_per_turn": "limits: {%s}",
        "asks_per_hour": "limits: {%s}",
        "window": "totals: {%s}",
        **dict.fromkeys(("user", "delegate", "from", "until"), "absences: [{%s}]"),
        **dict.fromkeys(("guests", "outsiders"), "may_request: {%s}"),
        **dict.fromkeys(("users", "groups", "channels"), "approvers: {%s}"),
        **dict.fromkeys(("after", "to"), "escalate: {%s}"),
        "needed": "panels: [{%s}]",
        "because": "deny: [{%s}]",
    }
    written = holders.get(key, "%s") % example
    in_file = yaml.safe_load(written).keys() & Document.model_fields.keys()
    people = "" if written.startswith(("approvers", "panels")) else APPROVERS
    text = f"{written}\n" if in_file else f"rules:\n  - {written}\n{people}"
    wrong = [it for it in faults(text) if it.field.endswith(key) and "is missing" not in it.problem]
    assert wrong == []


SOLO = "version: 1\nsolo: U0ALICE\n"
ABSENT = "- {user: U0BOB, delegate: U0CAROL, from: 2026-12-01, until: 2026-12-05}"
PEOPLE = {
    SOLO + f"rules:\n  {ORDERS}\n": ("approvers", "only U0ALICE approves"),
    SOLO + "break_glass: {users: [U0BOB]}\nrules:\n  - {name: a, tool: '*'}\n": (
        "break_glass",
        "`solo` is set",
    ),
    SOLO + "rules:\n  - {name: a, tool: '*', quorum: 2}\n": ("", "several approvals"),
    f"version: 1\nabsences:\n  {ABSENT.replace('U0CAROL', 'U0BOB')}\nrules:\n  {ORDERS}\n": (
        "absences[0].delegate",
        "is the person who is away",
    ),
    f"version: 1\nabsences:\n  {ABSENT.replace('12-05', '11-05')}\nrules:\n  {ORDERS}\n": (
        "absences[0].until",
        "after `from`",
    ),
    f"version: 1\nabsences:\n  {ABSENT.replace('2026-12-01', 'soon')}\nrules:\n  {ORDERS}\n": (
        "absences[0].from",
        "is not a date",
    ),
    f"version: 1\nabsences:\n  {ABSENT.replace('2026-12-01', '2026-12-01T08:00:00')}\n"
    f"rules:\n  {ORDERS}\n": ("absences[0].from", "has no time zone"),
    f"version: 1\nabsences:\n  {ABSENT}\n  - {{user: U0CAROL, delegate: U0ALICE}}\n"
    f"rules:\n  {ORDERS}\n": ("absences[0].delegate", "is away at the same time"),
    f"version: 1\nabsences:\n  {ABSENT}\n  {ABSENT.replace('U0CAROL', 'U0ALICE')}\n"
    f"rules:\n  {ORDERS}\n": ("absences[1].user", "at the same time already"),
}


@pytest.mark.parametrize("text", PEOPLE)
def test_people_who_contradict_each_other_are_refused(text: str) -> None:
    field, words = PEOPLE[text]
    assert any(fault.field == field and words in fault.problem for fault in faults(text)), [
        str(fault) for fault in faults(text)
    ]


def users(count: int, letter: str = "A") -> str:
    """So many ids, as long as they may be."""
    return ", ".join(f"U{letter * 10}{number:04}" for number in range(count))


FULL = f"approvers: {{users: [{users(100)}]}}"
ROOM = "an approval has room for 100; name a user group in the place of its members"
OVERFULL = {
    f"approvers: {{users: [{users(101)}]}}": ("approvers.users", "lists more than 100"),
    f"approvers: {{users: [{users(100)}], groups: [S0FINANCE]}}": ("approvers", "names 101 users"),
    f"{FULL}, notify: {{users: [U0BOB]}}": ("approvers", "together with `notify`, and an approval"),
    f"{FULL}, escalate: {{after: 1h, to: {{users: [U0BOB]}}}}": ("approvers", ROOM),
    f"panels: [{{users: [{users(60)}]}}, {{users: [{users(41, 'B')}]}}]": ("panels", ROOM),
    f"approvers: {{users: [U0BOB]}}, notify: {{users: [{users(100)}]}}": ("notify", ROOM),
    f"approvers: {{users: [{'U' + 'A' * 15}]}}": ("approvers.users[0]", "is not the id of a user"),
    f"card: [{', '.join(f'C0{number:02}' for number in range(11))}], {FULL}": (
        "card",
        "lists more than 10",
    ),
    f"panels: [{', '.join(['{users: [U0BOB]}'] * 21)}]": ("panels", "lists more than 20"),
    f"may_request: {{users: [{users(101)}]}}, {FULL}": ("may_request.users", "more than 100"),
}


@pytest.mark.parametrize("body", OVERFULL, ids=lambda body: f"{body[:20]}…{body[-20:]}")
def test_a_rule_with_more_than_an_approval_can_carry_is_refused_with_the_number(body: str) -> None:
    field, words = OVERFULL[body]
    text = f"version: 1\nrules:\n  - {{name: orders, tool: place_order, {body}}}\n"
    found = [fault for fault in faults(text) if fault.field == field]
    assert any(words in fault.problem for fault in found), [str(it) for it in faults(text)]
    assert {(fault.line, fault.rule) for fault in found} == {(3, "rule orders")}


def test_whoever_acts_for_others_counts_too_since_they_are_kept_with_every_approval() -> None:
    rule = f"rules:\n  - {{name: orders, tool: place_order, {FULL}}}\n"
    (glass,) = faults(f"version: 1\nbreak_glass: {{users: [U0BOB]}}\n{rule}")
    assert "names 101 users, groups and channels, together with `break_glass`" in glass.problem
    absent = "absences: [{user: U0ALICE, delegate: U0BOB}]"
    (away,) = faults(f"version: 1\n{absent}\n{rule}")
    assert "together with `absences`" in away.problem
    assert not faults_if_any(f"version: 1\n{rule}")
