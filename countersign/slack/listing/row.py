"""One approval as a row: what it is, how it stands, and its buttons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
)

from countersign.messages.endings import UNSURE, effect, stopped_by
from countersign.messages.outcomes import verdict_word
from countersign.slack.actions import (
    APPROVE,
    LIST_REFRESH,
    OPEN_CARD,
    REJECT,
    REVIEW,
    WITHDRAW,
)
from countersign.slack.blocks import bold, context, literal, paragraph, rich, words
from countersign.slack.buttons import confirmation
from countersign.slack.people import place_of
from countersign.slack.text import date_token, escape, mention, plain
from workflows.contracts.decisions import Outcome
from workflows.listing.rows import PendingApproval

ROOM = 500
"""Characters of a call in a row; a longer one is reviewed before it is approved."""
HINT_ROOM = 200
"""Characters of one that has to be reviewed anyway."""
COST_ROOM = 60
ENDED = "🛑 Ended; its card says how"


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row says of the call, and whether that is all of it."""

    title: str
    rest: str
    complete: bool

    @property
    def block(self) -> Block:
        """Rich text, in which nothing that people wrote is interpreted."""
        rest = [words(f"\n{self.rest}")] if self.rest else []
        return rich(paragraph(bold(self.title), *rest))


def row_text(row: PendingApproval, room: int = ROOM) -> RowText:
    """What the summary does not say, in one line; a value of several cannot be shown as it is."""
    title = plain(row.summary or row.title or row.id, room)
    is_said = bool(row.summary) and title.complete
    others = [field for field in row.fields if field.value != row.summary]
    fields = [field for field in others if not (is_said and field.in_summary)]
    values = " · ".join(f"{it.name}: {it.value}" for it in fields)
    rest = plain(values, max(room - len(title.text), 1))
    is_flat = not any("\n" in field.value for field in others)
    if title.complete and rest.complete and is_flat:
        return RowText(title.text or row.id, rest.text, complete=True)
    return RowText(plain(title.text, HINT_ROOM).text or row.id, "", complete=False)


def row_facts(row: PendingApproval, now: datetime) -> Block:
    """How it stands, in one line of small print; a cost that the summary names is said once."""
    cost = [literal(row.cost, COST_ROOM)] if row.cost not in row.summary else []
    return context(*cost, " · ".join(_facts(row, now)))


def row_buttons(
    row: PendingApproval, user: str, decides_own: bool = False, room: int = ROOM
) -> Sequence[InteractiveElement]:
    """Deciding for others, withdrawing for whoever asked, opening for everyone.

    `decides_own` says that the rule lets people decide what they asked for themselves.
    Approve only where the row says everything: nobody approves unseen.
    """
    opening: list[InteractiveElement] = []
    if row.permalink.startswith(("https://", "http://")):
        opening.append(
            ButtonElement(text="Open", action_id=OPEN_CARD, value=row.id, url=row.permalink)
        )
    if is_settled(row):
        return opening
    is_own = row.requester.user == user
    deciding = [*_deciding(row, room)] if row.from_slack and (decides_own or not is_own) else []
    if is_own:
        deciding.append(ButtonElement(text="Withdraw", action_id=WITHDRAW, value=row.id))
    return [*deciding, *opening]


def refresh_button(value: str = "refresh") -> InteractiveElement:
    """Draws the list in which it is pressed anew; where that is tells its block."""
    return ButtonElement(text="Refresh", action_id=LIST_REFRESH, value=value)


def is_settled(row: PendingApproval) -> bool:
    """Whether there is nothing left to decide."""
    return not row.is_open or row.outcome is not Outcome.PENDING


def standing(row: PendingApproval) -> str:
    """How it ended, and what of it has to be checked."""
    unsure = f"; {effect(row.execution)}" if row.execution in UNSURE else ""
    if row.outcome is Outcome.PENDING:  # it runs no more, and could not be listed anew
        return ENDED
    stopped = f": {stopped_by(row.stop)}" if row.outcome is Outcome.STOPPED else ""
    return f"{verdict_word(row.outcome)}{stopped}{unsure}"


def age(since: timedelta) -> str:
    """How long ago, in the largest unit that says something."""
    seconds = max(int(since.total_seconds()), 0)
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if count := seconds // size:
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "just now"


def _facts(row: PendingApproval, now: datetime) -> Iterator[str]:
    if is_settled(row):
        yield standing(row)
    yield f"asked by {mention(row.requester.user)} {age(now - row.asked_at)}"
    if not is_settled(row):
        if row.needed > 1:
            yield f"{row.counted} of {row.needed} approved"
        if row.deadline:
            until = "expired" if row.deadline <= now else "until"
            yield f"{until} {date_token(row.deadline.timestamp())}"
        if not row.from_slack:
            yield f"decided outside Slack: `countersign approve {escape(row.id)}`"


def _deciding(row: PendingApproval, room: int) -> Sequence[InteractiveElement]:
    reject = ButtonElement(text="Reject…", action_id=REJECT, value=row.id)
    if not row.complete or not row_text(row, room).complete:
        return [ButtonElement(text="Review…", action_id=REVIEW, value=row.id), reject]
    approve = ButtonElement(
        text="Approve",
        action_id=APPROVE,
        value=row.id,
        style="primary",
        confirm=_confirm(row) if row.confirm else None,
    )
    return [approve, reject]


def _confirm(row: PendingApproval) -> ConfirmObject:
    return confirmation(row.summary or row.title or "An action", place_of(row.counted, row.needed))
