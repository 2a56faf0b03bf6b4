"""Why Slack takes no message somewhere, in words for people; logs keep Slack's own code."""

from countersign.slack.text import is_channel, is_user, line, mention, mention_channel
from workflows.contracts.rules import DIRECT, THREAD

WORDS = {
    "account_inactive": "my account is switched off",
    "cannot_dm_bot": "that is an app",
    "channel_not_found": "I can't see it; invite me there",
    "gone": "there is nobody of that name any more",
    "invalid_auth": "my token is refused",
    "is_archived": "it is archived",
    "left_out": "they are too many",
    "messages_tab_disabled": "they take no messages from apps",
    "missing_scope": "I may not; reinstall me with the scopes of my manifest",
    "nobody_else_sees_it": "nobody else sees it",
    "not_in_channel": "I'm not in it; invite me there",
    "not_in_slack": "it is outside Slack",
    "restricted_action": "only some people may post there",
    "restricted_action_thread_only_channel": "only threads may be answered there",
    "thread_locked": "the thread is locked",
    "token_revoked": "my token is refused",
    "user_disabled": "their account is switched off",
    "user_not_found": "there is nobody of that name any more",
    "user_not_visible": "they can't be written to",
}
"""By Slack's code (docs.slack.dev/reference/methods/chat.postMessage, errors), or ours."""
CODE_LIMIT = 80
PLACES = {THREAD: "the thread", DIRECT: "direct messages"}


def refusal(code: str) -> str:
    """Why, to follow a colon or to stand in brackets."""
    return WORDS.get(code) or f"Slack says {line(code, CODE_LIMIT).text}"


def problem(told: str) -> str:
    """One of a card's problems, `C0FINANCE: not_in_channel`, in words."""
    place, colon, code = told.partition(": ")
    if not colon:
        return line(told, CODE_LIMIT).text
    return f"{PLACES.get(place) or _named(place)}: {refusal(code)}"


def _named(place: str) -> str:
    if is_channel(place):
        return mention_channel(place)
    return mention(place) if is_user(place) else line(place, CODE_LIMIT).text
