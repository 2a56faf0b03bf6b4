"""What can be pressed on a card and on what stands for it."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from countersign.slack.actions import (
    ALWAYS,
    APPROVE,
    ASK_AGAIN,
    BREAK_GLASS,
    DETAILS,
    EDIT,
    HAND_OVER,
    MORE,
    REJECT,
    REQUEST_CHANGES,
    REVIEW,
    WITHDRAW,
    BlockId,
)
from countersign.slack.blocks import context
from countersign.slack.people import place_in_line
from countersign.slack.request_section import sentence
from countersign.slack.text import (
    BUTTON_LIMIT,
    CONFIRM_TEXT_LIMIT,
    CONFIRM_TITLE_LIMIT,
    OVERFLOW_LIMIT,
    clean,
    escape,
    plain,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import Rule

UNSEEN = (
    ":warning: This is only part of it. Press *Review all…* to read everything before you decide."
)


def card_buttons(status: ApprovalStatus, complete: bool, place: BlockId) -> Iterator[Block]:
    """The buttons of a card that waits, and what has to be said of them."""
    rule = status.in_force
    elements = [*vote_buttons(status, complete), *_menu(status, rule)]
    yield ActionsBlock(block_id=place.block_id, elements=elements)
    if not rule.from_slack:
        yield context(not_from_slack(status))
    elif not complete:
        yield context(UNSEEN)


def vote_buttons(status: ApprovalStatus, complete: bool) -> Iterator[InteractiveElement]:
    """Approve, or what takes its place; Reject…; Request changes…."""
    rule = status.in_force
    if not rule.from_slack:
        return
    if complete:
        confirm = _confirm(status, rule) if rule.confirm or rule.solo else None
        yield button("Approve", APPROVE, status, style="primary", confirm=confirm)
    else:
        yield button("Review all…", REVIEW, status)
    yield button("Reject…", REJECT, status)
    yield button("Request changes…", REQUEST_CHANGES, status)


def settled_buttons(status: ApprovalStatus, place: BlockId) -> Iterator[Block]:
    """What stays on a card that is decided; and for the requester, after nobody answered."""
    is_expired = status.outcome is Outcome.EXPIRED and status.request.call.requester.is_in_slack
    again = [button("Ask again", ASK_AGAIN, status)] if is_expired else []
    yield ActionsBlock(
        block_id=place.block_id, elements=[*again, button("Details", DETAILS, status)]
    )


def button(
    text: str,
    action: str,
    status: ApprovalStatus,
    *,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """A button about an approval; its label for screen readers also says which."""
    told = plain(f"{text.rstrip('…')}: {sentence(status)}", BUTTON_LIMIT).text
    return ButtonElement(
        text=text,
        action_id=action,
        value=status.id,
        style=style,
        confirm=confirm,
        accessibility_label=told,
    )


def not_from_slack(status: ApprovalStatus) -> str:
    """What to do where the rule takes no decision from Slack."""
    id_ = escape(status.id)
    return (
        "This can't be decided in Slack. An operator decides it with "
        f"`countersign approve {id_}` or `countersign reject {id_}`."
    )


def _menu(status: ApprovalStatus, rule: Rule) -> Sequence[InteractiveElement]:
    """The rest in a menu; Details gets a button where the menu is full."""
    options = [
        Option(text=PlainTextObject(text=text), value=f"{action}|{status.id}")
        for action, text in _more(status, rule)
    ]
    if len(options) <= OVERFLOW_LIMIT:
        return [OverflowMenuElement(action_id=MORE, options=options)]
    rest = OverflowMenuElement(action_id=MORE, options=options[1:])
    return [button("Details", DETAILS, status), rest]


def _more(status: ApprovalStatus, rule: Rule) -> Iterator[tuple[str, str]]:
    yield DETAILS, "Details"
    if rule.from_slack:
        if rule.edit:
            yield EDIT, "Edit & approve"
        if rule.always:
            yield ALWAYS, "Always in this thread"
        if rule.hand_over.ids:
            yield HAND_OVER, "Hand over…"
        if rule.break_glass:
            yield BREAK_GLASS, "Break glass…"
    if status.request.call.requester.is_in_slack:
        yield WITHDRAW, "Withdraw"


def _confirm(status: ApprovalStatus, rule: Rule) -> ConfirmObject:
    """Asks with the sentence, and says what the press will mean."""
    means = "You approve your own request." if rule.solo else place_in_line(status)
    return confirmation(sentence(status), means)


def confirmation(told: str, means: str) -> ConfirmObject:
    """`Order 150 widgets for €6,180.00?` and below it what the press will mean."""
    asked = f"{' '.join(clean(told).split()).rstrip('.?! ')}?"
    is_short = len(asked) <= CONFIRM_TITLE_LIMIT
    text = means if is_short else f"{plain(asked, CONFIRM_TEXT_LIMIT - 60).text} {means}"
    return ConfirmObject(
        title=PlainTextObject(text=asked if is_short else "Approve this?", emoji=False),
        text=PlainTextObject(text=text, emoji=False),
        confirm=PlainTextObject(text="Approve"),
        deny=PlainTextObject(text="Go back"),
    )
