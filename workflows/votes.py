"""What arrives as a decision, read strictly. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from workflows.decisions import Decision, Refusal, Refused, Verb, Via

DETAIL_LIMIT = 200
"""Characters of a malformed signal that are kept; enough to see what somebody tried."""
YES_VERBS = frozenset({Verb.DECIDE, Verb.BREAK_GLASS})
OURS = frozenset({Via.RULE, Via.GRANT})
"""Ours to say, not for a signal from outside."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A well-formed decision: which way, and by whom."""

    approve: bool
    decision: Decision


def read_vote(args: Sequence[Any], now: datetime) -> Vote | Refused:
    """Read the arguments of `fulfill_order_signal`, whatever somebody sent.

    Only the JSON values `true` and `false` decide, alone (an operator's decision) or with a
    valid `Decision`. `"true"`, `1`, `null` and objects are refused: a guess at what they
    mean could be taken for a yes. See facts.md on what arrives here.
    """
    if not args or len(args) > 2 or type(args[0]) is not bool:
        return malformed(args, now)
    given = args[1] if len(args) == 2 else None
    if given is None:
        id_ = f"operator:{'yes' if args[0] else 'no'}:{now.isoformat()}"  # both may come at once
        return Vote(args[0], Decision(id=id_, at=now, via=Via.OPERATOR))
    try:
        decision = Decision.model_validate(given)
    except ValidationError:
        return malformed(args, now)
    if not _is_consistent(args[0], decision):
        return malformed(args, now)
    return Vote(args[0], decision)


def malformed(args: Sequence[Any], now: datetime) -> Refused:
    """The record of a signal that could not be read."""
    return Refused(why=Refusal.MALFORMED, at=now, detail=repr(tuple(args))[:DETAIL_LIMIT])


def _is_consistent(approve: bool, decision: Decision) -> bool:
    """Whether the parts fit: a person where Slack vouches for one, and a yes only for a yes."""
    if not decision.id or decision.at.utcoffset() is None:
        return False  # it could not be told from others, or compared with the clock
    if not _is_whose(decision):
        return False
    if (decision.to is not None) is not (decision.verb is Verb.HAND_OVER):
        return False
    if decision.via is Via.MESSAGE and decision.verb is not Verb.WITHDRAW:
        return False  # words in the thread never decide
    if approve:
        return decision.verb in YES_VERBS
    return not (decision.arguments or decision.always or decision.verb is Verb.BREAK_GLASS)


def _is_whose(decision: Decision) -> bool:
    """Whether it names a person exactly where Slack vouches for one."""
    if decision.via in OURS:
        return False
    if decision.by is None:
        return not decision.via.is_verified
    return decision.via.is_verified and bool(decision.by.user)
