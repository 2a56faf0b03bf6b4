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
    moment,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import CountedVote, Decision, Verb, Via
from workflows.contracts.origins import is_in_slack
from workflows.contracts.rules import Rule

CHANNELS = ("C", "G")
"""First letters of ids whose links ring nobody."""
MOST_NAMES = 8
MOST_VOTES = 8
MOST_PANELS = 4
MOST_OF_A_PANEL = 5
NAME_LIMIT = 60
CALLED_LIMIT = 32
OUR_SIGNS = re.compile(r"[*~`·✔]")
"""With these a name, which people choose for themselves, could pass for more than a name."""

WHERE = {
    Via.BUTTON: "with the button",
    Via.LIST: "from the list",
    Via.MODAL: "in the dialog",
    Via.PROMPT: "from a private message",
    Via.MESSAGE: "with a message in the thread",
    Via.OPERATOR: "from outside Slack",
    Via.CLI: "from the command line",
    Via.RULE: "without asking anybody",
    Via.GRANT: "without asking again",
    Via.HOME: "from Home",
    Via.STOP: "by stopping the task",
}


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
    name = who.name or known.get(who.user, "")
    return _called(name) or mention(who.user)


def deciders(status: ApprovalStatus, ids: Sequence[str]) -> Sequence[str]:
    """Those of them who may decide: the requester only where the rule lets them."""
    rule, requester = status.in_force, status.request.call.requester.user
    if rule.self_approval or rule.solo:
        return ids
    return [id_ for id_ in ids if id_ != requester] or ids


def needed(status: ApprovalStatus) -> str:
    """How many of whom have to approve."""
    rule = status.in_force
    panels = [panel for panel in rule.panels if panel.who.ids][:MOST_PANELS]
    of_whom = [names(rule, deciders(status, it.who.ids), MOST_OF_A_PANEL) for it in panels]
    if len(panels) > 1 and all(panel.needed == 1 for panel in panels):
        return "needs one each of " + " and ".join(of_whom)
    of_each = [f"{it.needed} of {whom}" for it, whom in zip(panels, of_whom, strict=True)]
    return "needs " + " and ".join(of_each) if of_each else ""


def rule_name(rule: Rule) -> str:
    """A rule with its version."""
    name = line(rule.name.replace("`", "'"), NAME_LIMIT).text
    version = f" v{line(rule.version, 20).text}" if rule.version else ""
    return f"rule `{name}`{version}"


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
        return f"operator via CLI (unverified: {line(decision.asserted, NAME_LIMIT).text})"
    return "an operator (unverified)"


def decided(status: ApprovalStatus, decision: Decision) -> str:
    """Who, when and from where."""
    is_said = decision.via is Via.CLI and bool(decision.asserted)
    is_elsewhere = decision.by is not None and not decision.by.is_in_slack
    is_said = is_said or (is_elsewhere and decision.via is Via.MESSAGE)  # there is no thread
    where = "" if is_said else f" · {WHERE[decision.via]}"
    return f"by {decider(status, decision)} · {moment(decision.at)}{where}"


def voters(status: ApprovalStatus) -> str:
    """Every approval that counted so far, and how many that is of those that are needed."""
    rule, more = status.in_force, len(status.votes) - MOST_VOTES
    told = [_voter(status, vote) for vote in status.votes[:MOST_VOTES]]
    told += [f"and {more} more"] if more > 0 else []
    told += [f"{status.counted} of {rule.needed}"] if rule and rule.needed else []
    return " · ".join(told)


def _voter(status: ApprovalStatus, vote: CountedVote) -> str:
    decision = vote.decision
    notes = [f"in place of {mention(vote.instead_of)}"] if vote.instead_of else []
    notes += ["escalated"] if vote.escalated else []
    notes += ["break-glass"] if decision.verb is Verb.BREAK_GLASS else []
    notes += ["edited"] if decision.arguments else []
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"✔ {decider(status, decision)} {moment(decision.at)}{noted}"


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
            return f"members of {mention_channel(id_)}"
        case "U" | "W":
            return mention(id_)
        case _:
            return escape(id_) if is_in_slack(id_) else mention(id_)
