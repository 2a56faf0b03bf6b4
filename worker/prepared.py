"""What people read of a call before they decide: bounded, without secrets, with its digest."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from countersign.tools.annotations import Preview
from countersign.tools.text import cut, encodable, shown_value, text_of
from countersign.tools.toolkit import Arguments, Tool, ToolError
from workflows.contracts.core import ArgumentField, Call, Prepared
from workflows.digest import digest
from workflows.redaction import Secrets

SUMMARY_LIMIT = 3_000
NAME_LIMIT = 200
FIELDS_LIMIT = 60_000
"""Characters of all lines of a card: the longest arguments fit with room to spare."""
LINES_LIMIT = 100


def prepared_call(
    call: Call, tool: Tool, preview: Preview, read: Arguments, secrets: Secrets
) -> Prepared:
    """A call as it may be shown, with the digest of what it really is.

    Args:
        call: as the model made it.
        tool: what it calls.
        preview: what the tool's own code says of it.
        read: its arguments.
        secrets: what nobody may read.

    Raises:
        ToolError: what it costs cannot be said.
    """
    whole = _prepared(tool, preview, read)
    shown = _fields(tool, preview, secrets.mask(read.shown))
    return _masked(call, tool, whole, shown, secrets)


def _prepared(tool: Tool, preview: Preview, read: Arguments) -> Prepared:
    return Prepared(
        title=tool.title,
        summary=text_of(preview.summary),
        fields=_fields(tool, preview, read.shown),
        cost=text_of(preview.cost),
        reason=read.reason,
        amount=_amount(preview.amount),
        left=_amount(preview.left),
        parameters=tool.parameters,
        tool=tool.fingerprint,
    )


def _masked(
    call: Call, tool: Tool, prepared: Prepared, fields: Sequence[ArgumentField], secrets: Secrets
) -> Prepared:
    """The same as it may be shown, with the digest of what it really is."""

    def shown(text: str, limit: int) -> str:
        return cut(secrets.hide(text), limit)

    why = ArgumentField(name=tool.reason_argument, value=prepared.reason)
    return prepared.model_copy(
        update={
            "summary": shown(prepared.summary, SUMMARY_LIMIT),
            "fields": tuple(_bounded(map(secrets.mask_field, fields))),
            "cost": shown(prepared.cost, NAME_LIMIT),
            "reason": shown(secrets.mask_field(why).value, SUMMARY_LIMIT),
            "digest": digest(call.tool, call.arguments, prepared),
            "arguments": encodable(secrets.mask_arguments(call.arguments)),
        }
    )


def _bounded(fields: Iterable[ArgumentField]) -> Iterator[ArgumentField]:
    """Lines of a card, as many and as long as they can be carried."""
    left = FIELDS_LIMIT
    for number, field_ in enumerate(fields):
        if number >= LINES_LIMIT or left <= 0:
            yield ArgumentField(name="more", value="[cut: further lines are left out]")
            return
        value = cut(field_.value, left)
        left -= len(value)
        yield field_.model_copy(update={"name": cut(field_.name, NAME_LIMIT), "value": value})


def _fields(tool: Tool, preview: Preview, shown: Mapping[str, Any]) -> tuple[ArgumentField, ...]:
    """What the preview says, else every argument as it was given; the reason is said already."""
    if preview.fields:
        return tuple(map(_encodable, preview.fields))
    return tuple(
        ArgumentField(
            name=text_of(name).replace("_", " "),
            value=shown_value(value),
            in_summary=name == tool.reason_argument,
        )
        for name, value in shown.items()
    )


def _amount(given: float | None) -> float | None:
    """The amount that rules compare. NaN would match none, and the call would run freely."""
    if given is not None and not math.isfinite(given):
        raise ToolError("What it costs cannot be said.")
    return given


def _encodable(field_: ArgumentField) -> ArgumentField:
    told = {"name": text_of(field_.name), "value": text_of(field_.value)}
    return field_.model_copy(update=told)
