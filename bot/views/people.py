"""People in views: who is asked, who decided and from where."""

from collections.abc import Iterable

from bot.views.text import escape, line, mention, mention_channel, mention_group, moment
from workflows.contracts import ApprovalStatus, CountedVote, Decision, Verb, Via
from workflows.rules import People, Rule

MOST_NAMES = 8
MOST_VOTES = 8
NAME_LIMIT = 60

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
}


def names(ids: Iterable[str], most: int = MOST_NAMES) -> str:
    """Mentions of people, groups and channels; the rest of a long list is counted."""
    every = [_name(id_) for id_ in dict.fromkeys(ids)]
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more} more" if more > 0 else "")


def needed(rule: Rule) -> str:
    """How many of whom have to approve."""
    panels = [panel for panel in rule.panels if panel.who.ids]
    if len(panels) > 1 and all(panel.needed == 1 for panel in panels):
        return "needs one each of " + " and ".join(_some(panel.who) for panel in panels[:4])
    of_each = [f"{panel.needed} of {_some(panel.who)}" for panel in panels[:4]]
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
        return f"a standing permission of {mention(granted.by.user)}"
    if decision.via is Via.RULE:
        return f"the policy, {rule_name(rule)}" if rule else "the policy"
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
    where = WHERE[decision.via]
    return f"by {decider(status, decision)} · {moment(decision.at)} · {where}"


def voters(status: ApprovalStatus) -> str:
    """Every approval that counted so far."""
    more = len(status.votes) - MOST_VOTES
    told = [_voter(status, vote) for vote in status.votes[:MOST_VOTES]]
    return " · ".join([*told, f"and {more} more"] if more > 0 else told)


def _voter(status: ApprovalStatus, vote: CountedVote) -> str:
    decision = vote.decision
    notes = [f"in place of {mention(vote.instead_of)}"] if vote.instead_of else []
    notes += ["escalated"] if vote.escalated else []
    notes += ["break-glass"] if decision.verb is Verb.BREAK_GLASS else []
    notes += ["edited"] if decision.arguments else []
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"✔ {decider(status, decision)} {moment(decision.at)}{noted}"


def _some(people: People) -> str:
    return names(people.ids, 5)


def _name(id_: str) -> str:
    match id_[:1]:
        case "S":
            return mention_group(id_)
        case "C" | "G":
            return f"members of {mention_channel(id_)}"
        case "U" | "W":
            return mention(id_)
        case _:
            return escape(id_)
