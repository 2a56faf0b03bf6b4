"""What a person enters, by the words they see: from `{label: value}` to Slack's state."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sandbox.block_kit.inputs import STATE_KEYS, elements
from sandbox.errors import ControlError
from sandbox.json_types import Json

ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")


def state_from(blocks: Sequence[Json], answers: Mapping[str, Any]) -> Json:
    """Return `state.values` for what was entered; a key is a label, `block_id` or `action_id`.

    Options are given by their text or value, several as a list; None empties a field.

    Raises:
        ControlError: no field has that name, or it has no such option.
    """
    state: Json = {}
    for name, value in answers.items():
        block, element = _field(blocks, name)
        entered = {"type": element["type"], **entry(element, value)}
        state.setdefault(block["block_id"], {})[element["action_id"]] = entered
    return state


def entry(element: Json, value: Any) -> Json:
    """Return one element's state for a value as people say it."""
    type_ = str(element.get("type"))
    key = "selected_option" if type_ == "overflow" else STATE_KEYS[type_][0]
    if key == "selected_options":
        chosen = options(element) if value is True else [pick(element, one) for one in _list(value)]
        return {key: list(chosen)}
    if value is None:
        return {key: None}
    if type_ in ONE_OPTION:
        return {key: pick(element, value)}
    if key.endswith("s"):
        return {key: _list(value)}
    return {key: str(value) if key == "value" else value}


def options(element: Json) -> list[Json]:
    """Return everything that can be chosen, whatever group it is in."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group["options"])]


def pick(element: Json, wanted: Any) -> Json:
    """Return the option with this value, else the one with this text.

    Raises:
        ControlError: there is none.
    """
    found = options(element)
    for option in found:
        if option["value"] == wanted:
            return option
    for option in found:
        if option["text"]["text"] == wanted:
            return option
    texts = [option["text"]["text"] for option in found]
    raise ControlError("option_not_found", f"There is no option {wanted!r}; there are {texts}.")


def with_option(blocks: Sequence[Json], wanted: str) -> tuple[Json, Json, Json]:
    """Return the first block, element and option that has this text or value.

    Raises:
        ControlError: there is none.
    """
    texts: list[str] = []
    for block, element in elements(blocks):
        for option in options(element):
            text = option["text"]["text"]
            if wanted in (text, option["value"]):
                return block, element, option
            texts.append(text)
    raise ControlError("option_not_found", f"There is no option {wanted!r}; there are {texts}.")


def _field(blocks: Sequence[Json], name: str) -> tuple[Json, Json]:
    fields = [pair for pair in elements(blocks) if pair[1].get("type") in STATE_KEYS]
    for block, element in fields:
        if name in _names(block, element):
            return block, element
    known = [next(_names(block, element)) for block, element in fields]
    raise ControlError("element_not_found", f"There is no field {name!r}; there are {known}.")


def _names(block: Json, element: Json) -> Iterator[str]:
    """A field's names, the one that people see first."""
    for holder in (block.get("label"), block.get("text"), element.get("placeholder")):
        if isinstance(holder, dict) and holder.get("text"):
            yield str(holder["text"])
    yield str(block.get("block_id"))
    yield str(element.get("action_id"))


def _list(value: Any) -> list[Any]:
    if value is None or value is False:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]
