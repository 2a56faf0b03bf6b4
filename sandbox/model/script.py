"""What a test makes the model do wrong, for the next few answers or until it is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """How the next answers fail."""

    NORMAL = "normal"
    FAIL_500 = "fail_500"
    RATE_LIMIT = "rate_limit"
    CONTEXT_LENGTH = "context_length"
    BAD_JSON = "bad_json"
    NONSENSE_ARGUMENTS = "nonsense_arguments"
    UNKNOWN_TOOL = "unknown_tool"
    HANG = "hang"


@dataclass
class Script:
    """The mode, and for how many answers it holds; 0 is until changed."""

    mode: Mode = Mode.NORMAL
    left: int = 0

    def next(self) -> Mode:
        """How the answer that is about to be given goes wrong."""
        mode = self.mode
        if self.left == 1:
            self.mode = Mode.NORMAL
        self.left = max(self.left - 1, 0)
        return mode


class ApiError(Exception):
    """The request gets an error in OpenAI's form: platform.openai.com/docs/guides/error-codes."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        kind = "server_error" if status >= 500 else "invalid_request_error"
        error = {"message": message, "type": kind, "param": None, "code": code}
        self.status = status
        self.body: dict[str, Any] = {"error": error}


FAILURES: Mapping[Mode, tuple[int, str, str | None]] = {
    Mode.FAIL_500: (500, "The server had an error while processing your request.", None),
    Mode.RATE_LIMIT: (429, "Rate limit reached for requests.", "rate_limit_exceeded"),
    Mode.CONTEXT_LENGTH: (
        400,
        "Your input exceeds the context window of this model. Please adjust your input.",
        "context_length_exceeded",
    ),
}
"""Status, message and code of each."""
