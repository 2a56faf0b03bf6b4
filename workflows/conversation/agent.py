"""The agent, built from a description that is in the workflow's history.

Tools, instructions and model come from an activity, so what an older history ran with is
what it is replayed with: a worker with other tools does not break what is waiting.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from agents import (
    Agent,
    FunctionTool,
    ModelSettings,
    RunConfig,
    RunContextWrapper,
    ToolErrorFormatterArgs,
)
from agents.tool_context import ToolContext
from pydantic import TypeAdapter

from workflows.contracts.core import AgentSpec, ToolSpec
from workflows.contracts.not_run import is_marked, why_not_run
from workflows.conversation.model_messages import no_such_tool_for_model

MAX_TURNS = 12
"""Model calls in one turn, before it is taken for a loop."""


def _told(wrong: ToolErrorFormatterArgs[None]) -> str | None:
    """What the model reads of a call that is none; None leaves other answers as they are."""
    return no_such_tool_for_model(wrong.tool_name) if wrong.kind == "tool_not_found" else None


RUN_CONFIG = RunConfig(
    tracing_disabled=True,
    workflow_name="Countersign",
    tool_not_found_behavior="return_error_to_model",
    tool_error_formatter=_told,
)
"""Tracing is off: what people say here is not sent to the model provider's trace store."""

RunTool = Callable[[ToolSpec, str, str], Awaitable[str]]
"""Runs a tool: its description, the call's id, and the arguments as JSON."""


def build_agent(spec: AgentSpec, run_tool: RunTool) -> Agent[None]:
    """An agent whose every tool call goes through `run_tool`."""
    agent = Agent[None](
        name=spec.name,
        instructions=spec.instructions,
        model=spec.model,
        tools=[_build_tool(tool, run_tool) for tool in spec.tools],
    )
    if spec.model_settings:
        agent.model_settings = TypeAdapter(ModelSettings).validate_python(spec.model_settings)
    return agent


def _build_tool(spec: ToolSpec, run_tool: RunTool) -> FunctionTool:
    async def invoke(context: ToolContext[None], arguments: str) -> str:
        return why_not_run(arguments) or await run_tool(spec, context.tool_call_id, arguments)

    async def is_asked(_: RunContextWrapper[None], arguments: dict[str, Any], _id: str) -> bool:
        return spec.needs_approval and not is_marked(arguments)

    return FunctionTool(
        name=spec.called or spec.name,
        description=spec.description,
        params_json_schema=spec.parameters,
        on_invoke_tool=invoke,
        strict_json_schema=spec.strict,
        needs_approval=is_asked,
    )
