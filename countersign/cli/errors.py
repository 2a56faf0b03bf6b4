"""How a command fails: a sentence that says what to do next, and an exit code."""

REFUSED = 1
"""It was refused, is closed, or does not exist."""
UNREACHABLE = 2
"""Temporal does not answer, or the settings cannot be used."""

MISUSED = 2
"""An option is missing; the command line's library ends with this code too."""


class CommandError(Exception):
    """The command did not do what was asked. Its text is for the person at the terminal."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
