"""What is wrong with a call's arguments, in words for people and models."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflows.argument_names import title_of

MOST_FAULTS = 5
SENTENCES = {
    "missing": "{name} is missing",
    "extra_forbidden": "{name} is not asked for",
    "less_than_equal": "{name} can be at most {le}",
    "less_than": "{name} has to be less than {lt}",
    "greater_than_equal": "{name} has to be {ge} or more",
    "greater_than": "{name} has to be more than {gt}",
    "multiple_of": "{name} has to be a multiple of {multiple_of}",
    "string_too_short": "{name} has to have {min_length} characters or more",
    "string_too_long": "{name} can have at most {max_length} characters",
    "string_type": "{name} has to be a text",
    "int_type": "{name} has to be a whole number",
    "int_parsing": "{name} has to be a whole number",
    "int_from_float": "{name} has to be a whole number",
    "float_type": "{name} has to be a number",
    "float_parsing": "{name} has to be a number",
    "finite_number": "{name} has to be a number",
    "bool_type": "{name} has to be yes or no",
    "bool_parsing": "{name} has to be yes or no",
    "enum": "{name} has to be one of these: {expected}",
    "literal_error": "{name} has to be one of these: {expected}",
    "list_type": "{name} has to be a list",
    "dict_type": "{name} has to be a group of values",
    "too_short": "{name} needs {min_length} or more",
    "too_long": "{name} can have at most {max_length}",
}
"""By pydantic's types of errors, with its own names for the bounds."""
OTHERWISE = "{name} doesn't fit"


def in_words(error: ValidationError, parameters: Mapping[str, Any]) -> str:
    """A sentence for each of the first faults, with the arguments' names as people read them.

    Args:
        error: what the check of the arguments found.
        parameters: JSON schema of the arguments, whose titles are their names.
    """
    faults = error.errors(include_url=False, include_input=False)
    told = [_told(fault, parameters) for fault in faults[:MOST_FAULTS]]
    whole = "; ".join(dict.fromkeys(told))
    return f"{whole[:1].upper()}{whole[1:]}."


def _told(fault: ErrorDetails, parameters: Mapping[str, Any]) -> str:
    bounds = {name: _bound(value) for name, value in fault.get("ctx", {}).items()}
    name = _name([str(part) for part in fault["loc"]], parameters)
    try:
        return SENTENCES.get(fault["type"], OTHERWISE).format(**{**bounds, "name": name})
    except KeyError:
        return OTHERWISE.format(name=name)


def _name(path: list[str], parameters: Mapping[str, Any]) -> str:
    first, *inner = path or ["what was given"]
    found = parameters.get("properties", {}).get(first, {})
    name = title_of(first, found if isinstance(found, Mapping) else {})
    return " ".join([name, *inner])


def _bound(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
