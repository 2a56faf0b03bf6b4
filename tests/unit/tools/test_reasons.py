"""What people read as the reason of a call, where the tool has an argument `reason` itself."""

import json
from typing import Any

import pytest
from agents import Agent, FunctionTool, function_tool
from mcp.types import Tool as ListedTool
from pydantic import SecretStr

from countersign.agents.catalogue import Catalogue
from countersign.agents.mcp.acceptance import why_not
from countersign.tools import annotate
from countersign.tools.toolkit import ReservedNameError, Tool
from tests.support.builders import a_call
from worker.agent import AgentRunner
from workflows.contracts.core import Prepared
from workflows.digest import REASON
from workflows.redaction import MASK, NAMES, Secrets


@function_tool(needs_approval=True)
def refund(order: int, reason: str | None = None) -> str:
    """Refund an order."""
    return f"{order}: {reason}"


@function_tool(needs_approval=True, strict_mode=False)
def close(reason: dict[str, str] | str) -> str:
    """Close an account."""
    return str(reason)


@function_tool(needs_approval=True, strict_mode=False)
def cancel(reason: dict[str, str]) -> str:
    """Cancel a contract."""
    return reason["code"]


@function_tool(needs_approval=True)
def unlock(reason: SecretStr) -> str:
    """Unlock a door."""
    return "open"


def _runner(tool: FunctionTool, secrets: Secrets | None = None) -> AgentRunner:
    agent = Agent[Any](name="A", tools=[tool])
    return AgentRunner(Catalogue.of(agent), model="m", secrets=secrets or Secrets())


async def _prepared(runner: AgentRunner, **arguments: Any) -> Prepared:
    (tool,) = runner.catalogue.tools
    call = a_call().model_copy(update={"tool": tool, "arguments": json.dumps(arguments)})
    return await runner.prepare_call(call)


def _asked(tool: FunctionTool) -> set[str]:
    """What the model is asked for, beside the request that a call replaces."""
    return set(Tool.of(tool).described(needs_approval=True).parameters["properties"]) - {"replaces"}


async def test_its_own_reason_is_what_people_read_and_it_gets_it_unchanged() -> None:
    runner = _runner(refund)
    prepared = await _prepared(runner, order=7, reason=" it broke")
    assert _asked(refund) == {"order", "reason"}
    assert (prepared.problem, prepared.reason) == ("", "it broke")
    assert [(it.name, it.in_summary) for it in prepared.fields] == [
        ("order", False),
        ("reason", True),
    ]
    arguments = '{"order": 7, "reason": " it broke"}'
    call = a_call().model_copy(update={"tool": "refund", "arguments": arguments})
    assert (await runner.run_tool(call)).text == "7:  it broke"


async def test_its_own_reason_is_part_of_what_is_approved() -> None:
    runner = _runner(refund)
    one, other = [await _prepared(runner, order=7, reason=why) for why in ("broken", "late")]
    assert one.digest != other.digest
    assert "reason" in one.parameters["properties"]


async def test_without_one_it_has_none() -> None:
    assert (await _prepared(_runner(refund), order=7, reason=None)).reason == ""


@pytest.mark.parametrize(
    ("tool", "reason"),
    [(cancel, {"code": "late"}), (unlock, "ring twice")],
    ids=["an object", "a secret"],
)
async def test_one_that_nobody_could_read_stays_its_own_and_another_is_asked_for(
    tool: FunctionTool, reason: Any
) -> None:
    runner = _runner(tool)
    prepared = await _prepared(runner, reason=reason, **{REASON: "they left"})
    assert _asked(tool) == {"reason", REASON}
    assert (prepared.problem, prepared.reason) == ("", "they left")
    assert [it.name for it in prepared.fields] == ["reason"]
    assert "ring twice" not in prepared.model_dump_json()


def test_one_that_may_be_more_than_words_is_no_reason_for_people() -> None:
    assert _asked(close) == {"reason", REASON}


def test_one_that_its_author_calls_secret_is_not_read_either() -> None:
    @annotate(secret=["reason"])
    @function_tool
    def dismiss(reason: str) -> str:
        """Dismiss somebody."""
        return reason

    assert _asked(dismiss) == {"reason", REASON}


@pytest.mark.parametrize("why", ["ill", "a long illness"])
async def test_one_that_the_settings_call_secret_is_masked(why: str) -> None:
    prepared = await _prepared(_runner(refund, Secrets(NAMES | {"reason"})), order=7, reason=why)
    assert prepared.reason == MASK
    assert why not in prepared.model_dump_json()


@pytest.mark.parametrize(
    ("schema", "asked"),
    [
        ({"type": "string"}, {"reason"}),
        ({"type": "string", "enum": ["late", "broken"]}, {"reason"}),
        ({"type": "array", "items": {"type": "string"}}, {"reason", REASON}),
        (True, {"reason", REASON}),
    ],
    ids=["text", "a choice", "a list", "anything"],
)
def test_a_tool_of_a_server_is_offered_with_its_own(schema: Any, asked: set[str]) -> None:
    offered: Any = {"type": "object", "properties": {"reason": schema}}
    assert why_not(ListedTool(name="refund", input_schema=offered)) == ""

    async def never(_: object, __: str) -> str:
        raise AssertionError

    tool = FunctionTool("desk.refund", "Refund.", offered, never, strict_json_schema=False)
    assert _asked(tool) == asked


@pytest.mark.parametrize("name", [REASON, "replaces", "not_run_because"])
def test_names_that_are_ours_are_refused(name: str) -> None:
    schema: Any = {"type": "object", "properties": {name: {"type": "string"}}}

    async def never(_: object, __: str) -> str:
        raise AssertionError

    tool = FunctionTool("refund", "Refund.", schema, never, strict_json_schema=False)
    with pytest.raises(ReservedNameError, match=f"refund: call its parameter .* than {name}"):
        Tool.of(tool)
    listed = ListedTool(name="refund", input_schema=schema)
    assert why_not(listed) == f"its parameter is called {name!r}"
