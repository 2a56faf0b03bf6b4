"""No sentence for people goes back to words that were given up, or to words of the inside."""

from collections.abc import Sequence
from functools import cache
from io import StringIO
from pathlib import Path
from token import COMMENT, DEDENT, ENCODING, INDENT, NEWLINE, NL, STRING
from tokenize import generate_tokens

import pytest

ROOT = Path(__file__).parents[3]
GIVEN_UP = (
    "of 1 so far",
    "What differs:",
    "decide there.",
    "Your press changed nothing. `",
    "Somebody decides in your place",
    "Typing decides nothing",
    "Withdraw (requester)",
    "Ask them.",
    "I have reminded them",
    "Untick what you do not",
    "Each counts as one vote",
    "It can't be handed over like this",
    "More is waiting",
    "Temporal limit",
    "Temporal time limit",
    "Input should be",
)
"""What nobody says any more, whatever stands around it."""
INSIDE = ("workflow", "signal", "activity", "payload")
"""Words of the inside, which no sentence in these packages needs."""
TEXTS = frozenset({STRING})
BEGINNINGS = frozenset({ENCODING, NEWLINE, INDENT, DEDENT})
"""After these begins a statement; a text there is a docstring."""
SPOKEN = ("countersign/messages", "countersign/slack", "bot", "worker/cards", "sandbox/model")


@cache
def _sources(*folders: str) -> Sequence[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [path for path in found if "node_modules" not in path.parts]


@cache
def _texts(path: Path) -> Sequence[str]:
    """Every text of a module but its docstrings, as it is written there.

    Texts that stand one after the other are one. Read by tokens, since in Python 3.11 `ast.parse`
    now and then fails with a `SystemError` after an error in a finalizer.
    """
    found: list[str] = []
    before, is_bare = NEWLINE, True
    for token in generate_tokens(StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type in (NL, COMMENT):
            continue
        if token.type in TEXTS:
            is_bare = is_bare if before in TEXTS else before in BEGINNINGS
            text = "" if is_bare else token.string
            found[len(found) - (before in TEXTS) :] = [
                f"{found[-1] if before in TEXTS else ''}{_inner(text)}"
            ]
        before = token.type
    return [text for text in found if text]


def _inner(text: str) -> str:
    return text.lstrip("rbfRBF").strip("\"'").replace("\\n", "\n")


@pytest.mark.parametrize("phrase", GIVEN_UP)
def test_what_was_reworded_is_said_nowhere(phrase: str) -> None:
    everywhere = _sources("countersign", "bot", "worker", "workflows", "sandbox", "examples")

    assert [path for path in everywhere for text in _texts(path) if phrase in text] == []


@pytest.mark.parametrize("word", INSIDE)
def test_no_sentence_speaks_of_the_inside(word: str) -> None:
    spoken = (
        (path.relative_to(ROOT), text)
        for path in _sources(*SPOKEN)
        for text in _texts(path)
        if text[:1].isupper() and text.count(" ") > 2
    )

    assert [it for it in spoken if word in it[1].lower()] == []
