"""What people read when something fails: every such sentence is here."""

from temporalio.service import RPCError

from bot.payloads import PayloadError
from workflows.client import ApprovalClosedError, ApprovalNotFoundError
from workflows.words import verdict

TEMPORAL_AWAY = (
    "I can't reach my memory right now, so nothing was changed. Please try again in a minute."
)


def explain(error: BaseException) -> str | None:
    """One plain sentence and what to do next, or None if nobody planned for this."""
    match error:
        case ApprovalNotFoundError():
            return (
                "I don't know this approval: it may be from another installation or long gone. "
                "Nothing was changed. `/approvals` lists what is waiting."
            )
        case ApprovalClosedError(status=None, approval_id=approval_id):
            return f"Too late: `{approval_id}` is no longer waiting. Your press changed nothing."
        case ApprovalClosedError(status=status) if status is not None:
            return f"Too late: {verdict(status)} Your press changed nothing."
        case PayloadError():
            return "I could not read what Slack sent me, so nothing was changed. Please try again."
        case RPCError():
            return TEMPORAL_AWAY
        case _:
            return None


def surprise(incident: str) -> str:
    """What is said when nobody planned for it."""
    return (
        f"That did not work, and nothing was changed. Please try again; if it stays like this, "
        f"give an administrator the incident `{incident}`."
    )
