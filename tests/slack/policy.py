"""The sandbox's policy, and a rule for each thing that it has none for."""

from pathlib import Path

from dev.paths import ROOT
from dev.processes import Stack
from dev.smoke.policy import SHORT_LIVED, each_by_itself, write_policy
from dev.wiring import POLICY

EXPIRES = SHORT_LIVED
"""An item whose approval expires after two seconds."""
REASONED = "gizmo"
"""An item that is rejected with a reason only, and by nobody outside Slack."""
NOT_IN_SLACK = "sprocket"
"""An item that is decided outside Slack."""
STANDING = "headset"
"""An item that may be allowed for the rest of a thread."""
REMINDED = "gadget"
"""An item about which finance is reminded, and Carol once more, within two seconds."""
MORE = f"""\
  - name: reminded
    tool: place_order
    when: sku in ['{REMINDED}', '{REMINDED}s'] && channel.is_direct
    approvers: {{groups: [S0FINANCE]}}
    card: [dm]
    hand_over: {{groups: [S0FINANCE]}}
    reminders: [1s]
    escalate: {{after: 2s, to: {{users: [U0CAROL]}}}}
    expires_after: 3d

  - name: reasons
    tool: place_order
    when: sku in ['{REASONED}', '{REASONED}s']
    approvers: {{groups: [S0FINANCE]}}
    operator: false
    reason: required
    expires_after: 3d

  - name: outside-slack
    tool: place_order
    when: sku in ['{NOT_IN_SLACK}', '{NOT_IN_SLACK}s']
    approvers: {{groups: [S0FINANCE]}}
    slack: false
    expires_after: 3d

  - name: standing
    tool: place_order
    when: sku in ['{STANDING}', '{STANDING}s']
    approvers: {{groups: [S0FINANCE]}}
    always: true
    expires_after: 3d

"""


RULES = ROOT / POLICY
"""Where the rules of the sandbox's people are."""


def policy_of(stack: Stack) -> Path:
    """The policy's file of a stack that has one of its own."""
    return Path(stack.env["POLICY_FILE"])


def rule_as_usual(file: Path) -> Path:
    """Write the sandbox's policy into a file, each order by itself, and return its path."""
    file.write_text(each_by_itself(RULES.read_text(encoding="utf-8")), encoding="utf-8")
    return file


def write_test_policy(folder: Path) -> Path:
    """Write it and return its path."""
    path = write_policy(RULES, folder / "policy.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nrules:\n", "\nrules:\n" + MORE), encoding="utf-8")
    return path
