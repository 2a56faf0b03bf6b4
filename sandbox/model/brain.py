"""From a request to the Responses API to its answer: the same request, the same answer."""

from collections.abc import Mapping
from typing import Any

from sandbox.model import wire
from sandbox.model.intents import decide
from sandbox.model.scene import read_scene
from sandbox.model.script import Mode
from sandbox.model.steps import Do, Say, Step
from sandbox.model.toolbox import Toolbox

Json = dict[str, Any]


def think(request: Mapping[str, Any], mode: Mode = Mode.NORMAL) -> Json:
    """The response to a request, or the spoiled one that the mode asks for."""
    name = wire.digest(request)
    box = Toolbox(request.get("tools") or ())
    scene = read_scene(request.get("input") or "", str(request.get("instructions") or ""), box)
    if mode is Mode.UNKNOWN_TOOL:
        output = [wire.function_call("launch_rocket", "{}", name, 0)]
    else:
        output = _output(decide(scene), box, name)
    if mode is Mode.NONSENSE_ARGUMENTS:
        output = _nonsense(request, name)
    return wire.response(request, output, name)


def _output(step: Step, box: Toolbox, name: str) -> list[Json]:
    match step:
        case Say(text):
            return [wire.message(text, name)]
        case Do(calls):
            written = [pair for call in calls if (pair := box.written(call))]
            return [
                wire.function_call(tool, arguments, name, index)
                for index, (tool, arguments) in enumerate(written)
            ]


def _nonsense(request: Mapping[str, Any], name: str) -> list[Json]:
    """A call of the first guarded tool, or of any, with arguments that fit nothing."""
    tools = [tool for tool in request.get("tools") or () if tool.get("type") == "function"]
    guarded = [
        tool for tool in tools if "reason" in (tool.get("parameters") or {}).get("properties", {})
    ]
    chosen = next(iter([*guarded, *tools]), None)
    if chosen is None:
        return [wire.message("%%% 42 %%%", name)]
    arguments = '{"quantity": "many", "sku": ["?"], "surprise": null}'
    return [wire.function_call(chosen["name"], arguments, name, 0)]
