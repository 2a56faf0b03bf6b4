"""What Slack's own client refuses in a form, before the app hears of it."""

import re
from collections.abc import Sequence
from typing import Any

from sandbox.block_kit.inputs import STATE_KEYS, elements
from sandbox.json_types import Json

REQUIRED = "Please complete this required field."
NUMBER = re.compile(r"-?\d+(?:\.\d+)?|-?\.\d+")


def input_errors(blocks: Sequence[Json], values: Json) -> dict[str, str]:
    """Return an error for each input that is empty but required, or that does not fit."""
    errors: dict[str, str] = {}
    for block, element in elements(blocks):
        keys = STATE_KEYS.get(str(element.get("type")))
        if block.get("type") != "input" or keys is None:
            continue
        block_id, action_id = str(block["block_id"]), str(element.get("action_id"))
        value = values.get(block_id, {}).get(action_id, {}).get(keys[0])
        if not value:
            if not block.get("optional"):
                errors[block_id] = REQUIRED
        elif problem := _problem(element, value):
            errors[block_id] = problem
    return errors


def _problem(element: Json, value: Any) -> str:
    match element.get("type"):
        case "number_input":
            return _bad_number(element, str(value))
        case "plain_text_input":
            return _bad_length(element, str(value))
        case _:
            return ""


def _bad_number(element: Json, value: str) -> str:
    if not NUMBER.fullmatch(value):
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and "." in value:
        return "Please enter a whole number."
    if (least := element.get("min_value")) is not None and float(value) < float(least):
        return f"Please enter {least} or more."
    if (most := element.get("max_value")) is not None and float(value) > float(most):
        return f"Please enter {most} or less."
    return ""


def _bad_length(element: Json, value: str) -> str:
    if (least := element.get("min_length")) and len(value) < int(least):
        return f"Please enter at least {least} characters."
    if (most := element.get("max_length")) and len(value) > int(most):
        return f"Please enter at most {most} characters."
    return ""
