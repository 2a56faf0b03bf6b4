"""The policy: what it rules of a call, and why. Pure; the facts are gathered before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from countersign.policy.clauses import EVERY, Clause
from countersign.policy.conditions import EvaluationError
from countersign.policy.document import DenyEntry, Document, RuleEntry
from countersign.policy.explanation import Explanation, Fate, Step
from countersign.policy.facts import Facts, Venue
from countersign.policy.ids import HERE
from countersign.policy.reach import NOBODY, can_be_reached
from countersign.policy.requesters import why_not
from countersign.policy.resolution import resolve
from countersign.policy.source import Source
from workflows.contracts.core import ToolSpec
from workflows.contracts.origins import SLACK, origin_name
from workflows.contracts.rules import PUBLIC, Limits, Rule, Ruling, Verdict

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be known of a requester and a channel before the policy can rule."""

    groups: bool
    channels: tuple[str, ...]
    account: bool = True
    place: bool = True
    total: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that was read without fault. Make one with `countersign.policy.loading.load`."""

    document: Document
    source: Source
    tools: Mapping[str, ToolSpec]
    denials: Sequence[Clause[DenyEntry]]
    rules: Sequence[Clause[RuleEntry]]

    @property
    def version(self) -> str:
        """What the policy calls this edition of itself."""
        return self.document.version

    @property
    def window(self) -> timedelta:
        """How far back totals count."""
        return self.document.totals.window

    @property
    def needs_totals(self) -> bool:
        """Whether any call has to be counted with those before it."""
        return any(self.needs(tool).total for tool in self.tools)

    def mentions(self, tool: str) -> bool:
        """Whether a deny or a rule covers this tool, so that its calls have to be judged."""
        return any(clause.covers(tool) for clause in (*self.denials, *self.rules))

    def needs(self, tool: str) -> Needs:
        """What the entries for this tool ask about the requester."""
        rules = [clause for clause in self.rules if clause.covers(tool)]
        conditions = [
            clause.conditions[tool]
            for clause in (*self.denials, *self.rules)
            if tool in clause.conditions
        ]
        groups = any(it.needs_groups for it in conditions) or any(
            clause.entry.may_request.groups for clause in rules
        )
        channels = (it for clause in rules for it in clause.entry.may_request.channels)
        return Needs(
            groups,
            tuple(dict.fromkeys(channels)),
            account=any(it.needs_account for it in conditions)
            or any(not _is_for_anybody(clause.entry) for clause in rules),
            place=any(it.needs_place for it in conditions),
            total=any(it.needs_total for it in conditions),
        )

    def patience(self, tool: str) -> timedelta:
        """For how long a call may wait for its ruling: as long as the rules for its tool do.

        A rule that waits for ever counts as a day.
        """
        rules = (clause.entry for clause in self.rules if clause.covers(tool))
        spans = [rule.expires_after or DAY for rule in rules if not rule.auto_approve]
        return max(spans, default=DAY)

    def judge(self, facts: Facts) -> Ruling:
        """What is to happen with a call. Whatever is unclear denies."""
        return self.explain(facts).ruling

    def explain(self, facts: Facts) -> Explanation:
        """The ruling, and every entry in order with why it matched or did not."""
        steps: list[Step] = []
        ruling: Ruling | None = None
        for clause in (*self.denials, *self.rules):
            fate, why = _fate(clause, facts) if ruling is None else _behind(steps)
            part = "deny" if isinstance(clause.entry, DenyEntry) else "rule"
            steps.append(Step(part, clause.entry.name, fate, why))
            if fate is Fate.MATCHED:
                ruling = self._ruling(clause.entry, facts)
            elif fate is Fate.FAILED:
                ruling = self._deny(
                    f"The policy failed at rule `{clause.entry.name}` ({why}), so nothing is "
                    "done. An administrator has to mend the policy.",
                    clause.entry.name,
                    failed=True,
                )
        ruling = ruling or self._unmatched(facts)
        return Explanation(tuple(steps), ruling.model_copy(update={"total": facts.total}))

    def _ruling(self, entry: DenyEntry | RuleEntry, facts: Facts) -> Ruling:
        if isinstance(entry, DenyEntry):
            return self._deny(entry.because, entry.name)
        if sentence := why_not(entry, facts.requester, facts.tool, self.document.solo):
            return self._deny(sentence, entry.name)
        if entry.auto_approve:
            return Ruling(
                verdict=Verdict.ALLOW,
                rule=Rule(name=entry.name, version=self.version, auto_approve=True),
                because=f"Rule `{entry.name}` allows this without asking anybody.",
                limits=self._limits,
                audience=_audience(facts, ()),
            )
        rule = resolve(self.document, entry, facts)
        if sentence := _why_unreachable(entry, rule, facts):
            return self._deny(sentence, entry.name)
        escalated = rule.escalation.to.ids if rule.escalation else ()
        return Ruling(
            verdict=Verdict.ASK,
            rule=rule,
            because=f"Rule `{entry.name}` asks for approval.",
            limits=self._limits,
            audience=_audience(facts, (*rule.approver_ids, *escalated, *rule.notify.ids)),
        )

    def _unmatched(self, facts: Facts) -> Ruling:
        spec = self.tools.get(facts.tool)
        if spec is not None and not (spec.needs_approval and facts.asks is not False):
            return Ruling(
                verdict=Verdict.ALLOW,
                because=f"`{facts.tool}` needs no approval, and no rule asks for one here.",
                limits=self._limits,
            )
        return self._deny(
            f"No rule of the policy covers this call of `{facts.tool}`, so it is not done. An "
            "administrator has to add a rule for it."
        )

    def _deny(self, because: str, name: str = "", *, failed: bool = False) -> Ruling:
        return Ruling(
            verdict=Verdict.DENY,
            rule=Rule(name=name, version=self.version) if name else None,
            because=because,
            failed=failed,
            limits=self._limits,
        )

    @property
    def _limits(self) -> Limits:
        limits = self.document.limits
        return Limits(asks_per_turn=limits.asks_per_turn, asks_per_hour=limits.asks_per_hour)


def _fate(clause: Clause[DenyEntry] | Clause[RuleEntry], facts: Facts) -> tuple[Fate, str]:
    entry = clause.entry
    if not clause.covers(facts.tool):
        return Fate.OTHER_TOOL, f"is about {', '.join(map(_meaning, entry.tool))}"
    if isinstance(entry, RuleEntry) and facts.asks is False and not clause.names(facts.tool):
        return Fate.OTHER_TOOL, "is about calls for which the tool asks, and it does not for this"
    try:
        holds = clause.holds(facts)
    except EvaluationError as error:
        return Fate.FAILED, str(error)
    if entry.when is None:
        return Fate.MATCHED, "has no condition"
    condition = f"`{entry.when.strip()}`"
    return (Fate.MATCHED, f"{condition} is true") if holds else (Fate.NOT_TRUE, condition)


def _meaning(pattern: str) -> str:
    return "tools that ask for approval by their own word (*)" if pattern == EVERY else pattern


def _is_for_anybody(rule: RuleEntry) -> bool:
    return rule.may_request.guests and rule.may_request.outsiders


def _behind(steps: Sequence[Step]) -> tuple[Fate, str]:
    decided = next(step for step in steps if step.fate in {Fate.MATCHED, Fate.FAILED})
    return Fate.NOT_REACHED, f"`{decided.name}` decided"


def _why_unreachable(entry: RuleEntry, rule: Rule, facts: Facts) -> str:
    """Why the approvals could not come together for this call, or nothing if they could."""
    is_own = rule.self_approval or rule.solo
    without = frozenset[str]() if is_own else frozenset({facts.requester.id})
    also = rule.escalation.to if rule.escalation else NOBODY
    is_empty = any(not panel.who.ids for panel in rule.panels)
    if not is_empty and can_be_reached(rule.panels, without, also):
        return ""
    if facts.origin != SLACK and _is_by_channel(entry):
        return "" if _is_for_operators(rule) else _why_no_channel(rule, facts)
    if facts.channel.is_direct and _is_by_channel(entry):
        return (
            f"Rule `{rule.name}` wants people of the channel to approve, and in a direct message "
            "there is nobody else. Ask again in a channel."
        )
    return (
        f"Rule `{rule.name}` needs {counted(rule.needed)}, and without the person who asks there "
        "are not enough approvers. Somebody else has to ask, or an administrator has to name more."
    )


def counted(needed: int) -> str:
    """So many approvals, in words."""
    return "one approval" if needed == 1 else f"{needed} approvals"


def _is_for_operators(rule: Rule) -> bool:
    """Whether a person at a terminal is enough, where nobody in Slack is."""
    return rule.operator and rule.needed == 1


def _why_no_channel(rule: Rule, facts: Facts) -> str:
    return (
        f"Rule `{rule.name}` wants people of the channel to approve, and in "
        f"{origin_name(facts.origin)} there is no channel. Ask again in a channel in Slack, or an "
        "administrator has to name who may approve, or the channel for its cards."
    )


def _is_by_channel(entry: RuleEntry) -> bool:
    return any(HERE in people.channels for people in (entry.approvers, *entry.panels))


def _audience(facts: Facts, ids: Sequence[str]) -> tuple[str, ...]:
    """Who may see the approval in lists. What is asked outside Slack is not public there."""
    room = (_room(facts.channel),) if facts.origin == SLACK else ()
    return tuple(dict.fromkeys((*room, facts.requester.id, *ids)))


def _room(venue: Venue) -> str:
    is_public = not (venue.is_direct or venue.is_private or venue.is_shared)
    return PUBLIC if is_public else venue.id
