"""What is wrong with a call's arguments, in words for people and models."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.exceptions import ValidationError as SchemaFault
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from referencing.exceptions import Unresolvable

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
BY_KEYWORD = {
    "maximum": "less_than_equal",
    "exclusiveMaximum": "less_than",
    "minimum": "greater_than_equal",
    "exclusiveMinimum": "greater_than",
    "multipleOf": "multiple_of",
    "minLength": "string_too_short",
    "maxLength": "string_too_long",
    "enum": "enum",
    "minItems": "too_short",
    "maxItems": "too_long",
    "additionalProperties": "extra_forbidden",
}
"""The same sentences by the keyword of JSON schema that was not kept."""
BY_TYPE = {
    "string": "string_type",
    "integer": "int_type",
    "number": "float_type",
    "boolean": "bool_type",
    "array": "list_type",
    "object": "dict_type",
}


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


def in_words_by_schema(given: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """The same for arguments of which there is only a JSON schema; empty if they fit.

    Args:
        given: the arguments.
        parameters: JSON schema; one that is broken itself refuses nothing.
    """
    try:
        faults = [*islice(Draft202012Validator(parameters).iter_errors(given), MOST_FAULTS)]
    except (SchemaError, RecursionError, Unresolvable, re.error):
        return ""
    told = [sentence for fault in faults for sentence in _told_by_schema(fault, parameters)]
    whole = "; ".join(dict.fromkeys(told))
    return f"{whole[:1].upper()}{whole[1:]}." if whole else ""


def _told_by_schema(fault: SchemaFault, parameters: Mapping[str, Any]) -> Iterator[str]:
    path, keyword, wanted = (
        [str(part) for part in fault.path],
        fault.validator,
        fault.validator_value,
    )
    if keyword == "required" and isinstance(fault.instance, Mapping):
        for missing in cast("list[str]", wanted):
            if missing not in fault.instance:
                yield SENTENCES["missing"].format(name=_name([*path, missing], parameters))
        return
    kind = BY_TYPE.get(str(wanted)) if keyword == "type" else BY_KEYWORD.get(str(keyword))
    bound = ", ".join(map(str, wanted)) if isinstance(wanted, list) else _bound(wanted)
    sentence = SENTENCES.get(kind or "", OTHERWISE)
    yield sentence.format_map(_Bounds(bound, name=_name(path, parameters)))


class _Bounds(dict[str, str]):
    """One bound under whatever name a sentence has for it."""

    def __init__(self, bound: str, name: str) -> None:
        super().__init__(name=name)
        self._bound = bound

    def __missing__(self, key: str) -> str:
        return self._bound


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
