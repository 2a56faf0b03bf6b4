"""No sentence for people goes back to words that were given up, or to words of the inside."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

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
SPOKEN = ("countersign/messages", "countersign/slack", "bot", "worker/cards", "sandbox/model")


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        found = (ROOT / folder).rglob("*.py")
        yield from (path for path in found if "node_modules" not in path.parts)


@cache
def _texts(path: Path) -> Sequence[str]:
    """Every text of a module but its docstrings."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    bare = {id(it.value) for it in nodes if isinstance(it, ast.Expr)}
    constants = (it for it in nodes if isinstance(it, ast.Constant) and id(it) not in bare)
    return [it.value for it in constants if isinstance(it.value, str)]


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
