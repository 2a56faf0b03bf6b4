"""A guarded call's approval as its conversation has it: begun, watched, and buried if need be."""

from temporalio import exceptions, workflow
from temporalio.exceptions import ChildWorkflowError

from workflows.approval.display import fits_in_a_row
from workflows.approval.workflow import ApprovalWorkflow
from workflows.contracts.activities import CardActivities, LifecycleActivities
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus
from workflows.contracts.core import DECIDE_SIGNAL, StopRequest
from workflows.contracts.decisions import Decision, Execution, Outcome, Stop, Verb, Via
from workflows.listing.rows import approval_memo
from workflows.listing.search_attributes import attributes
from workflows.listing.summaries import line
from workflows.timeouts import CARD_PATIENCE, ask_now, call_slack

Child = workflow.ChildWorkflowHandle[ApprovalWorkflow, ApprovalStatus]


async def start(request: ApprovalRequest) -> Child:
    """Start the approval's own workflow, which outlives this run of the conversation."""
    return await workflow.start_child_workflow(
        ApprovalWorkflow.run,
        request,
        id=request.call.approval,
        parent_close_policy=workflow.ParentClosePolicy.ABANDON,
        memo=approval_memo(
            ApprovalStatus.pending(request), one_tap=fits_in_a_row(request.prepared)
        ),
        search_attributes=attributes(request),
        static_summary=line(request.prepared.summary or request.prepared.title),
    )


async def withdraw(id_: str, request: StopRequest, via: Via = Via.STOP) -> None:
    """Have it withdrawn, since its conversation was stopped, or asks for something else."""
    decision = Decision(
        id=f"{request.id}:{id_}",
        at=workflow.now(),
        via=via,
        by=request.by,
        verb=Verb.WITHDRAW,
    )
    handle = workflow.get_external_workflow_handle(id_)
    try:
        await handle.signal(DECIDE_SIGNAL, args=[False, decision])
    except exceptions.ApplicationError:
        workflow.logger.info("%s could not be withdrawn: it has ended or not begun", id_)


async def watch(child: Child, request: ApprovalRequest) -> ApprovalStatus:
    """Hear how the approval ends from Temporal, which also tells of an end by force."""
    try:
        return await child
    except ChildWorkflowError as error:
        workflow.logger.warning("An approval was ended by force", exc_info=True)
        return await _ended_by_force(request, _stop_of(error))


async def point_to(replaced: ApprovalStatus, by: str, permalink: str) -> None:
    """Have the card of an old approval open the new one's, which may have no permalink."""
    await _redraw(replaced.model_copy(update={"replaced_by": by, "replaced_at": permalink}))


async def _ended_by_force(request: ApprovalRequest, stop: Stop) -> ApprovalStatus:
    """What is left of an approval whose workflow is dead; its card is rewritten from here.

    Where nothing can be learned of it, it may have been done: nobody knows.
    """
    unknown = {"outcome": Outcome.STOPPED, "stop": stop, "execution": Execution.UNKNOWN}
    try:
        (status,) = await ask_now(LifecycleActivities.ended_approvals, (request.call.approval,))
    except Exception:  # whatever it is, whoever waits has to hear of the end
        workflow.logger.exception("Nothing is known of a dead approval")
        status = ApprovalStatus.pending(request).model_copy(update=unknown)
    await _redraw(status)
    return status


async def _redraw(status: ApprovalStatus) -> None:
    """Rewrite a card for an approval that cannot do it itself. One that is gone is no loss."""
    if status.card is None or not status.card.ts:
        return
    try:
        await call_slack(CardActivities.redraw_card, status, CARD_PATIENCE)
    except Exception:  # whoever waits for the end is not kept waiting for its card
        workflow.logger.warning("A card was not rewritten", exc_info=True)


def _stop_of(error: ChildWorkflowError) -> Stop:
    match error.cause:
        case exceptions.TerminatedError():
            return Stop.TERMINATED
        case exceptions.CancelledError():
            return Stop.CANCELED
        case exceptions.TimeoutError():
            return Stop.TIMED_OUT
        case _:
            return Stop.FAILED
