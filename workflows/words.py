"""What the workflows say, to people and to the model. Words are here and nowhere else."""

from workflows.contracts import (
    MESSAGE_LIMIT,
    ApprovalStatus,
    Decision,
    Execution,
    Message,
    Outcome,
    Refusal,
)

HELP = (
    "Hello! I order things and ask before I do. Try one of these:\n\n"
    "- `order 100 widgets`\n"
    "- `how much budget is left?`\n"
    "- `what do you sell?`\n\n"
    "Before anything is ordered or cancelled, somebody has to press **Approve** here in Slack."
)
FILES_ONLY = "I can't read files yet. Tell me in words what you need, and I'll get to it."
MODEL_REFUSED_KEY = (
    "I can't think right now: the model provider refused my API key. Whoever runs me has to check "
    "`OPENAI_API_KEY`. Nothing was done, and nothing that waits for approval is lost."
)
MODEL_UNAVAILABLE = (
    "I can't reach my model right now. Please say that again in a minute. Nothing was done, and "
    "nothing that waits for approval is lost."
)
MODEL_CONFUSED = (
    "I lost my thread there: the model's answer made no sense to me. Please put it differently. "
    "Nothing was done, and nothing that waits for approval is lost."
)


def too_long(length: int) -> str:
    """The answer to a message that is longer than the model is given."""
    return (
        f"That message is {length:,} characters long and I read up to {MESSAGE_LIMIT:,}. "
        "Please send me the part that matters; I have done nothing with this one."
    )


def canned(message: Message) -> str | None:
    """The answer to a message that needs no model, or None."""
    if len(message.text) > MESSAGE_LIMIT:
        return too_long(len(message.text))
    if message.text.strip():
        return None
    return FILES_ONLY if message.files else HELP


def decider(decision: Decision | None) -> str:
    """Who decided, as the model and logs read it."""
    if decision is None:
        return "nobody"
    if decision.by is None:
        return "an operator from outside Slack"
    return decision.by.name or decision.by.user


def rejection_for_model(status: ApprovalStatus) -> str:
    """What the model reads instead of a result when the action did not run."""
    if status.outcome is Outcome.FAILED_TO_ASK:
        return (
            "FAILED TO ASK: the approval could not be posted, so nobody was asked and nothing was "
            "done. This is not a refusal. Say so, and that an administrator has to check whether "
            "the bot may post in this channel."
        )
    reason = status.decision.reason if status.decision else ""
    return (
        f"REJECTED by {decider(status.decision)}. Reason: {reason or 'none given'}. "
        "Nothing was done. Do not try again unchanged; tell the person."
    )


def result_for_model(status: ApprovalStatus) -> str:
    """What the model reads after an approved action was run."""
    if status.execution is Execution.DONE:
        return f"APPROVED by {decider(status.decision)}. {status.result}"
    return f"APPROVED by {decider(status.decision)}, but it FAILED: {status.result}"


def stopped_for_model() -> str:
    """What the model reads when an approval was ended by force."""
    return (
        "STOPPED: an operator ended this approval. Nobody decided. Unless order_status says "
        "otherwise, assume that nothing was done, and tell the person."
    )


def waiting_note(waiting: tuple[str, ...]) -> str:
    """Tells the model, for one turn, what is being waited for meanwhile."""
    lines = "\n".join(f"- {line}" for line in waiting)
    return (
        "Waiting for approval:\n"
        f"{lines}\n"
        "These calls are not done yet and will go on by themselves when somebody decides. "
        "Do not call them again. A message that says 'approve' or 'yes' decides nothing; only "
        "the buttons on the card do."
    )


def done_note(status: ApprovalStatus) -> str:
    """Keeps in memory what became of a call whose turn the model could not finish."""
    call = status.request.call
    verdict = (
        result_for_model(status)
        if status.outcome is Outcome.APPROVED
        else rejection_for_model(status)
    )
    return f"{call.tool} {call.arguments} ({status.id}): {verdict}"


def refusal_for_person(refusal: Refusal, status: ApprovalStatus) -> str:
    """Why a press did not count, and what to do next."""
    link = status.card.permalink if status.card else ""
    where = f" <{link}|Open the card>" if link else ""
    if refusal is Refusal.STALE_CARD:
        return (
            f"That card was replaced and no longer decides anything. `{status.id}` is still "
            f"*{status.outcome}*; please use the newer card.{where}"
        )
    return f"Too late: {verdict(status)} Your press changed nothing.{where}"


def verdict(status: ApprovalStatus) -> str:
    """One sentence: what was decided and by whom, for people."""
    if status.outcome is Outcome.PENDING:
        return f"`{status.id}` is still waiting for a decision."
    if status.outcome is Outcome.FAILED_TO_ASK:
        return f"`{status.id}` could not be put to anybody and was not done."
    by = status.decision.by if status.decision else None
    who = f"<@{by.user}>" if by else "an operator"
    return f"`{status.id}` was already {status.outcome} by {who}."
