"""Checks against agentex-sdk's own types; what they do not name is refused."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from agentex.types.data_content import DataContent
from agentex.types.data_content_param import DataContentParam
from agentex.types.reasoning_content import ReasoningContent
from agentex.types.reasoning_content_param import ReasoningContentParam
from agentex.types.task_message_content import TaskMessageContent
from agentex.types.text_content import TextContent
from agentex.types.text_content_param import TextContentParam
from agentex.types.tool_request_content import ToolRequestContent
from agentex.types.tool_request_content_param import ToolRequestContentParam
from agentex.types.tool_response_content import ToolResponseContent
from agentex.types.tool_response_content_param import ToolResponseContentParam
from pydantic import TypeAdapter, ValidationError

from sandbox.agentex.errors import ShapeError
from sandbox.json_types import Json

CONTENTS: dict[str, tuple[Any, Any]] = {
    "text": (TextContentParam, TextContent),
    "data": (DataContentParam, DataContent),
    "reasoning": (ReasoningContentParam, ReasoningContent),
    "tool_request": (ToolRequestContentParam, ToolRequestContent),
    "tool_response": (ToolResponseContentParam, ToolResponseContent),
}
"""What may be sent as each kind of content, and what is answered for it."""
PROBLEMS = 5
"""How many problems of one request are told."""


def check(shape: Any, value: object, where: str) -> Any:
    """Return `value` in the shape of one of the SDK's types.

    Raises:
        ShapeError: it has another shape, or fields that the type does not name.
    """
    try:
        return _drained(_adapter(shape).validate_python(value, extra="forbid"))
    except ValidationError as error:
        raise ShapeError(where, problems_of(error)) from error


def problems_of(error: ValidationError) -> list[str]:
    """Say what is wrong and where, without what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found[:PROBLEMS]]


def content_of(value: object, where: str) -> TaskMessageContent:
    """Read a message's content; unlike the SDK's types, the backend wants its `type`.

    Raises:
        ShapeError: no known type, or not what that type is made of.
    """
    content: Json = check(dict[str, Any], value, where)
    kind = str(content.get("type"))
    if kind not in CONTENTS:
        raise ShapeError(where, [f"content.type: one of {', '.join(CONTENTS)}, not {kind}"])
    sent, answered = CONTENTS[kind]
    check(sent, content, where)
    return cast("TaskMessageContent", check(answered, content, where))


def moment_of(value: object, where: str) -> datetime | None:
    """Read a moment in ISO 8601; one without a zone is in UTC.

    Raises:
        ShapeError: it is no moment.
    """
    if value is None:
        return None
    moment: datetime = check(datetime, value, where)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _drained(value: Any) -> Any:
    """Read what pydantic would check only while it is read: the SDK says `Iterable` for a list."""
    if isinstance(value, dict):
        return {key: _drained(item) for key, item in cast("Json", value).items()}
    is_lazy = isinstance(value, Iterable) and type(value).__name__ == "ValidatorIterator"
    if is_lazy or isinstance(value, list):
        return [_drained(item) for item in cast("Iterable[Any]", value)]
    return value
