"""Edit & approve: the arguments as a form, and what comes back of it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from countersign.slack.actions import EDIT
from countersign.slack.arguments import whole_argument_blocks
from countersign.slack.blocks import as_many, context, section
from countersign.slack.masks import masked_arguments
from countersign.slack.modals.form import input_block
from countersign.slack.modals.frame import MARGIN, VALUE, about, hindrance, modal
from countersign.slack.modals.meta import Meta
from countersign.slack.modals.schema import Entry, Kind, entries
from countersign.slack.modals.typed import Typed, editable, read_arguments
from countersign.slack.request_section import summary
from countersign.slack.text import VIEW_BLOCKS_LIMIT, VIEW_SIZE_LIMIT
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField
from workflows.digest import REASON

NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
NOTE = (
    "What you change is checked first, by the rules too. Then this counts as your approval, and "
    "the card shows both versions."
)
TOO_LONG = "Some of what you typed was too long to be kept here, so please check every field."
UNCHANGED = "*These stay as they are:*"


class EditErrors(dict[str, str]):
    """What is wrong with a submission: a sentence for each `block_id`."""


class _EntryError(Exception):
    """What was filled in does not fit; the text is for whoever wrote it."""


def edit_modal(status: ApprovalStatus, meta: Meta, typed: Typed | None = None) -> View:
    """A field for each argument that can be edited, and the others below as they are.

    `typed` is what was filled in the last time.
    """
    given = read_arguments(masked_arguments(status.call, status.shown))
    inputs = _inputs(status, given, typed or Typed())
    rest = [it for it in _others(given, inputs) if it.name != REASON]
    others = [section(UNCHANGED), *whole_argument_blocks(rest)] if rest else []
    cut = [context(TOO_LONG)] if typed and typed.is_cut else []
    blocks = [about(status), *cut, *inputs.values(), *others, section(NOTE)]
    held = as_many(blocks, VIEW_BLOCKS_LIMIT, VIEW_SIZE_LIMIT - MARGIN)
    if why := hindrance(status) or _why_not(status, inputs, held.complete):
        return modal(EDIT, "Edit and approve", [section(why)], meta)
    return modal(EDIT, "Edit and approve", blocks, meta, "Approve as edited")


def read_edit(
    values: Mapping[str, Any], parameters: Mapping[str, Any], arguments: str = ""
) -> str | EditErrors:
    """The arguments as they were edited, as JSON, or what is wrong with them.

    Args:
        values: `state.values` of the submission.
        parameters: JSON schema of the tool's arguments, the same as for the form.
        arguments: the call's arguments of now, JSON; what was not in the form, such as
            secrets and the reason, is taken over from them.
    """
    edited = read_arguments(arguments)
    errors = EditErrors()
    for entry in entries(parameters):
        if entry.block_id not in values:
            continue
        state: Mapping[str, Any] = (values[entry.block_id] or {}).get(VALUE) or {}
        try:
            _put(edited, entry, state)
        except _EntryError as error:
            errors[entry.block_id] = str(error)
    return errors or json.dumps(edited)


def _inputs(status: ApprovalStatus, given: Mapping[str, Any], typed: Typed) -> dict[str, Block]:
    """Blocks by the name of their argument, each with what was typed, if that can be shown."""
    filled_in = {**given, **typed.values}
    found: dict[str, Block] = {}
    for entry in editable(status):
        if block := input_block(entry, filled_in) or input_block(entry, given):
            found[entry.name] = block
    return found


def _others(given: Mapping[str, Any], inputs: Mapping[str, Block]) -> Iterator[ArgumentField]:
    for name, value in given.items():
        if name not in inputs:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield ArgumentField(name=name.replace("_", " "), value=text)


def _why_not(status: ApprovalStatus, inputs: Mapping[str, Block], complete: bool) -> str:
    if not inputs:
        return f"Nothing in “{summary(status)}” can be edited in Slack. Ask for changes instead."
    if not complete:
        return f"“{summary(status)}” has more than a dialog can show. Ask for changes instead."
    return ""


def _put(edited: dict[str, Any], entry: Entry, state: Mapping[str, Any]) -> None:
    """Take over one field.

    Raises:
        _EntryError: it is not what the argument takes.
    """
    option = state.get("selected_option") or {}
    text = str(state.get("value") or option.get("value") or "")
    if text:
        edited[entry.name] = _value(entry, text)
    elif entry.nullable:
        edited[entry.name] = None
    elif not entry.required:
        edited.pop(entry.name, None)
    elif entry.may_be_empty:
        edited[entry.name] = ""
    else:
        raise _EntryError("This can't be empty.")


def _value(entry: Entry, text: str) -> Any:
    match entry.kind:
        case Kind.TEXT:
            return _text(entry, text)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(entry, text.strip())
        case Kind.CHOICE:
            if not text.isdecimal() or int(text) >= len(entry.choices):
                raise _EntryError("Choose one from the list.")
            return entry.choices[int(text)]
        case Kind.JSON:
            return _json(text)


def _number(entry: Entry, text: str) -> int | float:
    found = NUMBER.fullmatch(text)
    if not found:
        raise _EntryError("Write a number, like 100.")
    if found[1] and entry.kind is Kind.INTEGER:
        raise _EntryError("Write a whole number, like 100.")
    value = float(text) if found[1] else int(text)
    _within(value, entry.schema.get("minimum"), entry.schema.get("maximum"))
    return value


def _within(value: float, least: object, most: object) -> None:
    """Said beside the field, so that nothing that was typed is lost.

    Raises:
        _EntryError: it is beyond a bound.
    """
    if isinstance(least, int | float) and value < least:
        raise _EntryError(f"Write {least:,} or more.")
    if isinstance(most, int | float) and value > most:
        raise _EntryError(f"Write {most:,} or less.")


def _text(entry: Entry, text: str) -> str:
    least, most = entry.schema.get("minLength"), entry.schema.get("maxLength")
    if isinstance(least, int) and len(text) < least:
        raise _EntryError(f"Write {least:,} characters or more.")
    if isinstance(most, int) and len(text) > most:
        raise _EntryError(f"Write at most {most:,} characters.")
    return text


def _json(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refused)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _EntryError("Write JSON here, with text in double quotes.") from error
    return value


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
