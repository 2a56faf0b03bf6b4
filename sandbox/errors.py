"""What the sandbox refuses, as values that each edge turns into its own answer."""

from typing import Any


class SlackError(Exception):
    """A Web API refusal: Slack's error code and what Slack sends beside it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class ControlError(Exception):
    """A refusal of the control API: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class SetupError(Exception):
    """The sandbox cannot start; the message is one line for the person who started it."""
