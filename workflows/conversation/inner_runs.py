"""What an agent is told that another calls as a tool, and what a handoff answers. Pure."""

import json
from collections.abc import Sequence
from typing import Any, cast

from agents.agent_tool_input import (
    StructuredInputSchemaInfo,
    build_structured_input_schema_info,
    default_tool_input_builder,
)

from workflows.contracts.core import AgentCall, Call, HandoffSpec, TurnLimits
from workflows.conversation.memory import GuardedCall, Handing, InnerRun, Item, output, said
from workflows.conversation.model_messages import no_such_tool_for_model, unfit_for_model
from workflows.conversation.output import misfit
from workflows.digest import without_reason

ONLY_ONE = "Multiple handoffs detected, ignoring this one."
"""The SDK's own words."""


def inner_run(runs: AgentCall, call: Call, parameters: dict[str, Any]) -> InnerRun:
    """The run that a call begins; it has its end already where the arguments do not fit.

    Args:
        runs: the agent.
        call: as the model made it.
        parameters: JSON schema of the agent's own arguments.
    """
    run = InnerRun(
        agent=runs.agent,
        call_id=call.id,
        tool=call.tool,
        max_turns=TurnLimits().model_calls if runs.max_turns is None else runs.max_turns,
    )
    try:
        given: Any = json.loads(call.arguments)
    except (ValueError, RecursionError):
        given = call.arguments
    if fault := misfit(given, parameters):
        run.words = unfit_for_model(call.tool, fault)
    else:
        run.items = [said(_message(runs, given, parameters))]
    return run


def limited(runs: AgentCall, limits: TurnLimits) -> AgentCall:
    """The same with as many model calls as any agent has, where its author does not say."""
    most = limits.model_calls if runs.max_turns is None else runs.max_turns
    return runs.model_copy(update={"max_turns": most})


def approved_run(it: GuardedCall) -> InnerRun | None:
    """The run of an agent that people let begin; None for any other call."""
    status = it.status
    if it.runs is None or status is None or not status.is_done:
        return None
    own = {"arguments": without_reason(status.call.arguments)}
    call = status.call.model_copy(update=own)
    run = inner_run(it.runs, call, status.shown.parameters)
    run.ends_run = it.ends_run
    return run


def _message(runs: AgentCall, given: Any, parameters: dict[str, Any]) -> str:
    """What the agent reads, in the words in which the SDK would put it."""
    if runs.structured:
        info = build_structured_input_schema_info(parameters, include_json_schema=runs.with_schema)
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
