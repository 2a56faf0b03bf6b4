"""The one line in the thread while the card is elsewhere."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from countersign.messages.outcomes import deciding
from countersign.slack.actions import PROMPT, WITHDRAW, BlockId
from countersign.slack.blocks import mrkdwn, section
from countersign.slack.ending import RESULT_LIMIT, UNFINISHED, execution, headline, verdict_line
from countersign.slack.facts import is_alone
from countersign.slack.people import any_of
from countersign.slack.refusal_words import problem, refusal
from countersign.slack.request_section import summary
from countersign.slack.text import escape, line, mention_channel, moment
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

SUMMARY_LIMIT = 300
MOST_PROBLEMS = 5
THREAD_REFUSES = "thread: "
"""Before Slack's word for why the thread takes no line, among a card's problems."""


def waiting_line(status: ApprovalStatus) -> str:
    """Who is waited for and until when; at the end the outcome and what came of it."""
    if status.outcome is not Outcome.PENDING:
        return _ended(status)
    if status.card and not status.card.ts and status.card.problems:
        return _not_posted(status)
    parts = [_waiting(status), f"*{summary(status, SUMMARY_LIMIT)}*"]
    if link := _link(status):
        parts.append(link)
    return " · ".join(parts)


def line_blocks(status: ApprovalStatus, deployment: str) -> Sequence[Block]:
    """The same, with a Withdraw button for the requester while it waits."""
    text = waiting_line(status)
    if status.outcome is not Outcome.PENDING:
        return [section(text)]
    place = BlockId(PROMPT, status.edition, status.shown.digest, deployment, row="line")
    withdraw = ButtonElement(
        text="Withdraw",
        action_id=WITHDRAW,
        value=status.id,
        accessibility_label="Withdraw this request; only who asked can",
    )
    return [SectionBlock(block_id=place.block_id, text=mrkdwn(text), accessory=withdraw)]


def letter_text(status: ApprovalStatus) -> str:
    """The same for who asked, in their direct messages, since the thread takes nothing."""
    problems = status.card.problems if status.card else ()
    codes = [it.removeprefix(THREAD_REFUSES) for it in problems if it.startswith(THREAD_REFUSES)]
    why = f": {refusal(codes[-1])}" if codes else ""
    return f"I can't post in {mention_channel(status.origin.channel)}{why}. {waiting_line(status)}"


def _waiting(status: ApprovalStatus) -> str:
    rule = status.in_force
    whom = any_of(status, rule.approver_ids) if rule.approver_ids else ""
    count = f" ({status.counted} of {rule.needed})" if rule.needed > 1 else ""
    until = f", until {moment(status.deadline)}" if status.deadline else ""
    return f"⏳ Waiting for {whom or 'a decision'}{count}{until}"


def _ended(status: ApprovalStatus) -> str:
    """What came of it, then who decided. A decision in an emergency comes first."""
    came, by = headline(status, SUMMARY_LIMIT), verdict_line(status)
    decision = deciding(status)
    if reason := decision.reason if decision else "":
        by += f": “{line(reason, SUMMARY_LIMIT).text}”"
    lines = [f"🚨 {by}", came] if is_alone(status) else [came, by]
    if status.execution in UNFINISHED:
        lines.append(line(execution(status), RESULT_LIMIT).text)
    return "\n".join(lines)


def _not_posted(status: ApprovalStatus) -> str:
    problems = status.card.problems[:MOST_PROBLEMS] if status.card else ()
    why = "; ".join(map(problem, problems))
    return (
        f"⚠️ The card for *{summary(status, SUMMARY_LIMIT)}* could not be posted ({why}). "
        f"You can still decide it with `/approvals` or `countersign approve {escape(status.id)}`. "
        "An administrator can allow me to post there."
    )


def _link(status: ApprovalStatus) -> str:
    link = status.card.permalink if status.card else ""
    return f"<{link}|open the card>" if link else ""
