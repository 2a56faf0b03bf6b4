"""What people fill in: finding elements, and the `state.values` that Slack reports."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.json_types import Json

STATE_KEYS: Mapping[str, tuple[str, str | None]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", None),
}
"""Per element: the field of its state, and of the element that sets it at first."""


def elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each block with each element in it that a person can act on."""
    for block in blocks:
        for key in ("accessory", "element"):
            if isinstance(block.get(key), dict):
                yield block, block[key]
        for key in ("elements", "actions"):
            for element in block.get(key) or ():
                if isinstance(element, dict) and "action_id" in element:
                    yield block, element
        yield from elements(block.get("child_blocks") or ())


def find_element(blocks: Sequence[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element with this address."""
    for block, element in elements(blocks):
        if block.get("block_id") == block_id and element.get("action_id") == action_id:
            return element
    return None


def state_values(blocks: Sequence[Json], given: Mapping[str, Any]) -> Json:
    """Return `state.values`: what was filled in, over what the elements started with."""
    values: Json = {}
    for block, element in elements(blocks):
        keys = STATE_KEYS.get(str(element.get("type")))
        if keys is None:
            continue
        block_id, action_id = str(block.get("block_id")), str(element.get("action_id"))
        entry = _initial(element, *keys)
        entry |= (given.get(block_id) or {}).get(action_id) or {}
        values.setdefault(block_id, {})[action_id] = {**entry, "type": element["type"]}
    return values


def _initial(element: Json, key: str, source: str | None) -> Json:
    start = element.get(source) if source else None
    if start is None and key.endswith(("options", "users", "channels", "conversations", "files")):
        start = []
    return {key: start}
