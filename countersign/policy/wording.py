"""What pydantic finds wrong with a policy, in the words of people who write one."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from countersign.policy.faults import Finding, Path

WORDS = {
    "missing": "is missing; it has to be there",
    "bool_type": "has to be true or false",
    "int_type": "has to be a whole number",
    "string_type": "has to be text; put it in quotes, or YAML takes it for something else",
    "tuple_type": "has to be a list, such as [a, b]",
    "model_type": "has to be a mapping of keys and values",
    "literal_error": "has to be one of {expected}",
    "string_too_short": "is empty; write something or take the key out",
    "string_too_long": "is longer than {max_length} characters; shorten it",
    "too_short": "is empty; write at least one",
    "too_long": "lists more than {max_length}, for which there is no room; list fewer",
    "greater_than_equal": "has to be at least {ge}",
    "less_than_equal": "has to be at most {le}",
    "string_pattern_mismatch": (
        "has to be a short name of letters, digits, dots, dashes and underscores, such as "
        "orders-over-1000"
    ),
}


def findings(error: ValidationError, document: type[BaseModel]) -> Iterator[Finding]:
    """Each of pydantic's errors as a place and a sentence.

    For pydantic, a list is empty whose only entry is wrong.
    """
    faults = error.errors(include_url=False, include_input=False)
    holders = {fault["loc"][:end] for fault in faults for end in range(len(fault["loc"]))}
    for fault in faults:
        path: Path = fault["loc"]
        kind, context = fault["type"], fault.get("ctx", {})
        if kind == "too_short" and path in holders:
            continue
        if kind == "extra_forbidden":
            yield path, _unknown_key(path, document)
        elif kind in WORDS:
            yield path, WORDS[kind].format(**context)
        else:
            yield path, fault["msg"].removeprefix("Value error, ")


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a mapping, as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type, however it is wrapped."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _unknown_key(path: Path, document: type[BaseModel]) -> str:
    model = document
    for part in path[:-1]:
        fields: Mapping[str, Any] = model.model_fields
        if isinstance(part, str) and part in fields:
            model = next(models_in(fields[part].annotation), model)
    known = keys_of(model)
    near = get_close_matches(str(path[-1]), known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"
    return f"is no key that is known here; {hint}"
