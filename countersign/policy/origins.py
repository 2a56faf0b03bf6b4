"""Finds what a condition compares `origin` with and what is none, since it would never be true.

CEL has no enumerations, and its library shows no syntax tree: the text is read word by word, so
that what stands within a text or a comment is left alone.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from workflows.contracts.origins import NAMES

LONG_TEXT = r"""(?:"{3}(?s:.*?)"{3}|'{3}(?s:.*?)'{3})"""
SHORT_TEXT = r"""(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
TEXT = rf"[rRbB]{{0,2}}(?:{LONG_TEXT}|{SHORT_TEXT})"
WORDS = re.compile(
    rf"""
    (?P<compared>   {TEXT}\s*[!=]=\s*origin\b(?![.(\[]) | origin\s*[!=]=\s*{TEXT}
                  | origin\s+in\s*\[(?:\s*{TEXT}\s*,?)*\s*\] )
    | {TEXT} | //[^\n]* | (?:\.\s*)?[A-Za-z_][A-Za-z0-9_.]*
    """,
    re.VERBOSE,
)


def unknown_origin(condition: str) -> str:
    """What is wrong with a condition that compares `origin` with what is none, or nothing."""
    for name in _compared(condition):
        if name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(NAMES)}"
            return f"there is no origin `{name}`; {hint}"
    return ""


def _compared(condition: str) -> Iterator[str]:
    """Every text that `origin` is compared with by `==`, `!=` or `in`."""
    for found in WORDS.finditer(condition):
        for text in re.findall(TEXT, found["compared"] or ""):
            yield text.lstrip("rRbB").strip("\"'")
