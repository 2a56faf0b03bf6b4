"""What is looked at before each model call, so that a turn ends in words and never by force."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from agents import RunConfig
from agents.run import CallModelData, ModelInputData
from temporalio import workflow

from workflows.contracts.core import TurnLimits
from workflows.conversation.agent import RUN_CONFIG
from workflows.conversation.memory import AgentRun, InnerRun, TurnState, fitted
from workflows.conversation.model_errors import NoRoomError, OutOfStepsError

FULL_HISTORY = 24 * 2**20
"""Bytes of a history after which no model is called: Temporal ends a workflow at 50 MiB, and agents
that are at work side by side may each add to it before the next look."""
FULL_LENGTH = 30_000
"""Events after which none is called either; Temporal ends a workflow at 51,200."""


def allowed(run: AgentRun, limits: TurnLimits) -> int:
    """How many model calls a run may make in all."""
    own = run.max_turns if isinstance(run, InnerRun) else limits.model_calls
    return min(own, limits.model_calls)


def left(run: AgentRun, limits: TurnLimits) -> int:
    """How many it may still make: at least one, so that what was waited for can be told."""
    return max(allowed(run, limits) - run.model_calls, 1)


def run_config(run: AgentRun, state: TurnState, limits: TurnLimits) -> RunConfig:
    """How the SDK runs an agent whose every model call is looked at first."""
    return replace(RUN_CONFIG, call_model_input_filter=_before_call(run, state, limits))


def _before_call(
    run: AgentRun, state: TurnState, limits: TurnLimits
) -> Callable[[CallModelData[Any]], ModelInputData]:
    def look(data: CallModelData[Any]) -> ModelInputData:
        _look_for_room()
        if isinstance(run, InnerRun):
            _count(state, limits)
        given = fitted(cast(Any, data.model_data.input), limits.given)
        return replace(data.model_data, input=cast(Any, given))

    return look


def _look_for_room() -> None:
    info = workflow.info()
    is_full = info.get_current_history_size() >= FULL_HISTORY
    if is_full or info.get_current_history_length() >= FULL_LENGTH:
        raise NoRoomError


def _count(state: TurnState, limits: TurnLimits) -> None:
    """Count a call of an agent that was called as a tool, while others are at work beside it."""
    if state.inner_model_calls >= limits.inner_model_calls:
        raise OutOfStepsError(limits.inner_model_calls)
    state.inner_model_calls += 1
