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


class Script(Model, ModelProvider):
    """Gives its answers in order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.given: list[list[Any]] = []
        self.instructions: list[str] = []
        self.settings: list[Any] = []

    def get_model(self, model_name: str | None) -> Model:
        """Itself, whatever the name."""
        del model_name
        return self

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        """The next answer, or the next failure."""
        self.given.append(named["input"])
        self.instructions.append(named["system_instructions"])
        self.settings.append(named["model_settings"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stream_response(self, *_: Any, **named: Any) -> AsyncIterator[Any]:
        """Not used: the agent does not stream."""
        raise NotImplementedError(named)


def _response(*items: ResponseOutputItem) -> ModelResponse:
    return ModelResponse(output=list(items), usage=Usage(), response_id=None)
