"""Slack's ids in a policy. Names are refused: they can be given to somebody else."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 15
"""Characters of an id; Slack's own have 9 to 11."""
HERE = "here"
"""In a list of channels: the one in which the call is asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of id, and where a person finds it."""

    noun: str
    key: str
    letters: str
    where: str

    def fits(self, text: str) -> bool:
        """Whether it looks like such an id."""
        return re.fullmatch(rf"[{self.letters}][A-Z0-9]{{2,{LONGEST - 1}}}", text) is not None


USER = Kind(
    "a user",
    "users",
    "UW",
    'In Slack open the person\'s profile, press "⋮" and then "Copy member ID".',
)
GROUP = Kind(
    "a user group",
    "groups",
    "S",
    'In Slack open "Directories", "User groups" and the group, press "⋮" and then "Copy group ID".',
)
CHANNEL = Kind(
    "a channel",
    "channels",
    "CG",
    'In Slack open the channel\'s details; the id is at the end of "About".',
)
KINDS = (USER, GROUP, CHANNEL)


def kind_of(text: str) -> Kind | None:
    """What kind of id a text looks like, if any."""
    return next((kind for kind in KINDS if kind.fits(text)), None)


def check(kind: Kind, *words: str) -> Callable[[str], str]:
    """A validator that takes ids of one kind, and these words."""

    def validate(text: str) -> str:
        if text in words or kind.fits(text):
            return text
        if other := kind_of(text):
            raise ValueError(f"{text} is the id of {other.noun}; put it under `{other.key}`")
        raise ValueError(
            f"{text!r} is not the id of {kind.noun} ({kind.letters[0]}…). Names can change "
            f"hands, so only ids are taken. {kind.where}"
        )

    return validate
