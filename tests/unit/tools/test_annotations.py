"""What is said of a tool: of a function, and of an MCP server's that is known by its name only."""

from typing import Any

import pytest
from agents import FunctionTool, RunContextWrapper, function_tool
from agents.mcp import MCPServerStdio

from countersign.agents.mcp.annotated import annotation_faults
from countersign.tools import Preview, annotate, preview
from countersign.tools.annotations import annotations_of, annotations_on
from countersign.tools.schema import parameter_names
from countersign.tools.toolkit import Tool


def _server() -> MCPServerStdio:
    return MCPServerStdio({"command": "true"}, name="deploys")


@function_tool
def water(plant: str) -> str:
    """Water a plant."""
    return plant


async def _said(plant: str) -> Preview:
    return Preview(summary=plant)


@pytest.mark.parametrize("what", ["function", "server"])
def test_what_is_said_later_is_added_and_wins(what: str) -> None:
    given: Any = (water,) if what == "function" else (_server(), "water")
    annotate(*given, title="Water", status="is watering…", secret=["code"])
    annotate(*given, title="Water it", secret="pin")  # one name is no list of letters
    assert preview(*given)(_said) is _said

    said = annotations_of(water) if what == "function" else annotations_on(given[0])["water"]
    assert (said.title, said.status, said.preview) == ("Water it", "is watering…", _said)
    assert said.secret == {"code", "pin"}


def test_of_a_server_each_tool_has_its_own() -> None:
    one, other = _server(), _server()
    assert annotate(one, "water", title="Water") is None
    annotate(one, "cut", title="Cut")
    assert {name: it.title for name, it in annotations_on(one).items()} == {
        "water": "Water",
        "cut": "Cut",
    }
    assert annotations_on(other) == {}


def test_a_server_without_the_name_of_a_tool_is_refused_where_it_is_written() -> None:
    wrong: Any = annotate
    with pytest.raises(TypeError, match="which tool of the MCP server deploys"):
        wrong(_server(), title="Water")


def test_a_decorator_and_a_call_say_the_same() -> None:
    def body(plant: str) -> str:
        return plant

    decorated: FunctionTool = annotate(title="Water")(function_tool(body))
    assert annotations_of(decorated) == annotations_of(annotate(function_tool(body), title="Water"))


async def _takes_more(context: RunContextWrapper[Any], plant: str, rocket: str) -> Preview:
    return Preview(summary=plant + rocket)


async def _needs_all(plant: str, litres: int) -> Preview:
    return Preview(summary=f"{plant} {litres}")


async def _fits(plant: str, litres: int = 1) -> Preview:
    return Preview(summary=f"{plant} {litres}")


@pytest.mark.parametrize(
    ("name", "body", "fault"),
    [
        ("wter", None, "wter, which the MCP server deploys does not have; perhaps water is meant"),
        ("rocket", None, "the MCP server deploys does not have; it has a, b, c, d, e and 2 more"),
        ("water", _takes_more, "deploys.water: its preview takes rocket, which the tool does not"),
        ("water", _needs_all, "deploys.water: its preview needs a default for litres, which a ca"),
        ("water", _fits, ""),
        ("e", None, ""),
    ],
)
def test_what_does_not_fit_what_a_server_lists_is_told(name: str, body: Any, fault: str) -> None:
    server, number = _server(), {"type": "integer"}
    annotate(server, name, preview=body)
    takes = {"type": "object", "properties": {"plant": {"type": "string"}, "litres": number}}
    tool = FunctionTool(
        "deploys.water", "W", {**takes, "required": ["plant"]}, _run, strict_json_schema=False
    )
    annotate(tool, preview=body)
    told = [*annotation_faults(server, {"water", *"abcdef"}, [Tool(tool, server="deploys")])]
    assert bool(told) is bool(fault)
    assert fault in "".join(told)


STEP = {"type": "object", "properties": {"api-Key": {"type": "string"}}}


@pytest.mark.parametrize(
    ("takes", "secret", "fault"),
    [
        ({"code": {}}, "code", ""),
        ({"apiKey": {"type": "string"}}, "API_KEY", ""),
        ({"code": {"type": "string"}}, "pin", "annotate calls pin secret, which the tool does no"),
        ({"code": {"type": "string"}}, "cod", "; perhaps code is meant"),
        ({"steps": {"type": "array", "items": STEP}}, "api_key", ""),
        ({"steps": {"type": "array", "items": STEP}}, "pin", "calls pin secret"),
        ({"one": {"anyOf": [STEP, {"type": "null"}]}}, "api_key", ""),
        ({"anything": {"title": "Anything"}}, "pin", ""),
        ({"anything": True}, "pin", ""),
        ({"more": {"type": "object"}}, "pin", ""),
        ({"more": {**STEP, "additionalProperties": {"type": "string"}}}, "pin", ""),
        ({"more": {"type": "object", "additionalProperties": False}}, "pin", "calls pin secret"),
        ({}, "pin", "calls pin secret"),
    ],
)
def test_what_is_called_secret_has_to_be_there_if_all_that_is_taken_is_known(
    takes: dict[str, Any], secret: str, fault: str
) -> None:
    schema = {"type": "object", "properties": takes}
    tool = FunctionTool("water", "W", schema, _run, strict_json_schema=False)
    told = Tool(annotate(tool, secret=secret)).secret_fault
    assert bool(told) is bool(fault)
    assert fault in told


def test_a_schema_that_goes_deeper_than_is_looked_at_may_have_any_name() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(200):
        deep = {"type": "array", "items": deep}
    schema = {"type": "object", "properties": {"deep": deep}}
    assert parameter_names(schema) is None


async def _run(_context: object, _arguments: str) -> str:
    return "done"
