"""What workflows have to say to people, as codes and data. Each surface has the words.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.core import Prepared
from workflows.contracts.decisions import Execution, Outcome, Refused
from workflows.contracts.model_faults import ModelFault

RESULT_LIMIT = 1_000
"""Characters of a result that are repeated to people; the card has more."""
SUMMARY_LIMIT = 200


class Effect(BaseModel, frozen=True):
    """What one call came to."""

    what: str
    outcome: Outcome
    execution: Execution
    result: str = ""
    guarded: bool = True
    """Whether it needed an approval; the others only look things up, as far as the policy goes."""
    request: str = ""
    """Id of the provider's request, where the provider runs it once it is allowed."""

    @classmethod
    def of(cls, status: ApprovalStatus) -> "Effect":
        """That of a call that was asked for."""
        return cls(
            what=" ".join(status.shown.summary.split())[:SUMMARY_LIMIT],
            outcome=status.outcome,
            execution=status.execution,
            result=status.result[:RESULT_LIMIT],
            request=status.call.id if status.call.at_provider else "",
        )

    @classmethod
    def of_free(cls, title: str, execution: Execution, result: str = "") -> "Effect":
        """That of a call that nobody had to be asked for."""
        approved = Outcome.APPROVED
        return cls(what=title, outcome=approved, execution=execution, result=result, guarded=False)


def has_news(effects: Sequence[Effect]) -> bool:
    """Whether something became of a call that a person has to know."""
    return any(it.guarded or it.execution is Execution.UNKNOWN for it in effects)


class TurnFault(StrEnum):
    """Why a turn has no answer, where the model's provider is not to blame."""

    TOO_SLOW = "too slow"
    IN_CIRCLES = "in circles"
    """The model was called `count` times, and there is no answer."""
    NO_ROOM = "no room"
    """More was read and written for one message than can be kept."""
    CONFUSED = "confused"
    """The model's answer makes no sense."""
    MESSAGE_STOPPED = "message stopped"
    """A guardrail did not let a message through; `check` says which."""
    ANSWER_STOPPED = "answer stopped"
    """The same of an answer."""
    CHECK_FAILED = "check failed"
    """A guardrail could not say; `check` says which."""


class NoticeCode(StrEnum):
    """What is to be said."""

    HELP = "help"
    FILES_ONLY = "files only"
    TOO_LONG = "too long"
    """`count` characters were written."""
    SILENT = "silent"
    """The model has no answer that can be seen; `effects` say what was done."""
    EFFECTS = "effects"
    """What was done all the same."""
    APOLOGY = "apology"
    """`fault` says why there is no answer, `at` until when to wait, `effects` what was done."""
    EDIT_SEEN = "edit seen"
    TOO_MANY_MESSAGES = "too many messages"
    """`count` of them were not read."""
    NOBODY_ASKED_YET = "nobody asked yet"
    """It is tried until `at`."""
    GRANTED = "granted"
    ENDED = "ended"
    """How the approval of `status` ended, where no conversation is left to say it."""
    REFUSED = "refused"
    """Why `refused` did not count; `is_over` says that the time to decide is up."""
    REPLACED = "replaced"
    """What an approver saw is no longer what would be done; `status` says what differs."""
    NUDGED = "nudged"
    """They were reminded, or may be again from `at` on."""
    REMINDED_ENOUGH = "reminded enough"
    """They were reminded so often that nobody is reminded of this any more."""
    PRESS_HERE = "press here"
    """A typed approval decides nothing; `offers` can be pressed."""
    NOT_WITHDRAWN = "not withdrawn"
    """Which of `ids` is meant is not clear; without any, nothing there is theirs."""
    SAID_EARLIER = "said earlier"
    GOES_ON = "goes on"
    """A message was taken as part of an earlier conversation, which `link` opens."""
    STOPPED = "stopped"
    """The answer was left off; `effects` say what had been done."""
    RAN_UNASKED = "ran unasked"
    """The model's provider ran calls that nobody had allowed; `calls` are their tools."""


class Offer(BaseModel, frozen=True):
    """An approval that is offered below a sentence."""

    id: str
    prepared: Prepared
    in_full: bool
    """Whether everything about it is shown, so that it may be approved here."""


class Notice(BaseModel, frozen=True):
    """One thing to say. Which of the data is there is said at the code."""

    code: NoticeCode
    count: int = 0
    at: datetime | None = None
    asked_at: datetime | None = None
    """When it was said, for words about `at`."""
    ids: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    effects: tuple[Effect, ...] = ()
    fault: ModelFault | TurnFault = ModelFault.UNFORESEEN
    waits: bool = False
    """Whether something in the thread waits for approval."""
    grant: Grant | None = None
    status: ApprovalStatus | None = None
    refused: Refused | None = None
    is_over: bool = False
    link: str = ""
    check: str = ""
    """Name of the guardrail that a `fault` is about."""
    calls: tuple[str, ...] = ()
