"""A private sentence with buttons: nothing typed decides, but what was meant can be pressed."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from countersign.messages.notices import spoken
from countersign.slack.actions import APPROVE, NUDGE, PROMPT, REJECT, REVIEW, BlockId
from countersign.slack.blocks import context, literal, section
from countersign.slack.voice import MrkdwnVoice
from workflows.contracts.activity_inputs import EphemeralMessage
from workflows.contracts.notices import Offer

MOST = 12
SUMMARY_LIMIT = 150


def prompt_blocks(ephemeral: EphemeralMessage, deployment: str) -> Sequence[Block]:
    """The sentence, buttons for each approval that is offered, and "Remind them"."""
    offers = ephemeral.notice.offers[:MOST]
    offered: list[Block] = []
    for number, offer in enumerate(offers):
        if len(offers) > 1:
            offered.append(context(literal(offer.prepared.summary, SUMMARY_LIMIT)))
        offered.append(_buttons(offer, number, deployment))
    nudge = [_nudge(ephemeral.nudge, deployment)] if ephemeral.nudge else []
    return [
        section(spoken(ephemeral.notice, MrkdwnVoice(ephemeral.to.user)) or "—"),
        *offered,
        *nudge,
    ]


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
