"""Tools: what the model sees of them, and what becomes of its arguments."""

import json
from collections.abc import AsyncGenerator
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from agents import function_tool
from pydantic import SecretStr
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError

from countersign.agents.catalogue import Catalogue
from countersign.tools import ArgumentField, Preview, ToolError, annotate
from countersign.tools.toolkit import Tool
from examples.purchasing import agent
from examples.purchasing.shop import Shop
from tests.support.builders import a_call
from worker.agent import AgentRunner
from workflows.digest import digest
from workflows.redaction import MASK

TOOLS = Catalogue.of(agent).tools
GUARDED = {"place_order", "cancel_order", "wait_for_confirmation"}


@pytest_asyncio.fixture
async def runner(tmp_path: Path) -> AsyncGenerator[AgentRunner]:
    shop = await Shop.open(f"sqlite+aiosqlite:///{tmp_path}/shop.db")
    yield AgentRunner(Catalogue.of(agent), shop, "scripted")
    await shop.close()


def _call(tool: str, arguments: Any) -> Any:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return a_call().model_copy(update={"tool": tool, "arguments": text})


def test_the_agent_has_its_tools_and_the_right_ones_are_guarded() -> None:
    assert set(TOOLS) == GUARDED | {
        "search_catalog",
        "check_budget",
        "order_status",
        "list_orders",
    }
    assert {name for name, tool in TOOLS.items() if tool.needs_approval} == GUARDED


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_only_a_guarded_tool_asks_for_a_reason(name: str) -> None:
    spec = TOOLS[name].spec
    assert ("approval_reason" in spec.parameters["required"]) is (name in GUARDED)
    assert spec.parameters["additionalProperties"] is False
    assert spec.description
    assert spec.status.endswith("…")


@pytest.mark.parametrize(
    "arguments",
    [
        "100 widgets",
        "[]",
        "null",
        {},
        {"sku": "widget"},
        {"sku": "widget", "quantity": 0},
        {"sku": "widget", "quantity": -5},
        {"sku": "widget", "quantity": "many"},
        {"sku": "", "quantity": 1},
        {"sku": "unicorn", "quantity": 1},
        {"sku": "widget", "quantity": 10**9},
    ],
    ids=str,
)
async def test_nobody_is_asked_for_nonsense(runner: AgentRunner, arguments: Any) -> None:
    prepared = await runner.prepare_call(_call("place_order", arguments))
    assert prepared.problem
    result = await runner.run_tool(_call("place_order", arguments))
    assert not result.ok


async def test_an_order_is_put_in_plain_words(runner: AgentRunner) -> None:
    call = _call(
        "place_order", {"sku": "widgets", "quantity": 100, "approval_reason": "stock is low"}
    )
    prepared = await runner.prepare_call(call)
    assert prepared.problem == ""
    assert prepared.summary == "Order 100 widgets for €4,120.00"
    assert prepared.reason == "stock is low"
    assert {field.name: field.value for field in prepared.fields} == {
        "item": "Steel widget, M8",
        "quantity": "100",
        "price each": "€41.20",
        "budget left after this": "€20,880.00",
    }


async def test_a_retried_call_places_one_order(runner: AgentRunner) -> None:
    call = _call("place_order", {"sku": "widget", "quantity": 1})
    first, again = await runner.run_tool(call), await runner.run_tool(call)
    assert first == again
    assert "#1 placed" in first.text


async def test_a_tool_that_is_gone_answers_in_words(runner: AgentRunner) -> None:
    call = _call("launch_rocket", {})
    assert "no tool launch_rocket" in (await runner.prepare_call(call)).problem
    assert not (await runner.run_tool(call)).ok


async def test_what_an_order_costs_is_a_number_for_rules(runner: AgentRunner) -> None:
    call = _call(
        "place_order", {"sku": "widget", "quantity": 100, "approval_reason": "stock is low"}
    )
    prepared = await runner.prepare_call(call)
    assert prepared.amount == 4120.0
    assert set(prepared.parameters["properties"]) == {"sku", "quantity"}


async def test_the_budget_is_shown_and_is_no_part_of_what_is_approved(runner: AgentRunner) -> None:
    call = _call(
        "place_order", {"sku": "widget", "quantity": 100, "approval_reason": "stock is low"}
    )
    before = await runner.prepare_call(call)
    await runner.run_tool(_call("place_order", {"sku": "gizmo", "quantity": 1}))
    after = await runner.prepare_call(call)
    assert before.fields != after.fields
    assert before.digest == after.digest != ""


@pytest.mark.parametrize("change", [{"sku": "gizmo"}, {"quantity": 99}])
async def test_another_order_has_another_digest(
    runner: AgentRunner, change: dict[str, Any]
) -> None:
    given = {"sku": "widget", "quantity": 100, "approval_reason": "stock is low"}
    one = await runner.prepare_call(_call("place_order", given))
    other = await runner.prepare_call(_call("place_order", {**given, **change}))
    assert one.digest != other.digest


