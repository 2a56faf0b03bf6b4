"""The names that a rule carries, so that a card can name people without ringing them."""

from collections.abc import Iterator, Mapping

from countersign.policy.facts import Facts
from workflows.contracts.rules import Rule, Ruling


def with_names(ruling: Ruling, names: Mapping[str, str], facts: Facts) -> Ruling:
    """A ruling whose rule knows what everybody in it is called, as far as that is known.

    Args:
        ruling: what the policy says of a call.
        names: what those whom the policy means are called, by their ids.
        facts: the call, of which the requester and the channel are named too.
    """
    if ruling.rule is None:
        return ruling
    here, requester = facts.channel, facts.requester
    known = {**names, here.id: here.name, requester.id: requester.name}
    ids = dict.fromkeys((*_ids_of(ruling.rule), requester.id))
    named = {id_: known[id_] for id_ in ids if known.get(id_)}
    rule = ruling.rule.model_copy(update={"names": named})
    return ruling.model_copy(update={"rule": rule})


def _ids_of(rule: Rule) -> Iterator[str]:
    yield from rule.approver_ids
    yield from rule.notify.ids
    yield from rule.targets
    if rule.escalation:
        yield from rule.escalation.to.ids
    yield from rule.hand_over.ids
    yield from rule.break_glass
    for absence in rule.absences:
        yield from (absence.user, absence.delegate)
