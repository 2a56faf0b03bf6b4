"""What an approval's history says of it, where no worker is there to be asked.

A query is answered by a worker. Temporal itself has the history: the request at its beginning,
the last card, and whether the action was begun.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.converter import DataConverter

from workflows.contracts.activities import (
    AgentActivities,
    CardActivities,
    EndActivities,
    LifecycleActivities,
)
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card, Posted
from workflows.contracts.core import ToolResult
from workflows.contracts.decisions import Execution, Outcome
from workflows.listing.pages import TIMEOUT

CARDS = frozenset({CardActivities.post_card.__name__, CardActivities.redraw_card.__name__})
REMIND = CardActivities.remind.__name__
TOOL = AgentActivities.run_tool.__name__
TELL = frozenset({EndActivities.conclude.__name__, LifecycleActivities.report_end.__name__})
"""By these its conversation hears of an approval, which then lets the provider run the call."""
Model = TypeVar("Model")


async def read_remains(temporal: Client, found: WorkflowExecutionDescription) -> ApprovalStatus:
    """The last that is recorded of an approval. Who voted is not among it."""
    handle = temporal.get_workflow_handle(found.id, run_id=found.run_id)
    events = (await handle.fetch_history(rpc_timeout=TIMEOUT)).events
    converter = temporal.data_converter
    started = events[0].workflow_execution_started_event_attributes
    status = ApprovalStatus(
        id=found.id,
        request=await _read(converter, started.input, ApprovalRequest),
        outcome=_outcome(await found.memo()),
    )
    called = {it.event_id: _called(it) for it in events}
    if TOOL in called.values():
        begun = {"outcome": Outcome.APPROVED, "execution": Execution.RUNNING}
        status = status.model_copy(update=begun)
    elif _is_passed_on(status, called.values()):
        status = status.model_copy(update={"execution": Execution.PASSED_ON})
    for answer in _answers(events):
        name = called.get(answer.scheduled_event_id, "")
        known = await _known(status, name, answer.result, converter)
        status = status.model_copy(update=known)
    return status


def _is_passed_on(status: ApprovalStatus, called: Collection[str]) -> bool:
    is_approved = status.outcome is Outcome.APPROVED and status.call.at_provider
    return is_approved and not TELL.isdisjoint(called)


async def _known(
    status: ApprovalStatus, name: str, given: Payloads, converter: DataConverter
) -> Mapping[str, object]:
    """What an activity's answer says of the approval."""
    if name in CARDS:
        return {"card": await _read(converter, given, Card)}
    if name == REMIND:
        posted = await _read(converter, given, tuple[Posted, ...])
        return {"reminders": (*status.reminders, *posted)}
    if name == TOOL:
        result = await _read(converter, given, ToolResult)
        execution = Execution.DONE if result.ok else Execution.FAILED
        return {"execution": execution, "result": result.text}
    return {}


def _outcome(memo: Mapping[str, Any]) -> Outcome:
    """As lists had it; a decision that was counted since then is not in it."""
    known = str(memo.get("outcome"))
    return Outcome(known) if known in set(Outcome) else Outcome.PENDING


def _called(event: HistoryEvent) -> str:
    return event.activity_task_scheduled_event_attributes.activity_type.name


def _answers(events: Sequence[HistoryEvent]) -> Sequence[Any]:
    """What activities returned, in order."""
    completed = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
    return [
        it.activity_task_completed_event_attributes for it in events if it.event_type == completed
    ]


async def _read(converter: DataConverter, given: Payloads, kind: type[Model]) -> Model:
    (value,) = await converter.decode(given.payloads, [kind])
    return value
