"""Which of several things somebody means: `the first`, `the chairs`, `both`."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain

from sandbox.model.words import NUMBER, number, singular

LONGEST = 8
"""Words; more is a sentence that says something else."""
ALIKE = 0.75
"""How much of a word has to be right, as `difflib` measures it."""

_ALL = frozenset({"all", "both", "each", "every", "everything"})
_PLACES = (
    *("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th"),
    *("sixth 6th", "seventh 7th", "eighth 8th", "ninth 9th", "tenth 10th"),
)
_AT = {word: at for at, words in enumerate(_PLACES) for word in words.split()}
_ENDS = {"former": 0, "last": -1, "latest": -1, "newest": -1, "latter": -1}
_SMALL = frozenset(
    """a an the one ones two three them those these that this it its i mean meant for of with about
    please pls thanks thank you ok okay yes only just no number request requests order orders card
    actually sorry my your is""".split()  # noqa: SIM905
)


def pick(text: str, things: Sequence[str]) -> Sequence[int]:
    """Places of the things that a short answer picks; nothing if it picks none.

    Args:
        text: what was said.
        things: each as it was shown, in order.
    """
    said = _words(text)
    if not said or len(said) > LONGEST:
        return ()
    left = [word for word in said if word not in _SMALL]
    if left and set(left) <= _ALL:
        return range(len(things))
    return _by_place(left or said, len(things)) or _by_name(left, things)


def named(text: str, things: Sequence[str]) -> Sequence[int]:
    """Places of the things of which a longer text has a word that the others do not have."""
    known = [frozenset(_words(it)) for it in things]
    said = frozenset(word for word in _words(text) if word not in _SMALL and not word.isdigit())
    found: list[int] = []
    for at, words in enumerate(known):
        others = frozenset(chain.from_iterable(known[:at] + known[at + 1 :]))
        own = [word for word in words - others if not word.isdigit()]
        if any(is_like(word, own) for word in said):
            found.append(at)
    return found


def is_like(word: str, words: Sequence[str]) -> bool:
    """Whether it is one of these words, or one of them mistyped."""
    return word in words or (len(word) > 3 and bool(get_close_matches(word, words, 1, ALIKE)))


def _by_place(words: Sequence[str], count: int) -> Sequence[int]:
    """`the second`, `#2`, `the last one`."""
    if len(words) != 1:
        return ()
    (word,) = words
    if word in _ENDS:
        return (_ENDS[word] % count,)
    at = _AT.get(word, -1)
    if re.fullmatch(NUMBER, word):
        at = int(number(word)) - 1
    return (at,) if 0 <= at < count else ()


def _by_name(words: Sequence[str], things: Sequence[str]) -> Sequence[int]:
    """Those that have all of the words; nothing if that is all of them."""
    if not words:
        return ()
    found = [at for at, it in enumerate(things) if all(is_like(word, _words(it)) for word in words)]
    return found if len(found) < len(things) or len(things) == 1 else ()


def _words(text: str) -> Sequence[str]:
    return [*_singulars(text)]


def _singulars(text: str) -> Iterator[str]:
    for word in re.findall(r"\d+(?:st|nd|rd|th)|\d+(?:[.,]\d+)*|[^\W\d_]+", text.lower()):
        yield singular(word)
