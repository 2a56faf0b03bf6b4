"""Tools of an MCP server: listed, shown, run and answered like all others, and gated from birth."""

import json
from typing import Any

import pytest
from mcp.types import Tool as ListedTool
from structlog.testing import capture_logs

from countersign.agents.mcp.acceptance import why_not
from tests.unit.agents.conftest import Workshop, calling
from worker.agent import NO_ANSWER, OUTPUT_LIMIT

pytestmark = pytest.mark.system


async def test_each_tool_waits_whatever_its_server_says_of_it(workshop: Workshop) -> None:
    spec = await workshop.runner(workshop.server(require_approval="never")).describe()
    tools = {it.name: it for it in spec.tools}
    assert {"deploys.list_services", "deploys.roll_back"} <= tools.keys()
    assert all(
        it.needs_approval and "approval_reason" in it.parameters["required"] for it in spec.tools
    )
    assert tools["deploys.list_services"].title == "List the services"
    assert tools["deploys.roll_back"].title == "Roll back"
    assert tools["deploys.roll_back"].called == "deploys__roll_back"
    assert spec.tool("deploys__roll_back") == tools["deploys.roll_back"]
    assert not tools["deploys.roll_back"].strict


async def test_what_the_server_says_of_a_tool_is_kept_as_a_hint_only(workshop: Workshop) -> None:
    runner = workshop.runner()
    await runner.describe()
    tool = runner.servers.known("deploys.list_services")
    assert tool is not None
    assert (tool.hint, tool.needs_approval) == ("says that it only reads", True)
    assert tool.place == "the MCP server deploys"


async def test_a_call_is_shown_with_its_arguments_and_run_once(workshop: Workshop) -> None:
    runner = workshop.runner()
    call = calling("deploys.roll_back", service="shop", approval_reason="it is slow")
    prepared = await runner.prepare_call(call)
    assert (prepared.title, prepared.reason) == ("Roll back", "it is slow")
    assert [(it.name, it.value) for it in prepared.fields] == [("service", "shop")]
    result = await runner.run_tool(call)
    assert (result.ok, result.text) == (True, "rolled shop back")
    (made,) = _calls(workshop)
    assert made["arguments"] == {"service": "shop"}
    assert made["meta"]["countersign/key"] == call.key


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "Service is missing."),
        ({"service": 7}, "Service"),
        ({"service": "shop", "steps": 0}, "Steps"),
    ],
    ids=str,
)
async def test_nobody_is_asked_about_arguments_that_do_not_fit(
    workshop: Workshop, arguments: dict[str, Any], told: str
) -> None:
    runner = workshop.runner()
    prepared = await runner.prepare_call(calling("deploys.roll_back", **arguments))
    assert prepared.problem.startswith(told)
    assert not (await runner.run_tool(calling("deploys.roll_back", **arguments))).ok
    assert _calls(workshop) == []


@pytest.mark.parametrize(
    ("tool", "ok", "text"),
    [
        ("break", False, "No such release."),
        ("picture", True, "Here:\n[image: image/png, 3,000 bytes, left out]"),
        ("structured", True, '{"shop": "v7"}'),
        ("silent", True, ""),
    ],
)
async def test_whatever_it_answers_is_text(
    workshop: Workshop, tool: str, ok: bool, text: str
) -> None:
    result = await workshop.runner().run_tool(calling(f"deploys.{tool}"))
    assert (result.ok, result.text) == (ok, text or NO_ANSWER)


async def test_a_flood_is_cut(workshop: Workshop) -> None:
    result = await workshop.runner().run_tool(calling("deploys.flood"))
    assert result.ok
    assert len(result.text) <= OUTPUT_LIMIT
    assert "left out]" in result.text


async def test_a_tool_that_is_gone_is_told_in_words(workshop: Workshop) -> None:
    runner = workshop.runner()
    assert (
        "no tool deploys.nothing" in (await runner.prepare_call(calling("deploys.nothing"))).problem
    )
    assert not (await runner.run_tool(calling("deploys.nothing"))).ok
    assert "no tool other.x" in (await runner.prepare_call(calling("other.x"))).problem


def _tool(name: str = "x", **schema: Any) -> dict[str, Any]:
    return {"name": name, "inputSchema": {"type": "object", **schema}}


def _deep(levels: int = 40) -> dict[str, Any]:
    return {"type": "array", "items": _deep(levels - 1)} if levels else {"type": "string"}


@pytest.mark.parametrize(
    ("tool", "why"),
    [
        (_tool("two words"), "its name"),
        (_tool("line\nbreak"), "its name"),
        (_tool(properties={"replaces": {"type": "string"}}), "its parameter is called 'replaces'"),
        (_tool(properties={"a b": {"type": "string"}}), "its parameter is called 'a b'"),
        (_tool(properties={"a": {"description": "x" * 20_000}}), "more than 10,000 characters"),
        (_tool(properties={"a": _deep()}), "more than 30 levels"),
        (_tool(properties={"a": {"$ref": "http://10.0.0.1/x"}}), "refers to 'http://10.0.0.1/x'"),
        (_tool(properties={"a": {"$ref": "#/$defs/gone"}}), "refers to '#/$defs/gone'"),
        (_tool(properties={"a": {"type": "strange"}}), "its schema is none"),
        (_tool(anyOf=[{"required": ["a"]}]), "anyOf at the top"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_what_a_provider_or_our_check_would_fail_on_is_not_offered(
    tool: dict[str, Any], why: str
) -> None:
    assert why in why_not(ListedTool.model_validate(tool))


async def test_what_is_not_offered_is_left_out_alone_and_named_once(workshop: Workshop) -> None:
    _has(workshop, _tool("two words"), _tool("fine"))
    runner = workshop.runner()
    with capture_logs() as logs:
        spec = await runner.describe()
        await runner.describe()
    assert [it.name for it in spec.tools] == ["deploys.fine"]
    (line,) = (it for it in logs if it["event"] == "tools of MCP servers are left out")
    assert "its name" in line["tools"]["deploys.two words"]


async def test_of_five_hundred_tools_a_hundred_are_offered_and_the_rest_are_named(
    workshop: Workshop,
) -> None:
    _has(workshop, *(_tool(f"t{number}") for number in range(500)))
    runner = workshop.runner()
    with capture_logs() as logs:
        spec = await runner.describe()
    assert len(spec.tools) == 100
    (line,) = (it for it in logs if it["event"] == "tools of MCP servers are left out")
    assert (len(line["tools"]), line["more"]) == (20, 380)
    assert (await runner.prepare_call(calling("deploys.t499"))).problem == ""


def _has(workshop: Workshop, *tools: dict[str, Any]) -> None:
    (workshop.folder().path / "tools.json").write_text(json.dumps(tools))


def _calls(workshop: Workshop) -> list[dict[str, Any]]:
    return workshop.folder().calls
