"""Which of several requests somebody takes back: `cancel the chairs`, `the first`.

Pure, and strict. Requests are known by the sentences in which people see them.
"""

import re
from collections.abc import Sequence

from workflows.conversation.intents import CANCEL, FILLERS, LONGEST, words_of

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
ENDS = {"last": -1, "latest": -1, "newest": -1, "former": 0, "latter": -1}
ALL = frozenset({"both", "all"})
SMALL = FILLERS | {
    *("the", "a", "an", "one", "ones", "my", "of", "it", "is", "them", "these", "those"),
    *("order", "orders", "request", "requests"),
}
_NUMBER = re.compile(r"[\d.,]+")


def withdrawn(text: str, sentences: Sequence[str]) -> Sequence[int]:
    """Places of the requests that a message takes back by name; nothing if in doubt."""
    if len(text) > LONGEST or "?" in text:
        return ()
    words = words_of(text)
    start = next((at for at, word in enumerate(words) if word not in FILLERS), len(words))
    for length in (3, 2, 1):
        if " ".join(words[start : start + length]) in CANCEL:
            return picked(words[start + length :], sentences)
    return ()


def answered(text: str, sentences: Sequence[str]) -> Sequence[int]:
    """Places of those that the answer to "which?" picks: `the chairs`, `both`."""
    return () if len(text) > LONGEST or "?" in text else picked(words_of(text), sentences)


def picked(words: Sequence[str], sentences: Sequence[str]) -> Sequence[int]:
    """Those that are meant by a place, or whose sentences have all of the words."""
    left = [word for word in words if word not in SMALL]
    if not left or not sentences:
        return ()
    if set(left) <= ALL:
        return range(len(sentences))
    if len(left) == 1 and (left[0] in PLACES or left[0] in ENDS):
        at = ENDS[left[0]] if left[0] in ENDS else PLACES.index(left[0])
        return (at % len(sentences),) if at < len(sentences) else ()
    if all(_NUMBER.fullmatch(word) for word in left):
        return ()  # it may be an order's number as well
    known = [{_stem(word) for word in words_of(it)} for it in sentences]
    found = [at for at, it in enumerate(known) if {_stem(word) for word in left} <= it]
    return found if len(found) == 1 else ()


def _stem(word: str) -> str:
    return word if len(word) < 4 else word.removesuffix("s")
