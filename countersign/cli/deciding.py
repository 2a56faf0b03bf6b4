"""A decision from the command line: hand it over, and learn whether it counted."""

import asyncio
import getpass
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from countersign.cli.errors import REFUSED, UNREACHABLE, CommandError
from countersign.cli.names import names
from countersign.messages.endings import capitalized, effect
from countersign.messages.outcomes import PASSED_ON
from countersign.messages.refusals import refusal
from countersign.slack.text import clean
from countersign.slack.voice import PlainVoice
from workflows.client import ApprovalClosedError, Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Decision, Execution, Outcome, Refusal, Refused, Verb, Via

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Reception:
    """How an approval took a decision: counted, or refused."""

    status: ApprovalStatus
    refused: Refused | None = None

    @property
    def words(self) -> str:
        """What happened, as a sentence."""
        if self.refused is None:
            return _counted(self.status)
        voice = PlainVoice(names(self.status), links=True)
        return clean(refusal(self.refused, self.status, voice))

    @property
    def document(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "id": self.status.id,
            "counted": self.refused is None,
            "refused": self.refused and str(self.refused.why),
            "outcome": str(self.status.outcome),
            "execution": str(self.status.execution),
            "votes": self.status.counted,
            "words": self.words,
        }


def from_here(verb: Verb = Verb.DECIDE, reason: str = "") -> Decision:
    """A decision by whoever sits at this terminal. Nobody vouches for who that is."""
    return Decision(
        id=f"{Via.CLI}:{uuid4()}",
        at=datetime.now(UTC),
        via=Via.CLI,
        asserted=f"{_user()}@{socket.gethostname()}",
        verb=verb,
        reason=reason.strip(),
    )


async def decide(
    approvals: Approvals, approval_id: str, approve: bool, decision: Decision
) -> Reception:
    """Hand the decision over and wait until it is counted or refused.

    Raises:
        ApprovalNotFoundError: there is no such approval.
        CommandError: it has ended, or no worker said in time whether the decision counts.
    """
    try:
        await approvals.decide(approval_id, approve, decision)
    except ApprovalClosedError as error:
        if error.status is None:
            raise CommandError(
                f"{approval_id} is no longer waiting. Nothing was changed.", REFUSED
            ) from error
        late = Refused(why=Refusal.CLOSED, at=decision.at, decision=decision)
        return Reception(error.status, late)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _received(approvals, approval_id, decision)
    except TimeoutError as error:
        raise CommandError(
            f"{approval_id} has your decision, but no worker has said yet whether it counts. "
            f"Check that one is running; then run: countersign show {approval_id}",
            UNREACHABLE,
        ) from error


def reception(status: ApprovalStatus, decision: Decision) -> Reception | None:
    """How the approval took this decision, or None if it has not looked at it yet."""
    for refused in status.refused:
        if refused.decision is not None and refused.decision.id == decision.id:
            return Reception(status, refused)
    counted = {vote.decision.id for vote in status.votes}
    if status.decision is not None:
        counted.add(status.decision.id)
    if decision.id in counted:
        return Reception(status)
    if status.outcome is Outcome.PENDING:
        return None
    return Reception(status, Refused(why=Refusal.CLOSED, at=decision.at, decision=decision))


async def _received(approvals: Approvals, approval_id: str, decision: Decision) -> Reception:
    while True:
        with suppress(RPCError, WorkflowQueryFailedError):  # a worker may just be starting
            if found := reception(await approvals.status(approval_id), decision):
                return found
        await asyncio.sleep(PAUSE_SECONDS)


def _counted(status: ApprovalStatus) -> str:
    if status.outcome is Outcome.PENDING:
        needed = status.in_force.needed if status.in_force else 1
        return (
            f"Counted as {status.counted} of {needed}; {status.id} is still waiting for the rest."
        )
    if status.outcome is Outcome.APPROVED:
        told = AFTER_APPROVAL[status.execution]
        return f"Approved. {told.format(result=clean(status.result), id=status.id)}".strip()
    return f"{capitalized(str(status.outcome))}. {capitalized(effect(status.execution))}."


_UNDER_WAY = "It is being carried out; to see what came of it: countersign show {id}"
AFTER_APPROVAL = {
    Execution.NOT_STARTED: _UNDER_WAY,
    Execution.RUNNING: _UNDER_WAY,
    Execution.DONE: "Done: {result}",
    Execution.FAILED: "But it failed: {result}",
    Execution.UNKNOWN: "But nobody knows whether it was done: check before asking again. {result}",
    Execution.PASSED_ON: PASSED_ON,
}


def _user() -> str:
    """Containers run under numbers that have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
