"""The dialog that keeps nothing back: what was asked, the rule in words, votes, attempts."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, TextObject
from slack_sdk.models.views import View

from countersign.messages.refusals import NOT_COUNTED
from countersign.slack.actions import DETAILS
from countersign.slack.arguments import all_fields_of
from countersign.slack.blocks import (
    as_many,
    bold,
    context,
    literal,
    paragraph,
    preformatted,
    rich,
    section,
)
from countersign.slack.ending import whole_verdict_blocks
from countersign.slack.facts import changes_of_people, markings, waiting_facts
from countersign.slack.masks import masked_arguments
from countersign.slack.modals.frame import MARGIN, modal
from countersign.slack.modals.meta import Meta
from countersign.slack.people import decider, listed, mentions, number, rule_name, where
from countersign.slack.request_section import whole_question
from countersign.slack.text import (
    SECTION_LIMIT,
    VIEW_BLOCKS_LIMIT,
    VIEW_SIZE_LIMIT,
    clean,
    escape,
    line,
    mention,
    moment,
    pieces,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import CountedVote, Outcome, Refused, Verb
from workflows.contracts.rules import Rule

MOST_REFUSED = 20
LINES_A_SECTION = 6
REASON_LIMIT = 200


def details_modal(status: ApprovalStatus, meta: Meta) -> View:
    """Everything that is known; where Slack does not hold it all, it says what does."""
    blocks = [*_blocks(status)]
    held = as_many(blocks, VIEW_BLOCKS_LIMIT - 1, VIEW_SIZE_LIMIT - MARGIN)
    shown = list(held.blocks)
    if not held.complete:
        id_ = escape(status.id)
        shown.append(section(f"The rest doesn't fit here; `countersign show {id_}` prints it."))
    return modal(DETAILS, "Details", shown, meta)


def _blocks(status: ApprovalStatus) -> Iterator[Block]:
    if status.outcome is not Outcome.PENDING:
        yield from whole_verdict_blocks(status)
    yield from whole_question(status, all_fields_of(status.shown))
    if told := [*_how_it_stands(status)]:
        yield context(" · ".join(told))
    yield section("\n".join(_rule(status.in_force)))
    yield from _listed("*Votes that counted*", [_vote(status, vote) for vote in status.votes])
    refused = status.refused[-MOST_REFUSED:]
    yield from _listed("*Attempts that did not count*", [_refused(status, it) for it in refused])
    yield from _raw("All arguments", status.call, status.shown)
    if status.effective is not None:
        yield from _raw("Arguments as proposed", status.request.call, status.request.prepared)
    yield context(*_record(status))


def _how_it_stands(status: ApprovalStatus) -> Iterator[str]:
    if status.outcome is Outcome.PENDING:
        yield from waiting_facts(status)
    else:
        yield from changes_of_people(status)
    yield from (f":warning: {marked}" for marked in markings(status))


def _rule(rule: Rule) -> Iterator[str]:
    yield f"*{rule_name(rule).capitalize()}*"
    for panel in rule.panels:
        plural = "" if panel.needed == 1 else "s"
        yield f"• {number(panel.needed)} approval{plural} from {_any(panel.who.ids)}"
    if rule.notify.ids:
        yield f"• {_all(rule.notify.ids)} are told"
    if rule.hand_over.ids:
        yield f"• A vote may be handed over to {_any(rule.hand_over.ids)}"
    if rule.break_glass:
        yield f"• In an emergency {_any(rule.break_glass)} may approve alone"
    operator = "counts" if rule.operator else "does not count"
    yield f"• A decision from outside Slack {operator}"


def _any(ids: Sequence[str]) -> str:
    return listed([mentions([id_]) for id_ in dict.fromkeys(ids)], "or")


def _all(ids: Sequence[str]) -> str:
    return listed([mentions([id_]) for id_ in dict.fromkeys(ids)])


def _record(status: ApprovalStatus) -> Iterator[str | TextObject]:
    """For whoever looks it up elsewhere."""
    yield f"Asked {moment(status.request.asked_at)}"
    if agent := line(status.shown.agent, REASON_LIMIT).text:
        yield literal(f"by the agent {agent}")
    if status.outcome is not Outcome.PENDING and status.deadline:
        yield f"Open until {moment(status.deadline)}"
    yield f"`{escape(status.id)}`"
    if status.request.replaces:
        yield f"Replaces `{escape(status.request.replaces)}`"
    if status.replaced_by:
        yield f"Replaced by `{escape(status.replaced_by)}`"
    if status.shown.digest:
        yield f"Digest `{escape(status.shown.digest)}`"


def _vote(status: ApprovalStatus, vote: CountedVote) -> str:
    decision = vote.decision
    notes = [f"in place of {mention(vote.instead_of)}"] if vote.instead_of else []
    notes += ["asked because nobody had decided"] if vote.escalated else []
    notes += ["alone, in an emergency"] if decision.verb is Verb.BREAK_GLASS else []
    notes += ["with changes"] if decision.arguments else []
    noted = f", {', '.join(notes)}" if notes else ""
    reason = f": “{line(decision.reason, REASON_LIMIT).text}”" if decision.reason else ""
    return f"✔ {decider(status, decision)} {moment(decision.at)}{where(decision)}{noted}{reason}"


def _refused(status: ApprovalStatus, refused: Refused) -> str:
    who = decider(status, refused.decision) if refused.decision else "somebody"
    return f"✘ {who} {moment(refused.at)}: {NOT_COUNTED[refused.why]}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[Block]:
    for at in range(0, len(lines), LINES_A_SECTION):
        heads = [title] if at == 0 else []
        yield section("\n".join([*heads, *lines[at : at + LINES_A_SECTION]]))


def _raw(title: str, call: Call, prepared: Prepared) -> Iterator[Block]:
    for part in pieces(clean(masked_arguments(call, prepared)), SECTION_LIMIT):
        yield rich(paragraph(bold(title)), preformatted(part))
