"""The dialog that keeps nothing back: arguments, rule, votes, refused attempts."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from countersign.slack.actions import DETAILS
from countersign.slack.blocks import as_many, bold, context, paragraph, preformatted, rich, section
from countersign.slack.ending import verdict_blocks
from countersign.slack.facts import facts, markings
from countersign.slack.masks import masked_arguments
from countersign.slack.modals.frame import MARGIN, modal
from countersign.slack.modals.meta import Meta
from countersign.slack.people import decider, mentions, rule_name
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
from workflows.contracts.decisions import CountedVote, Outcome, Refused
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
        yield from verdict_blocks(status)
    yield from whole_question(status)
    yield context(
        *facts(status), *([" · ".join(marked)] if (marked := [*markings(status)]) else [])
    )
    if rule := status.in_force:
        yield section("\n".join(_rule(rule)))
    yield from _listed("*Votes that counted*", [_vote(status, vote) for vote in status.votes])
    refused = status.refused[-MOST_REFUSED:]
    yield from _listed("*Attempts that did not count*", [_refused(status, it) for it in refused])
    yield from _raw("Arguments as they will run", status.call, status.shown)
    if status.effective is not None:
        yield from _raw("Arguments as proposed", status.request.call, status.request.prepared)
    if status.request.replaces:
        yield context(f"replaces `{escape(status.request.replaces)}`")
    if status.shown.digest:
        yield context(f"digest `{escape(status.shown.digest)}`")


def _rule(rule: Rule) -> Iterator[str]:
    yield f"*{rule_name(rule).capitalize()}*"
    for panel in rule.panels:
        yield f"• {panel.needed} of {mentions(panel.who.ids)}"
    if rule.notify.ids:
        yield f"• notified: {mentions(rule.notify.ids)}"
    if rule.hand_over.ids:
        yield f"• may be handed over to {mentions(rule.hand_over.ids)}"
    if rule.break_glass:
        yield f"• in an emergency: {mentions(rule.break_glass)}"
    operator = "counts" if rule.operator else "does not count"
    yield f"• a signal from outside Slack {operator}"


def _vote(status: ApprovalStatus, vote: CountedVote) -> str:
    decision = vote.decision
    place = f", in place of {mention(vote.instead_of)}" if vote.instead_of else ""
    panels = ", ".join(str(number + 1) for number in vote.panels)
    evidence = f", member of panel {panels}" if panels else ""
    evidence += ", escalated" if vote.escalated else ""
    reason = f": “{line(decision.reason, REASON_LIMIT).text}”" if decision.reason else ""
    who = decider(status, decision)
    return (
        f"✔ {who} {moment(decision.at)} ({decision.via}, {decision.verb}{place}{evidence}){reason}"
    )


def _refused(status: ApprovalStatus, refused: Refused) -> str:
    who = decider(status, refused.decision) if refused.decision else "somebody"
    why = str(refused.why).replace("_", " ")
    detail = f": {line(refused.detail, REASON_LIMIT).text}" if refused.detail else ""
    return f"✘ {who} {moment(refused.at)}, {why}{detail}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[Block]:
    for at in range(0, len(lines), LINES_A_SECTION):
        heads = [title] if at == 0 else []
        yield section("\n".join([*heads, *lines[at : at + LINES_A_SECTION]]))


def _raw(title: str, call: Call, prepared: Prepared) -> Iterator[Block]:
    for part in pieces(clean(masked_arguments(call, prepared)), SECTION_LIMIT):
        yield rich(paragraph(bold(f"{title} ({clean(call.tool)})")), preformatted(part))
