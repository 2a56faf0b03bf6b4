"""An agent that another calls as a tool, as its author described it with `Agent.as_tool`."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents import Agent, FunctionTool
from agents.tool_context import ToolContext

from countersign.agents.errors import NotKeptError
from countersign.tools.annotations import annotate, annotations_of
from countersign.tools.schema import for_model
from countersign.tools.toolkit import Tool
from workflows.contracts.core import AgentCall, ToolSpec

NOT_KEPT: Mapping[str, str] = {
    "custom_output_extractor": "a custom_output_extractor",
    "input_builder": "an input_builder",
    "on_stream": "on_stream",
    "run_config": "a run_config",
    "hooks": "hooks",
    "session": "a session",
    "previous_response_id": "a previous_response_id",
    "conversation_id": "a conversation_id",
}
"""What `as_tool` takes and a conversation does not carry over, by the name of its parameter."""
STATUS = "is asking {agent}…"
BEGUN = "{agent} was asked."


def agent_behind(tool: object) -> Agent[Any] | None:
    """The agent that a tool is, if it is one."""
    found: Any = getattr(tool, "_agent_instance", None)
    return found if isinstance(found, Agent) else None


def check_agent_tool(tool: FunctionTool) -> None:
    """Make sure that an agent's tool can be rebuilt as it is.

    Raises:
        NotKeptError: it has something that would not be kept.
    """
    said = _said_of(tool)
    kept_out = [what for name, what in NOT_KEPT.items() if said.get(name) is not None]
    if tool.tool_input_guardrails or tool.tool_output_guardrails:
        kept_out.append("tool guardrails")
    for what in kept_out:
        raise NotKeptError(
            f"AGENT: the agent as a tool {tool.name} has {what}, which is not supported"
        )


def gate_of(tool: FunctionTool, agent: Agent[Any]) -> Tool | None:
    """What people approve before an agent is called; None where nobody has to.

    It begins nothing itself: once it was run, the conversation runs the agent.

    Raises:
        UnusableToolError: nobody could be asked about it.
    """
    if tool.needs_approval is False:
        return None

    async def begin(_: ToolContext[Any], __: str) -> str:
        return BEGUN.format(agent=agent.name)

    asked = FunctionTool(
        name=tool.name,
        description=tool.description,
        params_json_schema=tool.params_json_schema,
        on_invoke_tool=begin,
        strict_json_schema=tool.strict_json_schema,
        needs_approval=tool.needs_approval,
    )
    said = annotations_of(tool)
    annotate(
        asked,
        title=said.title or f"Ask {agent.name}",
        status=said.status or STATUS.format(agent=agent.name),
        secret=said.secret,
        preview=said.preview,
    )
    return replace(Tool.of(asked), runs=agent.name)


def described_agent_tool(tool: FunctionTool, agent: Agent[Any]) -> ToolSpec:
    """What a workflow needs to know to run the agent."""
    said = _said_of(tool)
    gate = gate_of(tool, agent)
    spec = gate.spec if gate else _free(tool, agent)
    runs = AgentCall(
        agent=agent.name,
        structured=bool(said["should_capture_tool_input"]),
        with_schema=said["schema_info"].json_schema is not None,
        max_turns=said["max_turns"],
    )
    return spec.model_copy(update={"runs": runs})


def _free(tool: FunctionTool, agent: Agent[Any]) -> ToolSpec:
    return ToolSpec(
        name=tool.name,
        description=tool.description,
        parameters=for_model(tool.params_json_schema),
        needs_approval=False,
        title=f"Ask {agent.name}",
        status=STATUS.format(agent=agent.name),
    )


def _said_of(tool: FunctionTool) -> Mapping[str, Any]:
    """What `as_tool` was called with. The SDK keeps it only inside the function that it made.

    Raises:
        NotKeptError: it is not where it is looked for.
    """
    body = getattr(tool.on_invoke_tool, "_invoke_tool_impl", None)
    said = inspect.getclosurevars(body).nonlocals if inspect.isfunction(body) else {}
    missing = {*NOT_KEPT, "max_turns", "should_capture_tool_input", "schema_info"} - said.keys()
    if missing:
        raise NotKeptError(
            f"AGENT: the agent as a tool {tool.name} was not made by Agent.as_tool of a version "
            "that is known here, which is not supported"
        )
    return said
