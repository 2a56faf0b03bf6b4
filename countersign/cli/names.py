"""What the people of an approval are called."""

from collections.abc import Iterator

from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision
from workflows.contracts.origins import full_name


def names(status: ApprovalStatus) -> dict[str, str]:
    """Names by id, of everybody who had to do with the approval and of whom its rule names."""
    people = {person.user: person.name for person in _people(status) if person.name}
    return {**status.in_force.names, **people}


def called(person: Person | None) -> str:
    """How a person is written in a terminal."""
    if person is None:
        return "nobody"
    if not person.is_in_slack:
        return full_name(person.user)
    return f"{person.name} ({person.user})" if person.name else person.user


def decider(decision: Decision) -> str:
    """Who decided. What an operator calls themselves is nobody's word but theirs."""
    if decision.by is not None:
        return called(decision.by)
    if not decision.asserted:
        return "the rule" if decision.via.is_verified else "an operator (unverified)"
    return f"{decision.asserted} (unverified)"


def _people(status: ApprovalStatus) -> Iterator[Person]:
    yield status.request.call.requester
    decisions = [
        *(vote.decision for vote in status.votes),
        *(refused.decision for refused in status.refused),
        status.decision,
    ]
    for decision in decisions:
        if decision is not None:
            yield from (person for person in (decision.by, decision.to) if person is not None)
    for handed in status.handed:
        yield from (handed.by, handed.to)
