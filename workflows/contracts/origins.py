"""Where people are from, told by their ids, and what they are called where they have no account.

A Slack id is letters and digits. Somebody who is not in Slack has `<kind>:<id>` instead, such as
`agentex:alice@acme.example`: never equal to a Slack id, so they can ask and never decide.
"""

import unicodedata

SLACK = "slack"
NAMES = {SLACK: "Slack", "agentex": "AgentEx"}
"""What each origin is called."""
NAME_LIMIT = 60
"""Characters of somebody's name that are shown."""
KIND_LIMIT = 20
PLAIN = frozenset(" .'@+-_")
"""What a name may have beside letters, accents and digits: nothing else is sure to be no markup,
mention, link or invisible character in some surface."""


def kind_of(user: str) -> str:
    """The origin of a user id."""
    kind, colon, _ = user.partition(":")
    return kind if colon else SLACK


def is_in_slack(user: str) -> bool:
    """Whether it is somebody with a Slack account, whom Slack can be asked about."""
    return ":" not in user


def origin_name(kind: str) -> str:
    """What an origin is called. One that nobody knows is called as it calls itself."""
    return NAMES.get(kind) or harmless(kind, KIND_LIMIT) or "elsewhere"


def own_name(user: str) -> str:
    """What somebody who is not in Slack is called, by their id; harmless in every surface."""
    return harmless(user.partition(":")[2], NAME_LIMIT) or "somebody"


def full_name(user: str) -> str:
    """The same with where they are from, such as `alice (AgentEx)`."""
    return f"{own_name(user)} ({origin_name(kind_of(user))})"


def harmless(text: str, limit: int) -> str:
    """At most so much of it, on one line and without markup."""
    begin = text[: 2 * limit]
    kept = " ".join("".join(it if _is_plain(it) else " " for it in begin).split())
    return kept if len(kept) <= limit and len(text) <= 2 * limit else f"{kept[: limit - 1]}…"


def _is_plain(char: str) -> bool:
    return char in PLAIN or unicodedata.category(char)[0] in "LMN"
