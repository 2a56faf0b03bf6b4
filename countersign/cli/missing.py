"""What `countersign policy explain` was not told, although the rules ask for it."""

import re
from collections.abc import Iterator

from countersign.policy.engine import Policy
from countersign.policy.explanation import Explanation
from countersign.policy.facts import UNKNOWN, Facts
from countersign.policy.ids import HERE
from workflows.contracts.origins import SLACK

ABSENT = re.compile(r"the call has no `([^`]+)`")


def missing_flags(policy: Policy, facts: Facts, explanation: Explanation) -> Iterator[str]:
    """A sentence for each option that would change or complete what is explained."""
    absent = {name: step.name for step in explanation.steps for name in _absent_in(step.why)}
    for name, rule in absent.items():
        yield f"Rule `{rule}` asks for `{name}`; give {_flag(name)}."
    if facts.channel == UNKNOWN and _uses_here(explanation) and not absent:
        yield "Add --channel C… (or D…, a direct message) to see who and where `here` is."
    if facts.origin == SLACK:
        yield from _memberships(policy, facts)


def _memberships(policy: Policy, facts: Facts) -> Iterator[str]:
    needs, who = policy.needs(facts.tool), facts.requester
    if needs.groups and not who.groups:
        yield f"Taken as in no user group; add --group S… for each that {who.id} is in."
    if needs.channels and not who.channels:
        rooms = ", ".join(needs.channels)
        yield f"Taken as in none of the channels {rooms}; add --member-of C… for each they are in."


def _absent_in(why: str) -> Iterator[str]:
    if found := ABSENT.search(why):
        yield found[1]


def _flag(name: str) -> str:
    if name in {"amount", "total_today"}:
        return "--amount 4120"
    if name.startswith("channel."):
        return "--channel C…, and --private or --shared if it is"
    return f"""--args '{{"{name.removeprefix("args.")}": …}}'"""


def _uses_here(explanation: Explanation) -> bool:
    rule = explanation.ruling.rule
    return rule is not None and HERE in {
        *rule.approver_ids,
        *rule.hand_over.ids,
        *rule.notify.ids,
        *(rule.escalation.to.ids if rule.escalation else ()),
    }
