"""Tools whose answer is the agent's last: the model is not asked to put it in words. Pure.

Only what a tool has done ends a run. What is said of a call that was not done, such as who rejected
it, is for the model, which tells the person.
"""

from collections.abc import Callable
from typing import Any, Literal

from agents import FunctionToolResult, RunContextWrapper, ToolsToFinalOutputResult
from agents.agent import ToolsToFinalOutputFunction

from workflows.contracts.core import AgentSpec
from workflows.conversation.memory import AgentRun, GuardedCall


def ending(
    spec: AgentSpec, has_answered: Callable[[str], bool]
) -> ToolsToFinalOutputFunction[None] | Literal["run_llm_again"]:
    """How the SDK goes on after free tools; `has_answered` knows which calls were done."""

    def decide(
        _: RunContextWrapper[None], results: list[FunctionToolResult]
    ) -> ToolsToFinalOutputResult:
        for it in results:
            if spec.stops(it.tool.name) and has_answered(_call_id(it)):
                return ToolsToFinalOutputResult(is_final_output=True, final_output=it.output)
        return ToolsToFinalOutputResult(is_final_output=False)

    return decide if spec.stops_after else "run_llm_again"


def last_words(run: AgentRun) -> str:
    """The first answer that ends a run, of those calls that people, or other agents, settled.

    Beside a handoff there is none: the other agent goes on. Nor is there beside an approved call
    that the model's provider runs, since it is told so with the next model call.
    """
    if run.handings or run.allowed:
        return ""
    done = [_result(it) for it in run.calls if it.ends_run]
    done += [it.words for it in run.inner if it.ends_run and it.is_answered]
    return next(filter(None, done), "")


def _result(it: GuardedCall) -> str:
    is_done = it.status is not None and it.status.is_done
    return it.status.result if it.status and is_done and it.runs is None else ""


def _call_id(result: FunctionToolResult) -> str:
    item: Any = result.run_item
    return str(item.raw_item["call_id"]) if item is not None else ""
