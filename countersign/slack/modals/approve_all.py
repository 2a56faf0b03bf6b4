"""Several approvals in one dialog, each listed in full with a tick box."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, CheckboxesElement, Option, PlainTextObject
from slack_sdk.models.views import View

from countersign.slack.actions import APPROVE_ALL
from countersign.slack.arguments import argument_lines
from countersign.slack.blocks import bold, bullets, context, literal, paragraph, rich, section, size
from countersign.slack.complete import is_complete
from countersign.slack.facts import markings
from countersign.slack.modals.frame import MARGIN, VALUE, field, modal
from countersign.slack.modals.meta import Meta
from countersign.slack.people import needed
from countersign.slack.request_section import comparisons, sentence, summary, unsaid_fields
from countersign.slack.text import (
    OPTION_LIMIT,
    TICKS_LIMIT,
    VIEW_BLOCKS_LIMIT,
    VIEW_SIZE_LIMIT,
    escape,
    mention,
    plain,
)
from countersign.slack.totals import left_after, together
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Outcome

TICKS = "ticks:"
DIGEST = 16
"""Characters of a digest, as many as a button's place carries."""
LEFT_OUT_A_SECTION = 8
MOST_LEFT_OUT = 40
SUMMARY_LIMIT = 200
TOLD_LIMIT = 1_000
"""Characters of a summary that is shown in full; a complete card has fewer."""
KEPT_BLOCKS = 20
"""Blocks for the tick boxes, the heading and what is left out."""


@dataclass(frozen=True, slots=True)
class _Listed:
    status: ApprovalStatus
    blocks: Sequence[Block]


def approve_all_modal(statuses: Sequence[ApprovalStatus], meta: Meta) -> View:
    """Every approval of a batch, in its order; what cannot be ticked says why."""
    listed, left_out = _divided(statuses)
    blocks: list[Block] = [*_introduction(listed)]
    groups = range(0, len(listed), TICKS_LIMIT)
    blocks += [_ticks(listed[at : at + TICKS_LIMIT], at + 1) for at in groups]
    for item in listed:
        blocks += item.blocks
    blocks += _left_out(left_out)
    submit = "Approve ticked" if listed else ""
    return modal(APPROVE_ALL, "Approve several", blocks, meta, submit)


def read_ticked_digests(values: Mapping[str, Any]) -> Mapping[str, str]:
    """The approvals that are ticked, each with the beginning of the digest that was shown."""
    found: dict[str, str] = {}
    for block_id, block in values.items():
        if block_id.startswith(TICKS):
            state = (block or {}).get(VALUE) or {}
            for option in state.get("selected_options") or ():
                id_, _, digest = str(option.get("value")).partition("|")
                found[id_] = digest
    return found


def _divided(
    statuses: Sequence[ApprovalStatus],
) -> tuple[Sequence[_Listed], Sequence[tuple[ApprovalStatus, str]]]:
    listed: list[_Listed] = []
    left_out: list[tuple[ApprovalStatus, str]] = []
    blocks, room = VIEW_BLOCKS_LIMIT - KEPT_BLOCKS, VIEW_SIZE_LIMIT - 10 * MARGIN
    for status in statuses:
        why = _hindrance(status)
        shown = [] if why else [*_in_full(status, len(listed) + 1)]
        if not why and (len(shown) > blocks or size(shown) > room):
            why = "doesn't fit here any more; open its card"
        if why:
            left_out.append((status, why))
            continue
        blocks, room = blocks - len(shown), room - size(shown)
        listed.append(_Listed(status, shown))
    return listed, left_out


def _hindrance(status: ApprovalStatus) -> str:
    rule = status.in_force
    if status.outcome is not Outcome.PENDING:
        return f"is already {status.outcome}"
    if rule and not rule.from_slack:
        return f"can only be decided outside Slack: `countersign approve {escape(status.id)}`"
    if not is_complete(status):
        return "is too large to show in full here; review it on its card"
    return ""


def _introduction(listed: Sequence[_Listed]) -> Iterator[Block]:
    if not listed:
        yield section("Nothing here can be approved in one go.")
        return
    statuses = [item.status for item in listed]
    yield section(f"*{together(statuses)}.* Untick what you don't approve.")
    if left := left_after(statuses):
        yield section(left)


def _in_full(status: ApprovalStatus, number: int) -> Iterator[Block]:
    """What the card shows, in less room."""
    shown = status.shown
    told = plain(sentence(status), TOLD_LIMIT).text
    head = paragraph(bold(f"{number} · {told}"))
    lines = [*argument_lines(unsaid_fields(status))]
    yield rich(head, bullets(lines)) if lines else rich(head)
    yield from comparisons(status, TOLD_LIMIT)
    who = mention(status.request.call.requester.user)
    reason = [literal(f"“{shown.reason}”")] if shown.reason else []
    small = " · ".join((*(f":warning: {it}" for it in markings(status)), needed(status)))
    yield context(f"{who}{':' if reason else ''}", *reason, *([small] if small else []))


def _ticks(group: Sequence[_Listed], first: int) -> Block:
    options = [
        Option(
            value=f"{item.status.id}|{item.status.shown.digest[:DIGEST]}",
            text=PlainTextObject(text=_label(item.status, at)),
        )
        for at, item in enumerate(group, first)
    ]
    ticks = CheckboxesElement(action_id=VALUE, options=options, initial_options=options)
    last = first + len(group) - 1
    label = f"Approve {first} to {last}" if last > first else f"Approve {first}"
    return field(f"{TICKS}{first}", label, ticks, optional=True)


def _label(status: ApprovalStatus, number: int) -> str:
    return plain(f"{number} · {sentence(status)}", OPTION_LIMIT).text


def _left_out(left_out: Sequence[tuple[ApprovalStatus, str]]) -> Iterator[Block]:
    lines = [f"• {_opened(status)} {why}" for status, why in left_out[:MOST_LEFT_OUT]]
    if len(left_out) > MOST_LEFT_OUT:
        lines.append(f"• and {len(left_out) - MOST_LEFT_OUT} more")
    for at in range(0, len(lines), LEFT_OUT_A_SECTION):
        heads = ["*Can't be approved here:*"] if at == 0 else []
        yield section("\n".join([*heads, *lines[at : at + LEFT_OUT_A_SECTION]]))


def _opened(status: ApprovalStatus) -> str:
    link = status.card.permalink if status.card else ""
    opened = f" (<{link}|open the card>)" if link else ""
    return f"{summary(status, SUMMARY_LIMIT)}{opened}"
