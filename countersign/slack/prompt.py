"""A private sentence with buttons: nothing typed decides, but what was meant can be pressed."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from countersign.messages.notices import spoken
from countersign.slack.actions import APPROVE, EDIT_AGAIN, NUDGE, PROMPT, REJECT, REVIEW, BlockId
from countersign.slack.blocks import context, literal, section
from countersign.slack.modals.typed import typed_of
from countersign.slack.text import BUTTON_VALUE_LIMIT
from countersign.slack.voice import MrkdwnVoice
from workflows.contracts.activity_inputs import EphemeralMessage
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome
from workflows.contracts.notices import Offer

MOST = 12
SUMMARY_LIMIT = 150


def prompt_blocks(ephemeral: EphemeralMessage, deployment: str) -> Sequence[Block]:
    """The sentence, and whatever can be pressed after it."""
    offers = ephemeral.notice.offers[:MOST]
    offered: list[Block] = []
    for number, offer in enumerate(offers):
        if len(offers) > 1:
            offered.append(context(literal(offer.prepared.summary, SUMMARY_LIMIT)))
        offered.append(_buttons(offer, number, deployment))
    return [
        section(spoken(ephemeral.notice, MrkdwnVoice(ephemeral.to.user)) or "—"),
        *offered,
        *_onward(ephemeral, deployment),
    ]


def has_buttons(ephemeral: EphemeralMessage) -> bool:
    """Whether something can be pressed in it."""
    return bool(ephemeral.notice.offers or [*_onward(ephemeral, "")])


def _onward(ephemeral: EphemeralMessage, deployment: str) -> Iterator[Block]:
    """After a press that did not count."""
    refused, status = ephemeral.notice.refused, ephemeral.notice.status
    typed = refused.decision.arguments if refused and refused.decision else ""
    if typed and status and _is_editable(status):
        yield _edit_again(status, typed, deployment)
    if ephemeral.nudge:
        yield _nudge(ephemeral.nudge, deployment)


def _is_editable(status: ApprovalStatus) -> bool:
    return status.outcome is Outcome.PENDING and status.in_force.edit


def _edit_again(status: ApprovalStatus, arguments: str, deployment: str) -> Block:
    """Opens the form with what was typed; that is in the button, and so has to be short."""
    place = BlockId(PROMPT, deployment=deployment, row="edit")
    room = BUTTON_VALUE_LIMIT - len(status.id) - 1
    again = ButtonElement(
        text="Edit again…",
        action_id=EDIT_AGAIN,
        value=f"{status.id}|{typed_of(status, arguments).dump(room)}",
        accessibility_label="Edit again, beginning with what you typed",
    )
    return ActionsBlock(block_id=place.block_id, elements=[again])


def _buttons(offer: Offer, number: int, deployment: str) -> Block:
    approve = (
        ButtonElement(text="Approve", action_id=APPROVE, value=offer.id, style="primary")
        if offer.in_full
        else ButtonElement(text="Review…", action_id=REVIEW, value=offer.id)
    )
    reject = ButtonElement(text="Reject…", action_id=REJECT, value=offer.id)
    place = BlockId(PROMPT, 0, offer.prepared.digest, deployment, row=str(number))
    return ActionsBlock(block_id=place.block_id, elements=[approve, reject])


def _nudge(id_: str, deployment: str) -> Block:
    place = BlockId(PROMPT, deployment=deployment, row="nudge")
    ask = ButtonElement(
        text="Remind them",
        action_id=NUDGE,
        value=id_,
        accessibility_label="Remind those who can decide this",
    )
    return ActionsBlock(block_id=place.block_id, elements=[ask])
