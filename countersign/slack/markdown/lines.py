"""Cuts a text between its lines, its words, or within a word where nothing else fits."""

import re
from functools import partial

from countersign.slack.markdown.gathering import Fits, gathered
from countersign.slack.text import clusters

_ATOM = re.compile(r"&#?\w{1,40};|\\[!-/:-@\[-`{-~]")  # an entity, an escape
_BLOCK_START = re.compile(r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?=\s|$)|>|[-*_=]{3,}\s*$|```|~~~")


def divide_text(text: str, fits: Fits) -> list[str]:
    """Pieces of a paragraph, each as long as fits."""
    lines = [line.strip(" \t") for line in text.split("\n")]
    return gathered(lines, "\n".join, fits, partial(_divide_line, fits=fits))


def _divide_line(line: str, fits: Fits) -> list[str]:
    def both(part: str) -> bool:
        return fits(part) and fits(_literal(part))

    def shorter(word: str) -> list[str]:
        return gathered(atoms(word), "".join, both)

    first, *rest = gathered(line.split(" "), " ".join, both, shorter)
    return [first, *map(_literal, rest)]


def _literal(text: str) -> str:
    """Words from the middle of a line begin no heading, item, quote or fence."""
    text = text.lstrip(" ")
    found = _BLOCK_START.match(text)
    if not found:
        return text
    place = len(found.group()) - 1 if found.group()[0].isdigit() else 0
    return f"{text[:place]}\\{text[place:]}"


def atoms(text: str) -> list[str]:
    """What must not be torn: entities, escapes, emoji."""
    atoms: list[str] = []
    start = 0
    for found in _ATOM.finditer(text):
        atoms += [*clusters(text[start : found.start()]), found.group()]
        start = found.end()
    return [*atoms, *clusters(text[start:])]
