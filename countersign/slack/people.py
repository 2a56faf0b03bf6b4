"""People in views: who is asked, who decided and from where."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from countersign.slack.text import (
    clean,
    escape,
    line,
    mention,
    mention_channel,
    mention_group,
    plain,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import CountedVote, Decision, Via
from workflows.contracts.origins import full_name, is_in_slack
from workflows.contracts.rules import Panel, Rule

CHANNELS = ("C", "G")
"""First letters of ids whose links ring nobody."""
MOST_NAMES = 8
MOST_VOTES = 20
MOST_IN_A_HEADER = 2
MOST_PANELS = 4
MOST_OF_A_PANEL = 5
NAME_LIMIT = 60
CALLED_LIMIT = 32
OUR_SIGNS = re.compile(r"[*~`·✔]")
"""With these a name, which people choose for themselves, could pass for more than a name."""

WHERE = {
    Via.OPERATOR: "from outside Slack",
    Via.CLI: "from the command line",
    Via.RULE: "without asking anybody",
    Via.GRANT: "without asking again",
    Via.STOP: "by stopping the task",
}
"""From where it was decided, where that is unusual."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "next")
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a message mentions: their phones ring when it is posted. Everybody else is named."""

    requester: bool = True
    """In their own thread; elsewhere it is not about something that they have to do."""
    notified: bool = True
    """Those whom the rule notifies, in one message of all that tell of the approval."""


IN_THREAD = Mentions()
QUIET = Mentions(requester=False, notified=False)
"""A direct message rings by itself."""


def mentions(ids: Iterable[str], most: int = MOST_NAMES) -> str:
    """People, groups and channels as links, which ring; the rest of a long list is counted."""
    return _first([_mention(id_) for id_ in dict.fromkeys(ids)], most)


def names(rule: Rule, ids: Iterable[str], most: int = MOST_NAMES) -> str:
    """The same by the names that the rule knows, which ring nobody."""
    return _first([_named(rule, id_) for id_ in dict.fromkeys(ids)], most)


def person(status: ApprovalStatus, who: Person) -> str:
    """Somebody's name; where nobody knows it, a mention has to do."""
    if not who.is_in_slack:
        return mention(who.user)
    known = status.in_force.names if status.in_force else {}
    name = known.get(who.user, "") or who.name
    return _called(name) or mention(who.user)


def deciders(status: ApprovalStatus, ids: Sequence[str]) -> Sequence[str]:
    """Those of them who may decide: the requester only where the rule lets them."""
    rule, requester = status.in_force, status.request.call.requester.user
    if rule.self_approval or rule.solo:
        return ids
    return [id_ for id_ in ids if id_ != requester] or ids


def needed(status: ApprovalStatus, *, rings: bool = False) -> str:
    """`One approval from @finance or anyone in #ops`: how many of whom still have to approve.

    With `rings`, those whom the rule notifies are mentioned, which rings their phones.
    """
    panels = [panel for panel in status.in_force.panels if panel.who.ids][:MOST_PANELS]
    if not panels:
        return ""
    if len(panels) == 1:
        return _needed_of_one(status, panels[0], rings=rings)
    first, *others = [(it.needed, any_of(status, it.who.ids, rings=rings)) for it in panels]
    told = [_approvals(first[0]) + f" from {first[1]}"]
    told += [f"{number(count).lower()} from {whom}" for count, whom in others]
    return " and ".join(told)


def still_needed(status: ApprovalStatus) -> str:
    """The same for a reminder: `Nobody yet; one of @finance or anyone in #ops is needed`."""
    ids = [id_ for id_ in status.in_force.approver_ids if id_ not in _voted(status)]
    whom = any_of(status, ids or status.in_force.approver_ids)
    left = max(status.in_force.needed - status.counted, 1)
    verb = "is" if left == 1 else "are"
    already = f"{_plain_voters(status)} approved" if status.votes else "Nobody yet"
    more = " more" if status.votes else ""
    return f"{escape(already)}; {number(left).lower()}{more} of {whom} {verb} needed"


def progress(status: ApprovalStatus) -> str:
    """`· 1 of 2: Carol approved`, as plain text for the end of a header; empty before that."""
    if not status.votes or status.in_force.needed < 2:
        return ""
    return f" · {status.counted} of {status.in_force.needed}: {_plain_voters(status)} approved"


def place_in_line(status: ApprovalStatus) -> str:
    """What one more approval means, such as `You are the first of two approvers.`."""
    return place_of(status.counted, status.in_force.needed)


def place_of(counted: int, whole: int) -> str:
    """The same for the next after so many, of as many as are needed."""
    if whole < 2:
        return "Your approval is all it takes."
    at = min(counted, len(ORDINALS) - 1)
    return f"You are the {ORDINALS[at]} of {number(whole).lower()} approvers."


