"""What an agent is told that another calls as a tool, and what a handoff answers. Pure."""

import json
from collections.abc import Sequence
from typing import Any, cast

from agents.agent_tool_input import (
    StructuredInputSchemaInfo,
    build_structured_input_schema_info,
    default_tool_input_builder,
)

from workflows.contracts.core import AgentCall, HandoffSpec, ToolSpec, TurnLimits
from workflows.conversation.memory import Handing, InnerRun, Item, output, said
from workflows.conversation.model_messages import no_such_tool_for_model, unfit_for_model
from workflows.conversation.output import misfit

ONLY_ONE = "Multiple handoffs detected, ignoring this one."
"""The SDK's own words."""


def inner_run(
    tool: ToolSpec, runs: AgentCall, call_id: str, arguments: str, limits: TurnLimits
) -> InnerRun:
    """The run that a call begins; it has its end already where the arguments do not fit."""
    run = InnerRun(
        agent=runs.agent,
        call_id=call_id,
        tool=tool.name,
        max_turns=limits.model_calls if runs.max_turns is None else runs.max_turns,
    )
    try:
        given: Any = json.loads(arguments)
    except (ValueError, RecursionError):
        given = arguments
    if fault := misfit(given, tool.parameters):
        run.words = unfit_for_model(tool.name, fault)
    else:
        run.items = [said(_message(tool, runs, given))]
    return run


def _message(tool: ToolSpec, runs: AgentCall, given: Any) -> str:
    """What the agent reads, in the words in which the SDK would put it."""
    if runs.structured:
        info = build_structured_input_schema_info(
            tool.parameters, include_json_schema=runs.with_schema
        )
        if info.summary or info.json_schema:
            return _structured(given, info)
    match given:
        case {"input": str(text)} if len(cast("dict[str, Any]", given)) == 1:
            return text
        case _:
            return json.dumps(given)


def _structured(given: Any, info: StructuredInputSchemaInfo) -> str:
    return default_tool_input_builder(
        {"params": given, "summary": info.summary, "json_schema": info.json_schema}
    )


def transfer_outputs(handings: Sequence[Handing], handoff: HandoffSpec | None) -> list[Item]:
    """What the model reads of the handoffs of one answer: the first one is done, if it is there."""
    first, *others = handings
    told = no_such_tool_for_model(first.tool)
    if handoff is not None:
        told = json.dumps({"assistant": handoff.to})
    return [output(first.call_id, told), *(output(it.call_id, ONLY_ONE) for it in others)]
