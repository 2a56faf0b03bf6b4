"""Composition objects: text, options, confirmation dialogs.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from sandbox.block_kit.rules import OneOf, Rule, Shape, anything, boolean, choice, listing, string

OPTIONS = 100


def plain(most: int) -> Rule:
    """Allow plain_text of 1 to `most` characters."""
    fields = {"type": choice("plain_text"), "text": string(most, 1), "emoji": boolean}
    return OneOf({"plain_text": Shape(fields, ("type", "text"))})


def text(most: int) -> Rule:
    """Allow plain_text or mrkdwn of 1 to `most` characters."""
    fields = {"type": choice("mrkdwn"), "text": string(most, 1), "verbatim": boolean}
    mrkdwn = Shape(fields, ("type", "text"))
    return OneOf({"plain_text": plain(most), "mrkdwn": mrkdwn})


CONFIRM = Shape(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": choice("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)
OPTION = Shape(
    {"text": text(75), "value": string(150, 1), "description": text(75), "url": string(3000)},
    required=("text", "value"),
)
OPTION_GROUP = Shape(
    {"label": plain(75), "options": listing(OPTION, OPTIONS)}, required=("label", "options")
)
SLACK_FILE = Shape({"id": string(255), "url": string(3000)}, one_of=("id", "url"))
IMAGE_SOURCE = {
    "image_url": string(3000, 1),
    "slack_file": SLACK_FILE,
    "alt_text": string(2000, 1),
}
DISPATCH_CONFIG = Shape(
    {"trigger_actions_on": listing(choice("on_enter_pressed", "on_character_entered"), 2)}
)
FILTER = Shape(
    {
        "include": listing(choice("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": boolean,
        "exclude_external_shared_channels": boolean,
    }
)
WORKFLOW = Shape({"trigger": anything}, required=("trigger",))
FEEDBACK = Shape(
    {"text": plain(75), "value": string(2000, 1), "accessibility_label": string(75)},
    required=("text", "value"),
)