def number(count: int) -> str:
    """A small number as a word."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def rule_name(rule: Rule) -> str:
    """A rule with its version."""
    name = line(re.sub(r"[-_`*~]+", " ", rule.name), NAME_LIMIT).text
    version = f" (version {line(rule.version, 20).text})" if rule.version else ""
    return f"rule “{name}”{version}"


def decider(status: ApprovalStatus, decision: Decision) -> str:
    """Who decided; a name that nobody verified is marked as such."""
    rule, granted = status.in_force, status.request.granted
    if decision.via is Via.GRANT and granted:
        return f"a standing permission of {person(status, granted.by)}"
    if decision.via is Via.RULE:
        return f"the policy, {rule_name(rule)}"
    if decision.by:
        return mention(decision.by.user)
    return operator(decision)


def operator(decision: Decision) -> str:
    """Somebody outside Slack."""
    if decision.asserted:
        return f"an operator via CLI (unverified: {line(decision.asserted, NAME_LIMIT).text})"
    return "an operator (unverified)"


def where(decision: Decision) -> str:
    """From where it was decided, to follow a moment; empty where that is as usual."""
    is_said = decision.via is Via.CLI and bool(decision.asserted)
    return "" if is_said or decision.via not in WHERE else f" {WHERE[decision.via]}"


def voters(status: ApprovalStatus) -> Sequence[str]:
    """Everybody whose approval counted, by name, as mrkdwn; the last one decided it."""
    told = [_voter(status, vote) for vote in status.votes[:MOST_VOTES]]
    more = len(status.votes) - MOST_VOTES
    return [*told, f"{more} more"] if more > 0 else told


def listed(every: Sequence[str], word: str = "and") -> str:
    """`A, B and C`."""
    *first, last = every or ("nobody",)
    return f"{', '.join(first)} {word} {last}" if first else last


def plain_name(status: ApprovalStatus, who: Person) -> str:
    """Somebody's name as plain text; empty where nobody knows it."""
    name = status.in_force.names.get(who.user, "") or who.name
    name = name if who.is_in_slack else full_name(who.user)
    return plain(OUR_SIGNS.sub(" ", name), CALLED_LIMIT).text


def _needed_of_one(status: ApprovalStatus, panel: Panel, *, rings: bool) -> str:
    ids = [id_ for id_ in panel.who.ids if id_ not in _voted(status)] or panel.who.ids
    left = max(panel.needed - status.counted, 1)
    told = _approvals(left, "more " if status.counted else "")
    return f"{told} from {any_of(status, ids, rings=rings)}"


def _approvals(count: int, more: str = "") -> str:
    return f"{number(count)} {more}approval{'' if count == 1 else 's'}"


def any_of(status: ApprovalStatus, ids: Sequence[str], *, rings: bool = False) -> str:
    """`@finance or anyone in #ops`: whoever of them may decide, by name."""
    rule, ring = status.in_force, status.in_force.notify.ids if rings else ()
    every = list(dict.fromkeys(deciders(status, ids)))
    told = [_mention(it) if it in ring else _named(rule, it) for it in every[:MOST_OF_A_PANEL]]
    more = len(every) - len(told)
    return listed([*told, f"{more} more"] if more > 0 else told, "or")


def _voted(status: ApprovalStatus) -> Sequence[str]:
    return [vote.decision.by.user for vote in status.votes if vote.decision.by]


def _plain_voters(status: ApprovalStatus) -> str:
    by = [vote.decision.by for vote in status.votes]
    told = [(plain_name(status, it) if it else "an operator") or "somebody" for it in by]
    more = len(told) - MOST_IN_A_HEADER
    return listed([*told[:MOST_IN_A_HEADER], *([f"{more} more"] if more > 0 else [])])


def _voter(status: ApprovalStatus, vote: CountedVote) -> str:
    place = f" (in place of {mention(vote.instead_of)})" if vote.instead_of else ""
    return f"{decider(status, vote.decision)}{place}"


def _first(every: Sequence[str], most: int) -> str:
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more} more" if more > 0 else "")


def _named(rule: Rule, id_: str) -> str:
    if id_[:1] in CHANNELS:
        return _mention(id_)
    return _called(rule.names.get(id_, "")) or escape(clean(id_))


def _called(name: str) -> str:
    text = line(OUR_SIGNS.sub(" ", name), CALLED_LIMIT).text
    return f"@{text}" if text else ""


def _mention(id_: str) -> str:
    match id_[:1]:
        case "S":
            return mention_group(id_)
        case letter if letter in CHANNELS:
            return f"anyone in {mention_channel(id_)}"
        case "U" | "W":
            return mention(id_)
        case _:
            return escape(id_) if is_in_slack(id_) else mention(id_)
