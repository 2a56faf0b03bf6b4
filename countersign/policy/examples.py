"""A short right example of each key of a policy, shown beside what is wrong with one."""

import re
from collections.abc import Mapping

from countersign.policy.faults import Path

EXAMPLES: Mapping[str | int, str] = {
    "version": "version: 3",
    "limits": "limits: {asks_per_turn: 10, asks_per_hour: 30}",
    "asks_per_turn": "asks_per_turn: 10",
    "asks_per_hour": "asks_per_hour: 30",
    "totals": "totals: {window: 1d}",
    "window": "window: 1d",
    "solo": "solo: U0123ABCD",
    "break_glass": "break_glass: {users: [U0123ABCD]}",
    "absences": "absences: [{user: U0123ABCD, delegate: U0456EFGH, until: 2026-12-20}]",
    "user": "user: U0123ABCD",
    "delegate": "delegate: U0456EFGH",
    "from": "from: 2026-12-20",
    "until": "until: 2026-12-27",
    "deny": 'deny: [{name: none, tool: place_order, because: "Ask finance first."}]',
    "because": 'because: "Orders above 20,000 go through a tender."',
    "rules": "rules: [{name: orders, tool: place_order, approvers: {channels: [here]}}]",
    "name": "name: orders-over-1000",
    "tool": "tool: place_order",
    "when": "when: amount > 1000 && !requester.is_guest",
    "may_request": "may_request: {groups: [S0123ABCD]}",
    "guests": "guests: true",
    "outsiders": "outsiders: true",
    "approvers": "approvers: {groups: [S0123ABCD], channels: [here]}",
    "users": "users: [U0123ABCD]",
    "groups": "groups: [S0123ABCD]",
    "channels": "channels: [C0123ABCD]",
    "quorum": "quorum: 2",
    "one_of_each": "one_of_each: true",
    "panels": "panels: [{groups: [S0123ABCD]}, {users: [U0123ABCD], needed: 1}]",
    "needed": "needed: 2",
    "notify": "notify: {groups: [S0123ABCD]}",
    "self_approval": "self_approval: true",
    "card": "card: [thread, C0123ABCD, dm]",
    "confirm": "confirm: true",
    "slack": "slack: true",
    "operator": "operator: true",
    "expires_after": "expires_after: 3d",
    "reminders": "reminders: [12h, 1d]",
    "escalate": "escalate: {after: 1d, to: {users: [U0123ABCD]}}",
    "after": "after: 1d",
    "to": "to: {users: [U0123ABCD]}",
    "hand_over": "hand_over: {groups: [S0123ABCD]}",
    "edit": "edit: true",
    "always": "always: true",
    "reason": "reason: required",
    "auto_approve": "auto_approve: true",
}
"""By key. Ids are made up; a person's own are copied in Slack."""
NO_TOOL = "there is no tool "
MEANT = re.compile(r"did you mean `([a-z_]+)`\?")


def meant_keys(problem: str) -> tuple[str, ...]:
    """The key that somebody seems to have meant, if the problem says one."""
    found = MEANT.search(problem)
    return (found[1],) if found and found[1] in EXAMPLES else ()


def example_of(path: Path, problem: str) -> str:
    """An example of the key that is wrong, or that was meant; nothing for what is no key."""
    for meant in meant_keys(problem):
        return EXAMPLES[meant]
    if problem.startswith(NO_TOOL):  # it names those that there are
        return ""
    if len(path) == 2 and path[0] in {"rules", "deny"}:
        return ""
    return next((EXAMPLES[key] for key in reversed(path) if key in EXAMPLES), "")
