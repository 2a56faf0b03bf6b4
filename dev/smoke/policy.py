"""The policy of the smoke run: the sandbox's own, and one rule that expires while we look.

Each order is judged by itself there: scenes share people, who would soon have ordered too much.
"""

from pathlib import Path

from dev.errors import DevError

SHORT_LIVED = "monitor"
"""What is asked for by the rule that expires."""
RULES = "\nrules:\n"
RULE = f"""\
  - name: short-lived
    tool: place_order
    when: sku in ['{SHORT_LIVED}', '{SHORT_LIVED}s']
    approvers: {{groups: [S0FINANCE]}}
    expires_after: 2s

"""


def each_by_itself(policy: str) -> str:
    """The same policy, in which what somebody asked for before is not counted."""
    return policy.replace("total_today", "amount")


def write_policy(sandbox_policy: Path, to: Path) -> Path:
    """Write the policy and return its path.

    Raises:
        DevError: the sandbox's policy no longer has the shape that this relies on.
    """
    text = each_by_itself(sandbox_policy.read_text(encoding="utf-8"))
    if text.count(RULES) != 1:
        raise DevError(f"{sandbox_policy.name} has to have one line `rules:`; smoke adds a rule.")
    to.write_text(text.replace(RULES, RULES + RULE), encoding="utf-8")
    return to
