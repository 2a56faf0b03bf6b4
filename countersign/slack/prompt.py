"""A private sentence with buttons: nothing typed decides, but what was meant can be pressed."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from countersign.slack.actions import APPROVE, NUDGE, PROMPT, REJECT, REVIEW, BlockId
from countersign.slack.blocks import context, section
from countersign.slack.text import escape
from workflows.contracts.activity_inputs import EphemeralMessage

MOST = 12


def prompt_blocks(ephemeral: EphemeralMessage, deployment: str) -> Sequence[Block]:
    """The sentence, buttons for each approval that is offered, and "Ask them".

    `ephemeral.text` is our own mrkdwn, in which people's words are escaped already.
    """
    offered: list[Block] = []
    for at in range(len(ephemeral.press[:MOST])):
        offered += _offer(ephemeral, at, deployment)
    nudge = [_nudge(ephemeral.nudge, deployment)] if ephemeral.nudge else []
    return [section(ephemeral.text or "—"), *offered, *nudge]


def _offer(ephemeral: EphemeralMessage, at: int, deployment: str) -> Iterator[Block]:
    id_ = ephemeral.press[at]
    digest = ephemeral.digests[at] if at < len(ephemeral.digests) else ""
    review = at < len(ephemeral.review) and ephemeral.review[at]
    if len(ephemeral.press) > 1:
        yield context(f"`{escape(id_)}`")
    approve = (
        ButtonElement(text="Review…", action_id=REVIEW, value=id_)
        if review
        else ButtonElement(text="Approve", action_id=APPROVE, value=id_, style="primary")
    )
    reject = ButtonElement(text="Reject…", action_id=REJECT, value=id_)
    place = BlockId(PROMPT, 0, digest, deployment, row=str(at))
    yield ActionsBlock(block_id=place.block_id, elements=[approve, reject])


def _nudge(id_: str, deployment: str) -> Block:
    place = BlockId(PROMPT, deployment=deployment, row="nudge")
    ask = ButtonElement(
        text="Ask them",
        action_id=NUDGE,
        value=id_,
        accessibility_label="Remind those who can decide this",
    )
    return ActionsBlock(block_id=place.block_id, elements=[ask])
