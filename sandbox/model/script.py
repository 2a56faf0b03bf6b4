"""What a test makes the model do wrong, for the next few answers or until it is changed."""

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

    def set(self, mode: Mode, count: int) -> None:
        """Change the next `count` answers."""
        self.mode, self.left = mode, count

    def next(self) -> Mode:
        """How the answer that is about to be given goes wrong."""
        mode = self.mode
        if self.left == 1:
            self.mode = Mode.NORMAL
        self.left = max(self.left - 1, 0)
        return mode


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error in OpenAI's form."""

    status: int
    message: str
    kind: str
    code: str | None = None
    param: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """platform.openai.com/docs/guides/error-codes."""
        return {
            "error": {
                "message": self.message,
                "type": self.kind,
                "param": self.param,
                "code": self.code,
            }
        }


MISSING_KEY = ApiError(
    401,
    "You didn't provide an API key. Send it in the Authorization header as `Bearer YOUR_KEY`.",
    "invalid_request_error",
)
INVALID_KEY = ApiError(
    401, "Incorrect API key provided.", "invalid_request_error", code="invalid_api_key"
)
FAILURES = {
    Mode.FAIL_500: ApiError(
        500, "The server had an error while processing your request.", "server_error"
    ),
    Mode.RATE_LIMIT: ApiError(
        429, "Rate limit reached for requests.", "requests", code="rate_limit_exceeded"
    ),
    Mode.CONTEXT_LENGTH: ApiError(
        400,
        "Your input exceeds the context window of this model. Please adjust your input.",
        "invalid_request_error",
        code="context_length_exceeded",
        param="input",
    ),
}


def bad_request(message: str, param: str | None = None) -> ApiError:
    """A request that the API would refuse."""
    return ApiError(400, message, "invalid_request_error", param=param)
