"""Block elements: everything a person can press, choose or fill in.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from collections.abc import Mapping

from sandbox.block_kit.objects import (
    CONFIRM,
    DISPATCH_CONFIG,
    FEEDBACK,
    FILTER,
    IMAGE_SOURCE,
    OPTION,
    OPTION_GROUP,
    OPTIONS,
    WORKFLOW,
    plain,
)
from sandbox.block_kit.rules import (
    OneOf,
    Rule,
    Shape,
    anything,
    boolean,
    choice,
    integer,
    listing,
    string,
)

TYPE: dict[str, Rule] = {"type": anything}
ACTION: dict[str, Rule] = {**TYPE, "action_id": string(255, 1), "confirm": CONFIRM}
FOCUS: dict[str, Rule] = {**ACTION, "focus_on_load": boolean}
FIELD: dict[str, Rule] = {**FOCUS, "placeholder": plain(150)}
TYPED: dict[str, Rule] = {**FIELD, "dispatch_action_config": DISPATCH_CONFIG}
SOME = integer(1, 10_000)
IDS = listing(string(255, 1), 10_000, 0)
CHOICES: dict[str, Rule] = {
    "options": listing(OPTION, OPTIONS),
    "option_groups": listing(OPTION_GROUP, OPTIONS),
}
ASKED: dict[str, Rule] = {"min_query_length": integer(0, 3000)}
ONE: dict[str, Rule] = {**FIELD, "response_url_enabled": boolean}
MANY: dict[str, Rule] = {**FIELD, "max_selected_items": SOME}
HERE: dict[str, Rule] = {"default_to_current_conversation": boolean, "filter": FILTER}

BUTTON = Shape(
    {
        **ACTION,
        "text": plain(75),
        "value": string(2000),
        "url": string(3000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "agent_prompt_display": anything,
        "visible_to_user_ids": IDS,
    },
    required=("text",),
)
IMAGE = Shape({**TYPE, **IMAGE_SOURCE}, ("alt_text",), one_of=("image_url", "slack_file"))
STATIC = ("options", "option_groups")

ELEMENTS: Mapping[str, Rule] = {
    "button": BUTTON,
    "checkboxes": Shape(
        {**FOCUS, "options": listing(OPTION, 10), "initial_options": listing(OPTION, 10)},
        ("options",),
    ),
    "radio_buttons": Shape(
        {**FOCUS, "options": listing(OPTION, 10), "initial_option": OPTION}, ("options",)
    ),
    "overflow": Shape({**ACTION, "options": listing(OPTION, 5)}, ("options",)),
    "static_select": Shape({**FIELD, **CHOICES, "initial_option": OPTION}, one_of=STATIC),
    "multi_static_select": Shape(
        {**MANY, **CHOICES, "initial_options": listing(OPTION, OPTIONS)}, one_of=STATIC
    ),
    "external_select": Shape({**FIELD, **ASKED, "initial_option": OPTION}),
    "multi_external_select": Shape({**MANY, **ASKED, "initial_options": listing(OPTION, OPTIONS)}),
    "users_select": Shape({**FIELD, "initial_user": string(255)}),
    "multi_users_select": Shape({**MANY, "initial_users": IDS}),
    "conversations_select": Shape({**ONE, **HERE, "initial_conversation": string(255)}),
    "multi_conversations_select": Shape({**MANY, **HERE, "initial_conversations": IDS}),
    "channels_select": Shape({**ONE, "initial_channel": string(255)}),
    "multi_channels_select": Shape({**MANY, "initial_channels": IDS}),
    "datepicker": Shape({**FIELD, "initial_date": string(10, 10)}),
    "timepicker": Shape({**FIELD, "initial_time": string(5, 5), "timezone": string(255)}),
    "datetimepicker": Shape({**FOCUS, "initial_date_time": integer(0, 9_999_999_999)}),
    "plain_text_input": Shape(
        {
            **TYPED,
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "email_text_input": Shape({**TYPED, "initial_value": string(3000)}),
    "url_text_input": Shape({**TYPED, "initial_value": string(3000)}),
    "number_input": Shape(
        {
            **TYPED,
            "is_decimal_allowed": boolean,
            "initial_value": string(255),
            "min_value": string(255),
            "max_value": string(255),
        },
        ("is_decimal_allowed",),
    ),
    "rich_text_input": Shape(
        {**TYPED, "initial_value": anything, "min_lines": SOME, "max_lines": SOME}
    ),
    "file_input": Shape({**ACTION, "filetypes": IDS, "max_files": integer(1, 10)}),
    "image": IMAGE,
    "feedback_buttons": Shape(
        {**ACTION, "positive_button": FEEDBACK, "negative_button": FEEDBACK},
        ("positive_button", "negative_button"),
    ),
    "icon_button": Shape(
        {
            **ACTION,
            "icon": string(255, 1),
            "text": plain(75),
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": IDS,
        },
        ("icon", "text"),
    ),
    "workflow_button": Shape(
        {
            **ACTION,
            "text": plain(75),
            "workflow": WORKFLOW,
            "style": choice("primary", "danger"),
            "accessibility_label": string(75),
        },
        ("text", "workflow"),
    ),
}

CHOOSERS = tuple(
    name
    for name in ELEMENTS
    if name.endswith(("select", "picker")) or name in ("checkboxes", "radio_buttons")
)
INPUTS = (
    *CHOOSERS,
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
)
PRESSED = ("button", "overflow", "workflow_button")


def elements(*names: str) -> OneOf:
    """Allow an element of one of these types."""
    return OneOf({name: ELEMENTS[name] for name in names})
