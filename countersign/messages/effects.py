"""What the calls of a turn have come to, in words that are derived from the record, never assumed.

However a turn ends, the words about what was done come from here.
"""

from collections.abc import Sequence

from workflows.contracts.decisions import Execution
from workflows.contracts.notices import Effect

NOTHING = "Nothing was done."
NOTHING_GUARDED = "Nothing that needs approval was done."


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


def _lines(effects: Sequence[Effect], execution: Execution) -> list[str]:
    return [
        f"- {it.result or it.what}" for it in effects if it.guarded and it.execution is execution
    ]


def _uncertain(effects: Sequence[Effect]) -> list[str]:
    unsure = {Execution.UNKNOWN, Execution.RUNNING, Execution.PASSED_ON}
    return [f"- {it.what}" for it in effects if it.execution in unsure]


def _undone(effects: Sequence[Effect]) -> list[str]:
    return [
        f"- {it.what}: {it.outcome}"
        for it in effects
        if it.guarded and it.execution is Execution.NOT_STARTED
    ]


def _looked(effects: Sequence[Effect]) -> bool:
    return any(not it.guarded for it in effects)
