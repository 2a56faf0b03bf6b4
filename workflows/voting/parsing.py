"""What arrives as a decision, read strictly. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from workflows.contracts.decisions import Decision, Refusal, Refused, Verb, Via

DETAIL_LIMIT = 200
"""Characters of a malformed signal that are kept; enough to see what somebody tried."""
YES_VERBS = frozenset({Verb.DECIDE, Verb.BREAK_GLASS})
ONLY_WITHDRAW = frozenset({Via.MESSAGE, Via.STOP})
"""Words in the thread never decide, nor does whoever stops a conversation."""
NO_VERBS = frozenset({Verb.DECIDE, Verb.REQUEST_CHANGES, Verb.WITHDRAW})
NAME_LIMIT = 200
REASON_LIMIT = 4_000
"""Slack lets nobody type more than 3,000 characters."""
ARGUMENTS_LIMIT = 50_000
"""Longest texts in a decision. Whoever sends more gets nothing counted: a signal may have two
megabytes, and what is kept of it travels with every card."""
OURS = frozenset({Via.RULE, Via.GRANT})
"""Ours to say, not for a signal from outside."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A well-formed decision: which way, and by whom."""

    approve: bool
    decision: Decision


class Side(StrEnum):
    """What a vote is for the others that are under way."""

    YES = "yes"
    NO = "no"
    OTHER = "other"
    """It hands a vote over, or reminds: neither for nor against."""


def side(vote: Vote) -> Side:
    """Which side a vote is on."""
    if vote.approve:
        return Side.YES
    return Side.NO if vote.decision.verb in NO_VERBS else Side.OTHER


def read_vote(args: Sequence[Any], now: datetime) -> Vote | Refused:
    """Read the arguments of `fulfill_order_signal`, whatever somebody sent.

    Only the JSON values `true` and `false` decide, alone (an operator's decision) or with a
    valid `Decision`. `"true"`, `1`, `null` and objects are refused: a guess at what they
    mean could be taken for a yes. Nothing that arrives here raises.
    """
    try:
        return _read(args, now)
    except Exception:
        return malformed(args, now)


def _read(args: Sequence[Any], now: datetime) -> Vote | Refused:
    if not args or len(args) > 2 or type(args[0]) is not bool:
        return malformed(args, now)
    given = args[1] if len(args) == 2 else None
    if given is None:
        id_ = f"operator:{'yes' if args[0] else 'no'}:{now.isoformat()}"  # both may come at once
        return Vote(args[0], Decision(id=id_, at=now, via=Via.OPERATOR))
    decision = Decision.model_validate(given)
    if not _is_consistent(args[0], decision) or not _is_bounded(decision):
        return malformed(args, now)
    return Vote(args[0], decision)


def malformed(args: Sequence[Any], now: datetime) -> Refused:
    """The record of a signal that could not be read."""
    try:
        detail = repr(tuple(args))[:DETAIL_LIMIT]
    except Exception:
        detail = f"{len(args)} values that cannot be written down"
    return Refused(why=Refusal.MALFORMED, at=now, detail=detail)


def _is_bounded(decision: Decision) -> bool:
    """Whether it can be kept and shown: no text too long, none that no JSON can hold."""
    whole = decision.model_dump_json()  # raises where a character has no encoding
    people = (decision.by, decision.to)
    names = [decision.id, decision.channel, decision.card, decision.asserted, decision.digest]
    names += [text for it in people if it for text in (it.team, it.user, it.name)]
    return (
        len(whole) <= ARGUMENTS_LIMIT * 2
        and all(len(text) <= NAME_LIMIT for text in names)
        and len(decision.reason) <= REASON_LIMIT
        and len(decision.arguments) <= ARGUMENTS_LIMIT
    )


def _is_consistent(approve: bool, decision: Decision) -> bool:
    """Whether the parts fit: a person where Slack vouches for one, and a yes only for a yes."""
    if not decision.id or decision.at.utcoffset() is None:
        return False  # it could not be told from others, or compared with the clock
    if not _is_whose(decision):
        return False
    if (decision.to is not None) is not (decision.verb is Verb.HAND_OVER):
        return False
    if decision.via in ONLY_WITHDRAW and decision.verb is not Verb.WITHDRAW:
        return False
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
