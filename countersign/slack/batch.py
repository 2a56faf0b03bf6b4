"""The summary of several approvals of one turn."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from countersign.messages.endings import effect, stopped_by
from countersign.messages.outcomes import MARKS
from countersign.slack.actions import APPROVE_ALL, PROMPT, BlockId
from countersign.slack.blocks import section
from countersign.slack.request_section import summary
from countersign.slack.text import BUTTON_VALUE_LIMIT, moment
from countersign.slack.totals import together
from workflows.contracts.activity_inputs import Batch
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Execution, Outcome

SUMMARY_LIMIT = 150
MOST_ROWS = 24
EXECUTIONS = {
    Execution.NOT_STARTED: "",
    Execution.RUNNING: ", running",
    Execution.DONE: ", done",
    Execution.FAILED: ", failed",
    Execution.UNKNOWN: f"; {effect(Execution.UNKNOWN)}",
    Execution.PASSED_ON: ", left to the model's provider",
}
ROWS_A_SECTION = 6


def batch_blocks(batch: Batch, deployment: str) -> Sequence[Block]:
    """Every approval with its state; a button for all that wait, while any does."""
    rows = [_row(status) for status in batch.rows[:MOST_ROWS]]
    more = len(batch.rows) - len(rows)
    if more > 0:
        rows.append(f"…and {more} more; `/approvals` lists them all.")
    groups = [rows[at : at + ROWS_A_SECTION] for at in range(0, len(rows), ROWS_A_SECTION)]
    ids = _waiting(batch)
    return [
        section(f"*{_headline(batch)}*"),
        *(section("\n".join(group)) for group in groups),
        *([_button(ids, deployment)] if ids else []),
    ]


def batch_text(batch: Batch) -> str:
    """What notifications and screen readers read instead of the blocks."""
    rows = [f"• {summary(it, SUMMARY_LIMIT)}: {_state(it)}" for it in batch.rows[:MOST_ROWS]]
    return "\n".join([_headline(batch), *rows])


def _headline(batch: Batch) -> str:
    pending = [it for it in batch.rows if it.outcome is Outcome.PENDING]
    if pending:
        _, comma, total = together(pending).partition(", ")
        return f"{len(pending)} waiting{comma}{total}"
    if any(status.outcome is Outcome.STOPPED for status in batch.rows):
        return "Nothing waits here any more"
    return f"All {len(batch.rows)} are decided"


def _row(status: ApprovalStatus) -> str:
    link = status.card.permalink if status.card else ""
    opened = f" · <{link}|open the card>" if link else ""
    told, state = summary(status, SUMMARY_LIMIT), _state(status)
    # Whose mark says that it waits is not said to wait once more.
    state = _count(status) if status.outcome is Outcome.PENDING else f" · {state}"
    return f"{MARKS[status.outcome]} {told}{state}{opened}"


def _state(status: ApprovalStatus) -> str:
    if status.outcome is Outcome.PENDING:
        until = f" until {moment(status.deadline)}" if status.deadline else ""
        return f"waiting{_count(status)}{until}"
    if status.outcome is Outcome.STOPPED:
        return f"{stopped_by(status.stop)}; {effect(status.execution)}"
    return f"{status.outcome}{EXECUTIONS[status.execution]}"


def _count(status: ApprovalStatus) -> str:
    needed = status.in_force.needed
    return f" ({status.counted} of {needed})" if needed > 1 else ""


def _waiting(batch: Batch) -> Sequence[str]:
    """Ids of what waits, as many as a button can carry."""
    ids: list[str] = []
    room = BUTTON_VALUE_LIMIT
    for status in batch.rows:
        room -= len(status.id) + 1
        if status.outcome is Outcome.PENDING and room >= 0:
            ids.append(status.id)
    return ids


def _button(ids: Sequence[str], deployment: str) -> Block:
    place = BlockId(PROMPT, deployment=deployment, row="batch")
    several = len(ids) > 1
    approve = ButtonElement(
        text=f"Approve all {len(ids)}…" if several else "Approve the last one…",
        action_id=APPROVE_ALL,
        value=",".join(ids),
        accessibility_label=f"Review and approve all {len(ids)} that wait" if several else None,
    )
    return ActionsBlock(block_id=place.block_id, elements=[approve])
