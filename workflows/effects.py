"""What the calls of a turn have come to, and what is said of that: derived, never assumed.

However a turn ends, the words about what was done come from here. Pure.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Execution, Outcome

RESULT_LIMIT = 1_000
"""Characters of a result that are repeated to people; the card has more."""
SUMMARY_LIMIT = 200
NOTHING = "Nothing was done."
NOTHING_GUARDED = "Nothing that needs approval was done."


class Effect(BaseModel, frozen=True):
    """What one call came to."""

    what: str
    outcome: Outcome
    execution: Execution
    result: str = ""
    guarded: bool = True
    """Whether it needed an approval; the others only look things up, as far as the policy goes."""

    @classmethod
    def of(cls, status: ApprovalStatus) -> "Effect":
        """That of a call that was asked for."""
        return cls(
            what=" ".join(status.shown.summary.split())[:SUMMARY_LIMIT],
            outcome=status.outcome,
            execution=status.execution,
            result=status.result[:RESULT_LIMIT],
        )

    @classmethod
    def of_free(cls, title: str, execution: Execution, result: str = "") -> "Effect":
        """That of a call that nobody had to be asked for."""
        approved = Outcome.APPROVED
        return cls(what=title, outcome=approved, execution=execution, result=result, guarded=False)


def effects_for_person(effects: Sequence[Effect]) -> str:
    """What was done, what failed, what may have been done, and what was not, as Markdown."""
    groups = [
        ("This was approved and done:", _lines(effects, Execution.DONE)),
        ("This was approved, but it failed:", _lines(effects, Execution.FAILED)),
        ("This may have been done; check before you ask again:", _uncertain(effects)),
        ("This was not done:", _undone(effects)),
    ]
    told = [f"{head}\n\n" + "\n".join(lines) for head, lines in groups if lines]
    if any(it.guarded and it.execution is not Execution.NOT_STARTED for it in effects):
        return "\n\n".join(told)
    return "\n\n".join([*told, NOTHING_GUARDED if _looked(effects) else NOTHING])


def has_news(effects: Sequence[Effect]) -> bool:
    """Whether something became of a call that a person has to know."""
    return any(it.guarded or it.execution is Execution.UNKNOWN for it in effects)


def _lines(effects: Sequence[Effect], execution: Execution) -> list[str]:
    return [
        f"- {it.result or it.what}" for it in effects if it.guarded and it.execution is execution
    ]


def _uncertain(effects: Sequence[Effect]) -> list[str]:
    unsure = {Execution.UNKNOWN, Execution.RUNNING}
    return [f"- {it.what}" for it in effects if it.execution in unsure]


def _undone(effects: Sequence[Effect]) -> list[str]:
    return [
        f"- {it.what}: {it.outcome}"
        for it in effects
        if it.guarded and it.execution is Execution.NOT_STARTED
    ]


def _looked(effects: Sequence[Effect]) -> bool:
    return any(not it.guarded for it in effects)
