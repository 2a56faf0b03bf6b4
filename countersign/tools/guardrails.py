"""Checks of the Agents SDK that stand around one tool: of its arguments, and of its answer."""

from typing import Any, cast

import structlog
from agents import (
    Agent,
    FunctionTool,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrailData,
    ToolOutputGuardrailData,
)
from agents.tool_context import ToolContext

from countersign.tools.errors import ToolError

STOPPED = "The check {name} of this tool stopped the call. Nothing was done."
BROKEN = "The check {name} of this tool failed, so the call was stopped. Nothing was done."
KEPT_BACK = "It was done. Its answer is not shown: the check {name} of this tool kept it back."
BROKEN_AFTER = "It was done. Its answer is not shown, since the check {name} of this tool failed."

log = structlog.get_logger(__name__)


async def check_input(
    tool: FunctionTool, within: ToolContext[Any], agent: Agent[Any] | None
) -> None:
    """Ask every check before the tool runs.

    Raises:
        ToolError: one of them does not let it run, or failed.
    """
    data = ToolInputGuardrailData(context=within, agent=cast("Agent[Any]", agent))
    for guardrail in tool.tool_input_guardrails or ():
        name = guardrail.get_name()
        try:
            told = await guardrail.run(data)
        except Exception as error:
            log.exception("a check of a tool failed", tool=tool.name, check=name)
            raise ToolError(BROKEN.format(name=name)) from error
        if (why := _why_not(told, STOPPED.format(name=name))) is not None:
            raise ToolError(why)


async def checked_output(
    tool: FunctionTool, within: ToolContext[Any], agent: Agent[Any] | None, answer: Any
) -> Any:
    """The tool's answer, or what is said instead of it. The tool has run: this never raises."""
    data = ToolOutputGuardrailData(context=within, agent=cast("Agent[Any]", agent), output=answer)
    for guardrail in tool.tool_output_guardrails or ():
        name = guardrail.get_name()
        try:
            told = await guardrail.run(data)
        except Exception:
            log.exception("a check of a tool failed", tool=tool.name, check=name)
            return BROKEN_AFTER.format(name=name)
        if (why := _why_not(told, KEPT_BACK.format(name=name))) is not None:
            return why
    return answer


def _why_not(told: ToolGuardrailFunctionOutput, stopped: str) -> str | None:
    """What is said instead; None where the check lets it pass."""
    match told.behavior:
        case {"type": "allow"}:
            return None
        case {"type": "reject_content", "message": str(message)}:
            return message
        case _:
            return stopped
