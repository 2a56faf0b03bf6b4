"""What all dialogs about an approval have in common."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    PlainTextObject,
)
from slack_sdk.models.views import View

from countersign.messages.outcomes import ending
from countersign.slack.actions import MODALS
from countersign.slack.blocks import as_many, bold, context, paragraph, rich, section
from countersign.slack.buttons import not_from_slack
from countersign.slack.ending import verdict_line
from countersign.slack.facts import markings
from countersign.slack.modals.meta import Meta
from countersign.slack.people import place_in_line
from countersign.slack.request_section import sentence, whole_question
from countersign.slack.text import (
    MODAL_TITLE_LIMIT,
    SECTION_LIMIT,
    VIEW_BLOCKS_LIMIT,
    VIEW_SIZE_LIMIT,
    escape,
    plain,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

VALUE = "value"
"""`action_id` of every input; its `block_id` says which it is."""
MARGIN = 5_000
"""Characters of a view that are left for its frame."""
PLAIN_SUMMARY = 300


def modal(action: str, title: str, blocks: Sequence[Block], meta: Meta, submit: str = "") -> View:
    """A dialog; without `submit` it can only be closed.

    Raises:
        MetaError: `meta` is about too many approvals.
    """
    return View(
        type="modal",
        callback_id=MODALS[action],
        title=PlainTextObject(text=plain(title, MODAL_TITLE_LIMIT).text),
        submit=PlainTextObject(text=submit) if submit else None,
        close=PlainTextObject(text="Cancel" if submit else "Close"),
        blocks=blocks,
        private_metadata=meta.dump(),
    )


def approving_modal(
    action: str,
    title: str,
    status: ApprovalStatus,
    meta: Meta,
    submit: str,
    more: Sequence[Block] = (),
) -> View:
    """A dialog that shows everything and then approves; `more` stands below.

    It cannot be submitted when even a dialog does not hold everything, or when there is
    nothing to decide here.
    """
    asked = whole_question(status)
    room = VIEW_BLOCKS_LIMIT - len(more) - 2
    held = as_many(asked, room, VIEW_SIZE_LIMIT - MARGIN)
    why = hindrance(status) or ("" if held.complete else _too_large(status))
    if why:
        return modal(action, title, [section(why), *held.blocks], meta)
    return modal(action, title, [*held.blocks, *more, context(*_means(status))], meta, submit)


def hindrance(status: ApprovalStatus) -> str:
    """Why it cannot be decided in a dialog; empty if it can."""
    if status.outcome is not Outcome.PENDING:
        told = ending(status)
        return f"Nothing is left to decide. {verdict_line(status)}.{f' {told}' if told else ''}"
    rule = status.in_force
    return not_from_slack(status) if rule and not rule.from_slack else ""


def about(status: ApprovalStatus) -> Block:
    """One line that says what a dialog is about; who decides has seen the card."""
    return rich(paragraph(bold(plain(sentence(status), PLAIN_SUMMARY).text)))


def field(
    block_id: str,
    label: str,
    element: InputInteractiveElement,
    hint: str = "",
    *,
    optional: bool = False,
) -> Block:
    """Something to fill in."""
    return InputBlock(
        block_id=block_id,
        label=PlainTextObject(text=plain(label, SECTION_LIMIT // 2).text or "—"),
        element=element,
        hint=PlainTextObject(text=plain(hint, SECTION_LIMIT // 2).text) if hint else None,
        optional=optional,
    )


def text_input(most: int, placeholder: str = "") -> PlainTextInputElement:
    """Several lines to write."""
    return PlainTextInputElement(
        action_id=VALUE,
        multiline=True,
        max_length=most,
        placeholder=PlainTextObject(text=placeholder) if placeholder else None,
    )


def _means(status: ApprovalStatus) -> Iterator[str]:
    """What is unusual, and what one more approval means."""
    yield from (f":warning: {marked}" for marked in markings(status))
    yield place_in_line(status)


def _too_large(status: ApprovalStatus) -> str:
    id_ = escape(status.id)
    return (
        "⚠️ This is more than Slack can show, so it can't be approved here. "
        f"`countersign show {id_}` prints all of it, and `countersign approve {id_}` approves it. "
        "Or reject it and ask for something smaller."
    )
