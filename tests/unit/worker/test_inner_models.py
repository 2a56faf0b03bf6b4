"""Agents that the author's own code runs, such as in a guardrail: they use the worker's model."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from agents import (
    Agent,
    GuardrailFunctionOutput,
    RunContextWrapper,
    Runner,
    function_tool,
    input_guardrail,
    set_trace_processors,
)
from agents.models import _openai_shared
from agents.models.default_models import OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from countersign.agents.catalogue import Catalogue
from tests.support.builders import a_call
from tests.support.model_server import ModelServer, say
from worker.agent import AgentRunner
from worker.agent_code import AgentCode
from worker.runtime import build_plugin, use_model
from worker.settings import WorkerSettings
from workflows.contracts.agent_code import InputCheck


@pytest_asyncio.fixture
async def model(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[ModelServer]:
    """A model server to which the settings of a worker lead."""
    monkeypatch.setattr(_openai_shared, "_default_openai_client", None)
    monkeypatch.setenv(OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME, "")
    monkeypatch.delenv(OPENAI_DEFAULT_MODEL_ENV_VARIABLE_NAME)
    async with ModelServer().serving() as server:
        settings = WorkerSettings(
            slack_bot_token=SecretStr("xoxb-1"),
            openai_base_url=server.url,
            openai_api_key=SecretStr("sk-ours"),
            openai_model="house-model",
        )
        set_trace_processors([])  # as a worker's start does
        use_model(settings)
        build_plugin(settings, {})
        client = _openai_shared.get_default_openai_client()
        assert client is not None
        async with client:
            yield server


def _checked() -> Agent[Any]:
    """An agent whose guardrail asks another, and so does its tool."""
    checker = Agent[Any](name="Checker", instructions="Is it homework?", output_type=bool)
    writer = Agent[Any](name="Writer", instructions="Write.")

    @input_guardrail
    async def homework(
        context: RunContextWrapper[Any], _: Agent[Any], given: str | list[Any]
    ) -> GuardrailFunctionOutput:
        found = await Runner.run(checker, given, context=context.context)
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=found.final_output)

    @function_tool
    async def write(about: str) -> str:
        """Write a poem."""
        return (await Runner.run(writer, about)).final_output

    return Agent[Any](name="A", tools=[write], input_guardrails=[homework])


async def test_a_guardrail_that_runs_an_agent_asks_the_model_of_the_settings(
    model: ModelServer,
) -> None:
    code = AgentCode(Catalogue.of(_checked()))
    given = ({"role": "user", "content": "solve this"},)
    check = InputCheck(agent="A", guardrail="homework", given=given)
    for answer in (True, False):
        model.script([say(f'{{"response": {str(answer).lower()}}}')])
        found = await ActivityEnvironment().run(code.check_input, check)
        assert found.is_stopped is answer
        (asked,) = model.asked
        assert (asked["model"], asked["instructions"]) == ("house-model", "Is it homework?")
        assert model.keys[-1] == "Bearer sk-ours"


async def test_so_does_a_tool_that_runs_one(model: ModelServer) -> None:
    model.script([say("Roses are red.")])
    runner = AgentRunner(Catalogue.of(_checked()), model="house-model")
    call = a_call().model_copy(update={"tool": "write", "arguments": '{"about": "roses"}'})
    result = await ActivityEnvironment().run(runner.run_tool, call)
    assert (result.ok, result.text) == (True, "Roses are red.")
    assert [it["model"] for it in model.asked] == ["house-model"]