async def test_the_policy_may_guard_a_tool_that_does_not_guard_itself(runner: AgentRunner) -> None:
    runner.gated = lambda name: name == "check_budget"
    specs = {spec.name: spec for spec in (await runner.describe()).tools}
    assert {name for name, spec in specs.items() if spec.needs_approval} == {
        *GUARDED,
        "check_budget",
    }
    assert specs["check_budget"].parameters["required"] == ["approval_reason", "replaces"]
    call = _call("check_budget", {"approval_reason": "they asked"})
    prepared = await runner.prepare_call(call)
    assert (prepared.problem, prepared.reason) == ("", "they asked")
    assert prepared.parameters["properties"] == {}
    assert "left this quarter" in (await runner.run_tool(call)).text


async def test_a_call_that_was_asked_for_under_another_policy_still_runs(
    runner: AgentRunner,
) -> None:
    assert (await runner.run_tool(_call("check_budget", {"approval_reason": "they asked"}))).ok
    assert (await runner.run_tool(_call("check_budget", {}))).ok


class ExplosionError(Exception):
    """Something nobody planned for."""


@function_tool(needs_approval=True, failure_error_function=None)
async def log_in(user: str, password: str, phrase: SecretStr) -> str:
    """Log in."""
    said = f"{user} {password} {phrase.get_secret_value()}"
    if user == "nobody":
        raise ToolError(f"cannot log in as {said}")
    if user == "bomb":
        raise ExplosionError from ValueError(said)
    return f"logged in as {said}"


SECRET = {
    "user": "root",
    "password": "hunter22",
    "phrase": "open sesame",
    "approval_reason": "hunter22!",
}


def _with(runner: AgentRunner, preview: bool = False) -> AgentRunner:
    """The same runner with the tool above, with or without words of its own for it."""
    plain = copy(log_in)
    if preview:
        annotate(plain, preview=_say)
    runner.catalogue = replace(runner.catalogue, tools={"log_in": Tool.of(plain)})
    return runner


async def _say(user: str, password: str, phrase: SecretStr) -> Preview:
    value = phrase.get_secret_value()
    return Preview(
        summary=f"Log in with {password}",
        cost=f"{value} coins",
        fields=(
            ArgumentField(name="password", value=password),
            ArgumentField(name="line", value=f"{user}:{value}"),
        ),
    )


@pytest.mark.parametrize("preview", [False, True])
async def test_nobody_reads_a_secret_and_yet_it_is_part_of_the_digest(
    runner: AgentRunner, preview: bool
) -> None:
    call = _call("log_in", SECRET)
    prepared = await _with(runner, preview).prepare_call(call)
    everything = prepared.model_dump_json()
    assert "hunter22" not in everything
    assert "sesame" not in everything
    assert {field.name for field in prepared.fields if field.is_secret} == (
        {"password", "line"} if preview else {"password", "phrase"}
    )
    assert json.loads(prepared.arguments)["user"] == "root"
    for change in ({"password": "hunter23"}, {"phrase": "open barley"}):
        other = await runner.prepare_call(_call("log_in", {**SECRET, **change}))
        assert other.digest != prepared.digest
    assert prepared.digest != digest(call.tool, prepared.arguments, prepared)


async def test_no_answer_of_a_tool_tells_a_secret(runner: AgentRunner) -> None:
    _with(runner)
    assert (await runner.run_tool(_call("log_in", SECRET))).text == (
        f"logged in as root {MASK} {MASK}"
    )
    with capture_logs() as logs:
        failed = await runner.run_tool(_call("log_in", {**SECRET, "user": "nobody"}))
        nonsense = await runner.run_tool(_call("log_in", {**SECRET, "user": 1, "x": "hunter22"}))
        refused = await runner.prepare_call(_call("log_in", {**SECRET, "user": 1}))
    assert failed.text == f"cannot log in as nobody {MASK} {MASK}"
    assert not nonsense.ok
    assert refused.problem
    for told in (nonsense.text, refused.problem, str(logs)):
        assert "hunter22" not in told
        assert "sesame" not in told


async def test_an_error_nobody_planned_for_goes_on_without_secrets(runner: AgentRunner) -> None:
    _with(runner)
    with pytest.raises(ApplicationError) as raised:
        await runner.run_tool(_call("log_in", {**SECRET, "user": "bomb"}))
    assert raised.value.type == "ExplosionError"
    assert "hunter22" not in str(raised.value)
    assert raised.value.__cause__ is None


async def test_the_model_is_told_nothing_that_providers_refuse() -> None:
    parameters = json.dumps(Tool.of(log_in).spec.parameters)
    assert "writeOnly" not in parameters
    assert "password" in parameters
    assert Tool.of(log_in).parameters["properties"]["phrase"]["format"] == "password"
