"""An agent's last answer where it is no plain text: read by its schema, shown as Markdown."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agents import AgentOutputSchema
from agents.exceptions import ModelBehaviorError
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from workflows.argument_names import title_of
from workflows.contracts.core import OutputSpec

WRAPPED = "response"
"""Name that the SDK gives to what is no object itself."""
FAULT_LIMIT = 300


class SchemaOutput(AgentOutputSchema):
    """An output type of which only the schema is known here; the type itself is in the worker.

    The plugin takes no other base than the SDK's own class.
    """

    def __init__(self, spec: OutputSpec) -> None:
        super().__init__(str)
        self._spec = spec
        self._is_wrapped = spec.is_wrapped
        self._output_schema = spec.shape
        self._strict_json_schema = spec.is_strict

    def is_plain_text(self) -> bool:
        """It never is."""
        return False

    def name(self) -> str:
        """The type's name."""
        return self._spec.name

    def validate_json(self, json_str: str) -> Any:
        """What the model wrote, with what the SDK has put around it.

        Raises:
            ModelBehaviorError: it does not fit.
        """
        try:
            answer = json.loads(json_str)
        except (ValueError, RecursionError) as error:
            raise ModelBehaviorError("the answer is no JSON") from error
        if fault := misfit(answer, self._spec.shape):
            raise ModelBehaviorError(f"the answer does not fit: {fault}")
        return answer


def misfit(given: Any, shape: Mapping[str, Any]) -> str:
    """What does not fit a JSON schema, in one line; empty if all does.

    A schema that is broken itself refuses nothing.
    """
    try:
        fault = next(iter(Draft202012Validator(shape).iter_errors(given)), None)
    except (SchemaError, RecursionError):
        return ""
    return " ".join(fault.message.split())[:FAULT_LIMIT] + "." if fault else ""


def readable(text: str, spec: OutputSpec | None) -> str:
    """An agent's answer as Markdown: a list of its fields; what is no JSON as it is."""
    if spec is None:
        return text
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if spec.is_wrapped and isinstance(answer, dict) and answer.keys() == {WRAPPED}:
        answer = answer[WRAPPED]
    if isinstance(answer, dict) and len(answer) == 1:
        [alone] = answer.values()
        answer = alone if isinstance(alone, str) else answer
    properties = spec.shape.get("properties", {})
    return (
        "\n".join(_lines(answer, properties)) if isinstance(answer, dict | list) else _say(answer)
    )


def _lines(value: Any, properties: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """A list, of which the parts of a part stand further in."""
    parts: list[tuple[str, Any]]
    if isinstance(value, dict):
        parts = [(_label(name, properties), part) for name, part in value.items()]
    else:
        parts = [("", part) for part in value]
    for label, part in parts:
        if isinstance(part, dict | list) and part:
            yield f"{indent}- {label}".rstrip() if label else f"{indent}-"
            yield from _lines(part, {}, f"{indent}  ")
        else:
            yield f"{indent}- {label}{_say(part)}".replace("\n", f"\n{indent}  ")


def _label(name: str, properties: Mapping[str, Any]) -> str:
    schema = properties.get(name)
    title = title_of(name, schema if isinstance(schema, dict) else {})
    return f"**{title[:1].upper()}{title[1:]}:** "


def _say(value: Any) -> str:
    match value:
        case None | [] | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
