"""Reads files that people write."""

from pathlib import Path

from countersign.policy.faults import Fault, PolicyError

MOST_BYTES = 4
"""Of one character in UTF-8."""


def text_of(path: Path, largest: int, too_large: str) -> str:
    """The text of a file; no more of it is read than it may have.

    Args:
        path: the file.
        largest: characters that it may have.
        too_large: what is said of one that has more.

    Raises:
        PolicyError: it has more, or is not UTF-8.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        raw = file.read(largest * MOST_BYTES + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = too_large if len(raw) > largest else "is not UTF-8; save it as UTF-8"
        raise PolicyError([Fault(problem, str(path), 1)]) from error
    if len(text) > largest:
        raise PolicyError([Fault(too_large, str(path), 1)])
    return text
