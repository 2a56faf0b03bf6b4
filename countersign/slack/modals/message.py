"""A dialog that only says something."""

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from countersign.slack.blocks import section
from countersign.slack.text import MODAL_TITLE_LIMIT, plain


def message_modal(title: str, text: str) -> View:
    """For what could not be opened or done; `text` is our own mrkdwn, escaped already."""
    return View(
        type="modal",
        title=PlainTextObject(text=plain(title, MODAL_TITLE_LIMIT).text or "Countersign"),
        close=PlainTextObject(text="Close"),
        blocks=[section(text or "Nothing was changed.")],
    )
