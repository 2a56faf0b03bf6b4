"""The approval card: the whole card from the whole state, and nothing from Slack."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.views.actions import APPROVE, REJECT
from bot.views.text import (
    FIELDS_LIMIT,
    HEADER_LIMIT,
    SECTION_LIMIT,
    clean,
    date_token,
    escape,
    fit,
    line,
    mention,
    plain,
)
from workflows.contracts import (
    ApprovalStatus,
    ArgumentField,
    Decision,
    Execution,
    Outcome,
    Prepared,
    Via,
)

SHORT_FIELD = 60
"""Characters up to which a value stands in one of two columns; longer ones get the full width."""
MOST_SECTIONS = 8
ARGUMENTS_LIMIT = 7_000
"""Characters of arguments on a card, so that with all the rest it stays below the 13,200 that
the blocks of one message may have (slackapi/bolt-js#2509)."""
SUMMARY_LIMIT = 600
REASON_LIMIT = 500

HEADLINES = {
    Outcome.PENDING: "✋ Approval needed",
    Outcome.APPROVED: "✅ Approved",
    Outcome.REJECTED: "⛔ Rejected",
    Outcome.FAILED_TO_ASK: "⚠️ Could not be asked",
}
UNSEEN = (
    ":warning: These arguments are too long to show here in full, so this card offers no Approve: "
    "nobody approves unseen. Ask for something smaller."
)


@dataclass(frozen=True, slots=True)
class _Arguments:
    blocks: Sequence[Block]
    complete: bool


def approval_card(status: ApprovalStatus, source: str = "") -> Sequence[Block]:
    """Everything an approver needs; buttons only while the approval is pending.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, if there is one.
    """
    arguments = _arguments(status.request.prepared)
    pending = status.outcome is Outcome.PENDING
    return [
        HeaderBlock(text=PlainTextObject(text=_headline(status))),
        _section(f"*{_summary(status)}*"),
        _context(_origin(status, source)),
        *arguments.blocks,
        *([] if pending else [_section(_verdict(status))]),
        _context(_facts(status)),
        *([_buttons(status, arguments)] if pending else []),
        *([_context(UNSEEN)] if pending and not arguments.complete else []),
    ]


def card_text(status: ApprovalStatus) -> str:
    """What notifications and screen readers read instead of the blocks."""
    if status.outcome is Outcome.PENDING:
        who = mention(status.request.call.requester.user)
        return f"Approval needed: {_summary(status)}, asked by {who}"
    return f"{_headline(status)}: {_summary(status)}. {_verdict(status)}"


def _headline(status: ApprovalStatus) -> str:
    title = f"{HEADLINES[status.outcome]} · {status.request.prepared.title}"
    return plain(title, HEADER_LIMIT).text


def _summary(status: ApprovalStatus) -> str:
    return line(status.request.prepared.summary, SUMMARY_LIMIT).text


def _origin(status: ApprovalStatus, source: str) -> str:
    call, prepared = status.request.call, status.request.prepared
    where = f"<#{escape(call.thread.channel)}>"
    if call.thread.channel.startswith("D"):
        where = "a direct message"
    link = f" (<{source}|open the thread>)" if source else ""
    parts = [f"asked by {mention(call.requester.user)} in {where}{link}"]
    if prepared.agent:
        parts.append(f"agent “{line(prepared.agent, 60).text}”")
    if prepared.reason:
        parts.append(f"because: “{line(prepared.reason, REASON_LIMIT).text}”")
    return " · ".join(parts)


def _arguments(prepared: Prepared) -> _Arguments:
    """Short values in two columns, long ones below in full width.

    A value that is the summary is not said twice, unless the summary had to be cut.
    """
    cut = not line(prepared.summary, SUMMARY_LIMIT).complete
    fields = [field for field in prepared.fields if cut or field.value != prepared.summary]
    seen = not cut or any(field.value == prepared.summary for field in fields)
    short = [field for field in fields if _is_short(field)]
    long = [field for field in fields if field not in short]
    rows = [_named(field) for field in short]
    sections = [rows[at : at + FIELDS_LIMIT] for at in range(0, len(rows), FIELDS_LIMIT)]
    texts = [fit(_named(field).split("\n"), SECTION_LIMIT) for field in long]
    blocks: list[Block] = [
        *(SectionBlock(fields=[_mrkdwn(row) for row in part]) for part in sections),
        *(_section(text.text) for text in texts),
    ]
    kept = _within_limit(blocks)
    all_shown = len(kept) == len(blocks) and all(text.complete for text in texts)
    return _Arguments(kept, seen and all_shown)


def _is_short(field: ArgumentField) -> bool:
    return max(len(field.name), len(field.value)) <= SHORT_FIELD and "\n" not in field.value


def _within_limit(blocks: Sequence[Block]) -> Sequence[Block]:
    """As many as one message takes beside everything else."""
    room = ARGUMENTS_LIMIT
    kept: list[Block] = []
    for block in blocks[:MOST_SECTIONS]:
        room -= len(json.dumps(block.to_dict(), ensure_ascii=False))
        if room < 0:
            break
        kept.append(block)
    return kept


def _named(field: ArgumentField) -> str:
    return f"*{escape(clean(field.name))}*\n{escape(clean(field.value)) or '_empty_'}"


def _verdict(status: ApprovalStatus) -> str:
    """Who decided, when and from where, and what came of it."""
    if status.decision is None:
        return "Slack did not take the question, so nobody was asked and nothing was done."
    lines = [f"*{str(status.outcome).capitalize()}* {_by(status.decision)}"]
    if status.decision.reason:
        lines.append(f"Reason: “{line(status.decision.reason, REASON_LIMIT).text}”")
    return "\n".join([*lines, *_aftermath(status)])


def _by(decision: Decision) -> str:
    who = mention(decision.by.user) if decision.by else "an operator (unverified)"
    where = "from outside Slack" if decision.via is Via.OPERATOR else "with the button"
    return f"by {who} · {date_token(decision.at.timestamp())} · {where}"


def _aftermath(status: ApprovalStatus) -> Iterator[str]:
    result = line(status.result, REASON_LIMIT).text
    match status.execution:
        case Execution.RUNNING:
            yield "⏳ Running…"
        case Execution.DONE:
            yield f"☑️ Done: {result}"
        case Execution.FAILED:
            yield f"⚠️ Failed: {result}"
        case Execution.NOT_STARTED if status.outcome is not Outcome.APPROVED:
            yield "Nothing was done."
        case Execution.NOT_STARTED:
            return


def _facts(status: ApprovalStatus) -> str:
    cost = status.request.prepared.cost
    parts = [f"costs {line(cost, 60).text}"] if cost else []
    asked = date_token(status.request.asked_at.timestamp())
    return " · ".join([*parts, f"asked {asked}", f"`{escape(status.id)}`"])


def _buttons(status: ApprovalStatus, arguments: _Arguments) -> Block:
    reject = ButtonElement(text="Reject", action_id=REJECT, value=status.id)
    approve = ButtonElement(text="Approve", action_id=APPROVE, value=status.id, style="primary")
    return ActionsBlock(
        block_id=f"decide:{status.edition}",
        elements=[approve, reject] if arguments.complete else [reject],
    )


def _section(text: str) -> Block:
    return SectionBlock(text=_mrkdwn(text))


def _context(text: str) -> Block:
    return ContextBlock(elements=[_mrkdwn(text)])


def _mrkdwn(text: str) -> MarkdownTextObject:
    """Verbatim: Slack makes links and mentions only of what is written as one."""
    return MarkdownTextObject(text=text, verbatim=True)
