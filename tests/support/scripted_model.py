"""A model that says what a test tells it to, and remembers what it was given."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from agents import Model, ModelProvider, ModelResponse, Usage
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputText,
)
from openai.types.responses.response_output_item import McpApprovalRequest, McpCall

Answer = ModelResponse | Exception


def says(text: str) -> ModelResponse:
    """An answer in words."""
    message = ResponseOutputMessage(
        id=f"msg_{uuid4().hex}",
        type="message",
        role="assistant",
        status="completed",
        content=[ResponseOutputText(type="output_text", text=text, annotations=[])],
    )
    return _response(message)


def calls(*named: tuple[str, str]) -> ModelResponse:
    """One turn's tool calls, each a name and its arguments as JSON."""
    return _response(
        *(
            ResponseFunctionToolCall(
                type="function_call",
                call_id=f"call_{uuid4().hex[:8]}",
                name=name,
                arguments=arguments,
            )
            for name, arguments in named
        )
    )


def asks_to_run(
    name: str, arguments: str = "{}", *, id_: str = "", server: str = "deploys"
) -> McpApprovalRequest:
    """The model's provider asks whether it may run a tool of a hosted MCP server."""
    return McpApprovalRequest(
        type="mcp_approval_request",
        id=id_ or f"mcpr_{uuid4().hex[:8]}",
        server_label=server,
        name=name,
        arguments=arguments,
    )


def was_run(request: McpApprovalRequest, output: str = "", **more: Any) -> McpCall:
    """The provider says that it ran what it had asked for."""
    return McpCall.model_validate(
        {
            "type": "mcp_call",
            "id": f"mcp_{uuid4().hex[:8]}",
            "server_label": request.server_label,
            "name": request.name,
            "arguments": request.arguments,
            "approval_request_id": request.id,
            "output": output or None,
            "status": "completed",
            **more,
        }
    )


def together(*parts: ModelResponse | ResponseOutputItem) -> ModelResponse:
    """One answer of all these."""
    items = (part.output if isinstance(part, ModelResponse) else [part] for part in parts)
    return _response(*(item for some in items for item in some))


class Script(Model, ModelProvider):
    """Gives its answers in order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.given: list[list[Any]] = []
        self.instructions: list[str] = []
        self.settings: list[Any] = []
        self.tools: list[Any] = []

    def get_model(self, model_name: str | None) -> Model:
        """Itself, whatever the name."""
        del model_name
        return self

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        """The next answer, or the next failure."""
        self.given.append(named["input"])
        self.instructions.append(named["system_instructions"])
        self.settings.append(named["model_settings"])
        self.tools.append(named["tools"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stream_response(self, *_: Any, **named: Any) -> AsyncIterator[Any]:
        """Not used: the agent does not stream."""
        raise NotImplementedError(named)


def _response(*items: ResponseOutputItem) -> ModelResponse:
    return ModelResponse(output=list(items), usage=Usage(), response_id=None)
