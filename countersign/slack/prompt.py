"""A private sentence with buttons: nothing typed decides, but what was meant can be pressed."""

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from countersign.slack.actions import APPROVE, NUDGE, PROMPT, REJECT, REVIEW, Place
from countersign.slack.blocks import context, section
from countersign.slack.text import escape
from workflows.contracts.activity_inputs import Whisper

MOST = 12


def prompt_blocks(whisper: Whisper, deployment: str) -> Sequence[Block]:
    """The sentence, buttons for each approval that is offered, and "Ask them".

    `whisper.text` is our own mrkdwn, in which people's words are escaped already.
    """
    offered: list[Block] = []
    for at in range(len(whisper.press[:MOST])):
        offered += _offer(whisper, at, deployment)
    nudge = [_nudge(whisper.nudge, deployment)] if whisper.nudge else []
    return [section(whisper.text or "—"), *offered, *nudge]


def _offer(whisper: Whisper, at: int, deployment: str) -> Iterator[Block]:
    id_ = whisper.press[at]
    digest = whisper.digests[at] if at < len(whisper.digests) else ""
    review = at < len(whisper.review) and whisper.review[at]
    if len(whisper.press) > 1:
        yield context(f"`{escape(id_)}`")
    approve = (
        ButtonElement(text="Review…", action_id=REVIEW, value=id_)
        if review
        else ButtonElement(text="Approve", action_id=APPROVE, value=id_, style="primary")
    )
    reject = ButtonElement(text="Reject…", action_id=REJECT, value=id_)
    place = Place(PROMPT, 0, digest, deployment, row=str(at))
    yield ActionsBlock(block_id=place.block_id, elements=[approve, reject])


def _nudge(id_: str, deployment: str) -> Block:
    place = Place(PROMPT, deployment=deployment, row="nudge")
    ask = ButtonElement(
        text="Ask them",
        action_id=NUDGE,
        value=id_,
        accessibility_label="Remind those who can decide this",
    )
    return ActionsBlock(block_id=place.block_id, elements=[ask])
