"""Slack's entities as text: mentions, channels, links and dates, for the model to read.

docs.slack.dev/messaging/formatting-message-text
"""

import re

_MARKUP = re.compile(r"<([^<>\n]*)>|&(lt|gt|amp);")
_ESCAPES = {"lt": "<", "gt": ">", "amp": "&"}
_USER = re.compile(r"@([UW][A-Z0-9]+)")
_CHANNEL = re.compile(r"#([CDG][A-Z0-9]+)")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BARE = ("http://", "https://", "mailto:", "tel:")
"""Schemes that nobody types: a link without a label is shown without them, or as it is."""


def plain_text(text: str, bot_user: str = "") -> str:
    """Slack's text as the person typed it: entities resolved, the bot's own name dropped.

    What was escaped is unescaped once, in the same pass, so that no text becomes an entity.
    """

    def read(found: re.Match[str]) -> str:
        if found[2]:
            return _ESCAPES[found[2]]
        target, _, label = found[1].partition("|")
        return entity(unescaped(target), unescaped(label), bot_user)

    return _MARKUP.sub(read, text).strip()


def unescaped(text: str) -> str:
    """Undo Slack's escaping of three characters, once."""
    return _MARKUP.sub(lambda it: _ESCAPES[it[2]] if it[2] else it[0], text)


def mentioned(text: str) -> frozenset[str]:
    """The ids of the people whom a text mentions."""
    targets = (found[1].partition("|")[0] for found in _MARKUP.finditer(text) if found[1])
    return frozenset(person[1] for target in targets if (person := _USER.fullmatch(target)))


def entity(target: str, label: str, bot_user: str = "") -> str:
    """What stands between `<` and `>`, as people see it."""
    if found := _USER.fullmatch(target):
        return "" if found[1] == bot_user else person(found[1], label)
    if found := _CHANNEL.fullmatch(target):
        return channel(found[1], label)
    if target.startswith("!"):
        return _special(target[1:], label)
    return link(target, label) if _SCHEME.match(target) else _as_typed(target, label)


def person(id_: str, label: str = "") -> str:
    """Somebody's name; without one, the mention by which Slack knows them."""
    name = label.removeprefix("@")
    return f"@{name}" if name else f"<@{id_}>"


def channel(id_: str, label: str = "") -> str:
    """A channel's name; without one, the mention by which Slack knows it."""
    name = label.removeprefix("#")
    return f"#{name}" if name else f"<#{id_}>"


def group(id_: str, label: str = "") -> str:
    """A user group."""
    return f"@{label.removeprefix('@') or id_}"


def link(address: str, label: str = "") -> str:
    """A link's label and where it leads, unless the one says the other."""
    bare = next((address.removeprefix(it) for it in _BARE if address.startswith(it)), "")
    if not label:
        return address if address.startswith("http") else bare or address
    if not bare or label in {address, bare} or _same_number(address, label):
        return label  # `slack://` leads to a place in Slack, which the label names
    return f"{label} ({address if address.startswith('http') else bare})"


def _special(target: str, label: str) -> str:
    """Everybody at once, user groups and dates: `!here`, `!subteam^S…`, `!date^…`."""
    kind, _, rest = target.partition("^")
    if kind == "subteam":
        return group(rest.partition("^")[0], label)
    if kind == "date":
        return label or rest.partition("^")[0]
    return label if "^" in target and label else f"@{label.removeprefix('@') or kind}"


def _same_number(address: str, label: str) -> bool:
    digits = re.sub(r"\D", "", address)
    return address.startswith("tel:") and digits == re.sub(r"\D", "", label)


def _as_typed(target: str, label: str) -> str:
    return f"<{target}|{label}>" if label else f"<{target}>"
