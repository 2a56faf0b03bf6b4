"""From a request to the Responses API to its answer: the same request, the same answer."""

import json
from collections.abc import Sequence

from sandbox.model import wire
from sandbox.model.conversation import read_conversation
from sandbox.model.outputs import in_shape
from sandbox.model.responder import Reply, respond
from sandbox.model.script import Mode
from sandbox.model.tools import REPLACES, Json, Tool

NONSENSE = '{"quantity": "many", "sku": ["?"], "surprise": null}'
"""Arguments that fit nothing."""


def answer(request: Json, mode: Mode = Mode.NORMAL) -> wire.Json:
    """The response to a request, or the spoiled one that the mode asks for."""
    name = wire.digest(request)
    conversation = read_conversation(request)
    match mode:
        case Mode.UNKNOWN_TOOL:
            output = [wire.function_call("launch_rocket", "{}", name, 0)]
        case Mode.NONSENSE_ARGUMENTS if conversation.tools:
            output = [wire.function_call(_first_guarded(conversation.tools), NONSENSE, name, 0)]
        case Mode.NONSENSE_ARGUMENTS:
            output = [wire.message("%%% 42 %%%", name)]
        case _:
            reply = respond(conversation)
            shaped = in_shape(reply, request) if isinstance(reply, str) else reply
            output = _output(shaped, name)
    return wire.response(request, output, name)


def _output(reply: Reply, name: str) -> list[wire.Json]:
    if isinstance(reply, str):
        return [wire.message(reply, name)]
    return [
        wire.function_call(it.tool, json.dumps(it.arguments, ensure_ascii=False), name, index)
        for index, it in enumerate(reply)
    ]


def _first_guarded(tools: Sequence[Tool]) -> str:
    guarded = (it for it in tools if any(field.name == REPLACES for field in it.parameters))
    return next(guarded, tools[0]).name
