"""What the workflows say to people. For what the model reads see `conversation.model_messages`."""

from collections.abc import Sequence
from datetime import datetime

from workflows.contracts.approvals import ApprovalStatus, Grant
from workflows.contracts.core import MESSAGE_LIMIT, Message, Prepared
from workflows.contracts.decisions import Execution, Outcome, Refusal, Refused, Stop, Unchecked
from workflows.contracts.model_faults import ModelFault
from workflows.effects import Effect, effects_for_person, has_news

HELP = (
    "Hello! I order things and ask before I do. Try one of these:\n\n"
    "- `order 100 widgets`\n"
    "- `how much budget is left?`\n"
    "- `what do you sell?`\n\n"
    "Before anything is ordered or cancelled, somebody has to press **Approve** here in Slack."
)
FILES_ONLY = "I can't read files yet. Tell me in words what you need, and I'll get to it."
MODEL_RATE_LIMITED = (
    "My model's provider has too many requests right now. Please ask me again in a few minutes."
)
MODEL_QUOTA = (
    "I can't think right now: my account with the model's provider has no credit left. Whoever "
    "runs me has to top it up; please ask me again then."
)
MODEL_REFUSED_KEY = (
    "I can't think right now: the model provider refused my API key. Whoever runs me has to check "
    "`OPENAI_API_KEY`; please ask me again then."
)
MODEL_MISSING = (
    "I can't think right now: the model provider does not know my model. Whoever runs me has to "
    "check `OPENAI_MODEL`; please ask me again then."
)
MODEL_WRONG_ADDRESS = (
    "I can't think right now: there is no model at the address that I was given. Whoever runs me "
    "has to check `OPENAI_BASE_URL`; please ask me again then."
)
MODEL_CONTEXT = (
    "This is more than my model can read at once. Please begin a new thread, or ask for a smaller "
    "part of it."
)
MODEL_FILTERED = (
    "The content filter of my model's provider stopped the answer. Please put it differently."
)
MODEL_CUT_OFF = (
    "My model reached its longest allowed answer before it had said anything. Please ask for less "
    "at once."
)
MODEL_REFUSED_REQUEST = (
    "My model's provider did not take the request. Please begin a new thread; if that doesn't "
    "help, whoever runs me finds the reason in the worker's log."
)
MODEL_UNAVAILABLE = "I can't reach my model right now. Please say that again in a minute."
MODEL_TIMEOUT = (
    "My model took too long to answer. Please say that again, or ask for a smaller part of it."
)
MODEL_UNREADABLE = (
    "I can't read what came back from my model. Please say that again in a minute; if it goes on, "
    "whoever runs me finds what came in the worker's log."
)
MODEL_CONFUSED = (
    "I lost my thread there: the model's answer made no sense to me. Please put it differently."
)
MODEL_SILENT = "My model gave me no answer to that. Please put it differently."
STILL_WAITS = "What waits for approval here still waits."
EDIT_SEEN = (
    "You changed your message after I had read it. I go by what it said before, and so does "
    "whatever I asked for. To change that, tell me in a new message."
)
SAID_EARLIER = (
    "You said that before this was asked for, so I left it alone. If you mean it, say it again or "
    "press *Withdraw (requester)* on its card."
)
MODEL_IN_CIRCLES = (
    "I went round in circles and stopped. Please ask for a smaller part of it, or say which step "
    "comes first."
)
TOO_SLOW = "That took too long. Please say that again, or ask for a smaller part of it."
UNFORESEEN = (
    "Something went wrong on my side that nobody planned for. Please say that again; if it goes "
    "on, whoever runs me finds the reason in the worker's log."
)
MODEL_SENTENCES = {
    ModelFault.RATE_LIMITED: MODEL_RATE_LIMITED,
    ModelFault.QUOTA: MODEL_QUOTA,
    ModelFault.REFUSED_KEY: MODEL_REFUSED_KEY,
    ModelFault.MODEL_MISSING: MODEL_MISSING,
    ModelFault.WRONG_ADDRESS: MODEL_WRONG_ADDRESS,
    ModelFault.CONTEXT: MODEL_CONTEXT,
    ModelFault.FILTERED: MODEL_FILTERED,
    ModelFault.CUT_OFF: MODEL_CUT_OFF,
    ModelFault.REFUSED_REQUEST: MODEL_REFUSED_REQUEST,
    ModelFault.UNAVAILABLE: MODEL_UNAVAILABLE,
    ModelFault.TIMEOUT: MODEL_TIMEOUT,
    ModelFault.UNREADABLE: MODEL_UNREADABLE,
    ModelFault.UNFORESEEN: UNFORESEEN,
}
"""What a person reads when there is no answer. None says what was or was not done: that follows
from the calls of the turn, and is said by who knows them."""
ANSWER_CUT_OFF = (
    "(My answer was cut off here: it reached its longest allowed length. Ask me to go on.)"
)
ANSWER_FILTERED = (
    "(The content filter of my model's provider stopped the answer here. Please put it "
    "differently if you need the rest.)"
)


def wait_until(until: datetime, asked: datetime) -> str:
    """What a person reads when the model's provider names a moment."""
    moment = f"{until:%H:%M} UTC"
    if until.date() != asked.date():
        moment = f"{until.day} {until:%B}, {moment}"
    return f"My model's provider asks me to wait until about {moment}. Please ask me again then."


def calls_left_out(count: int) -> str:
    """Part of an answer in which the model wanted more at once than is carried out."""
    return f"({count:,} more steps that I wanted to take at once were left out.)"


def too_many_messages(count: int) -> str:
    """To the thread, when more came at once than is kept."""
    return (
        f"More came in here at once than I can take: I have not read {count:,} of your messages. "
        "Please tell me again what still matters."
    )


def silent(effects: Sequence[Effect]) -> str:
    """The answer where the model has none that can be seen: what was done, as recorded."""
    done = effects_for_person(effects)
    return done if has_news(effects) else f"{MODEL_SILENT} {done}"


def with_effects(words: str, effects: Sequence[Effect]) -> str:
    """What the model said where it refused or was cut off, and what was done all the same."""
    return f"{words}\n\n{effects_for_person(effects)}" if has_news(effects) else words


def nobody_asked_yet(until: datetime) -> str:
    """To the thread, while it can't be found out who has to approve something."""
    return (
        "I can't find out in Slack who has to approve this, so nobody has been asked yet and "
        f"nothing is done. I keep trying until {until:%Y-%m-%d %H:%M} UTC, and ask as soon as I "
        "can. `cancel that` takes it back."
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


UNCHECKED = {
    Unchecked.IDENTITY: "with Slack whether you may decide this",
    Unchecked.PREVIEW: "what it would do now",
    Unchecked.CONVERSATION: "whether anybody would hear what came of it",
    Unchecked.POLICY: "what the policy says of your changes",
    Unchecked.OBJECTION: "whether somebody who wants to stop it may do so",
    Unchecked.TURN: "the votes that came before yours",
}


def refusal_for_person(
    refused: Refused, status: ApprovalStatus, *, is_time_up: bool = False
) -> str:
    """Why a press did not count, and what to do next."""
    link = status.card.permalink if status.card else ""
    where = f" <{link}|Open the card>" if link else ""
    if refused.why is Refusal.CLOSED:
        return f"Too late: {verdict(status)} Your press changed nothing.{where}"
    if refused.why is Refusal.STALE_CARD:
        return (
            f"That card was replaced and no longer decides anything. `{status.id}` is still "
            f"*{status.outcome}*; please use the newer card.{where}"
        )
    if refused.why is Refusal.UNVERIFIED:
        what = UNCHECKED[refused.unchecked or Unchecked.IDENTITY]
        onward = "The time to decide is up now." if is_time_up else "Please press again."
        return f"I couldn't check {what} just now, so nothing was changed. {onward}{where}"
    if refused.why is Refusal.FAULT:
        return (
            "That did not work, through a fault of mine; nothing was changed. Please press again. "
            f"If it stays like this, give an administrator this id: `{status.id}` "
            f"{escaped(refused.detail)}.{where}"
        )
    if refused.why is Refusal.BAD_EDIT:
        return f"Your changes were not taken. {escaped(refused.detail)}{where}"
    sentence = REFUSALS.get(refused.why, "That did not count, and nothing was changed.")
    return sentence.format(who=who_can(status)) + where


REFUSALS = {
    Refusal.OWN_REQUEST: (
        "You asked for this yourself, so somebody else has to decide: {who}. "
        "If it is no longer needed, press *Withdraw (requester)*."
    ),
    Refusal.NOT_AN_APPROVER: "You can't decide this. {who}.",
    Refusal.ALREADY_VOTED: "Your approval is counted already; it needs another person. {who}.",
    Refusal.HANDED_OVER: (
        "Somebody decides in your place, since your vote was handed over. {who}."
    ),
    Refusal.GUEST: "Guests of this workspace can't decide here. {who}.",
    Refusal.EXTERNAL: "People of another workspace can't decide here. {who}.",
    Refusal.DEACTIVATED: "This account is deactivated, so it can't decide. {who}.",
    Refusal.NOT_FROM_SLACK: (
        "This can't be decided in Slack. An operator can, with `countersign approve` and the id."
    ),
    Refusal.NO_OPERATORS: "The rule does not let operators decide this from outside Slack. {who}.",
    Refusal.OPERATOR_IS_NOBODY: (
        "This needs several people, and nobody vouches that an operator is another one. {who}."
    ),
    Refusal.NEEDS_REASON: "This needs a reason; nothing was changed. Please give one.",
    Refusal.NOT_THE_REQUESTER: (
        "Only who asked for it can withdraw it. If you may decide it, you can reject it."
    ),
    Refusal.NO_EDITS: "The rule does not let anybody change this before it is approved.",
    Refusal.NO_GRANTS: "The rule wants every single call of this to be approved.",
    Refusal.NO_HAND_OVER: (
        "It can't be handed over like this: the rule has to allow it, to that person, and "
        "you have to be able to decide it yourself."
    ),
    Refusal.NO_BREAK_GLASS: "You are not among those who may break the glass here. {who}.",
    Refusal.OUTDATED: (
        "What you saw is no longer what is asked for; nothing was changed. "
        "Please look at the card again."
    ),
    Refusal.TOO_LATE: (
        "Too late: the time to decide this was up when you pressed. Your press changed nothing."
    ),
    Refusal.TOO_OFTEN: (
        "That was very often within a minute, so I stopped looking. Nothing was changed; please "
        "wait a minute, then press once."
    ),
}


def who_can(status: ApprovalStatus) -> str:
    """Who can decide, and who has, as Slack shows it: `<!subteam^S…> can; <@U…> already has`."""
    rule = status.in_force
    asked_by = status.request.call.requester.user
    others = [id_ for id_ in rule.approver_ids if id_ != asked_by or rule.self_approval]
    can = ", ".join(named(id_) for id_ in others) or "nobody"
    already = ", ".join(f"<@{vote.decision.by.user}>" for vote in status.votes if vote.decision.by)
    return f"{can} can" + (f"; {already} already has" if already else "")


def named(id_: str) -> str:
    """Slack's markup for somebody; what is no id stays harmless text."""
    if not id_.isascii() or not id_.isalnum():
        return escaped(id_)
    channel, person = f"the members of <#{id_}>", f"<@{id_}>"
    kinds = {"C": channel, "G": channel, "S": f"<!subteam^{id_}>", "U": person, "W": person}
    return kinds.get(id_[:1], id_)


def escaped(text: str) -> str:
    """People's words in Slack's markup, so that they mention nobody and link nowhere.

    docs.slack.dev/messaging/formatting-message-text
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def verdict(status: ApprovalStatus) -> str:
    """One sentence: what was decided and by whom, for people."""
    by = status.decision.by if status.decision else None
    told = VERDICTS[status.outcome].format(
        by=f"<@{by.user}>" if by else "an operator",
        stopped=stopped_by(status.stop),
        done=effect(status.execution),
    )
    is_unsure = status.execution is Execution.UNKNOWN and "{done}" not in VERDICTS[status.outcome]
    return f"`{status.id}` {told}{f'; {effect(status.execution)}' if is_unsure else ''}."


VERDICTS = {
    Outcome.PENDING: "is still waiting for a decision",
    Outcome.APPROVED: "was already approved by {by}",
    Outcome.REJECTED: "was already rejected by {by}",
    Outcome.FAILED_TO_ASK: "could not be put to anybody; {done}",
    Outcome.CHANGES_REQUESTED: "was already sent back for changes by {by}",
    Outcome.EXPIRED: "has expired; nobody decided in time and {done}",
    Outcome.WITHDRAWN: "was already withdrawn by {by}",
    Outcome.SUPERSEDED: "was superseded by a newer request; {done}",
    Outcome.STOPPED: "was {stopped}; {done}",
}


def stopped_by(stop: Stop | None) -> str:
    """What ended an approval by force, to follow "was"."""
    return STOPPED_BY[stop or Stop.GONE]


def capitalized(text: str) -> str:
    """The beginning of a sentence."""
    return text[:1].upper() + text[1:]


def effect(execution: Execution) -> str:
    """What was done, as it is recorded and as part of a sentence."""
    return EFFECTS[execution]


STOPPED_BY = {
    Stop.TERMINATED: "ended by an operator or a limit of Temporal's",
    Stop.CANCELED: "ended by an operator",
    Stop.TIMED_OUT: "ended by a time limit of Temporal's",
    Stop.FAILED: "ended by a fault in this app",
    Stop.GONE: "lost from the record",
    Stop.CONVERSATION: "ended together with its conversation, by an operator or a limit",
}
EFFECTS = {
    Execution.NOT_STARTED: "nothing was done",
    Execution.RUNNING: "it is being carried out",
    Execution.DONE: "it was done",
    Execution.FAILED: "it was tried and failed",
    Execution.UNKNOWN: "it may have been done: check before asking again",
}


def end_note(status: ApprovalStatus) -> str:
    """To the thread, in Markdown, how an approval ended of which no conversation is left to say."""
    if status.outcome is Outcome.STOPPED:
        return stopped_note(status)
    result = f" {status.result}" if status.result else ""
    return (
        f"The request for `{status.call.tool}` (`{status.id}`) outlived its conversation. It was "
        f"{status.outcome}; {effect(status.execution)}.{result}"
    )


def stopped_note(status: ApprovalStatus) -> str:
    """To the thread, in Markdown, where no conversation is left to say it."""
    again = "" if status.execution is Execution.UNKNOWN else " Ask again if it is still needed."
    return (
        f"The request for `{status.call.tool}` (`{status.id}`) was {stopped_by(status.stop)}, so "
        f"nobody can decide it any more; {effect(status.execution)}.{again}"
    )


def replaced_for_person(status: ApprovalStatus) -> str:
    """To who would have approved something that has changed meanwhile."""
    lines = "; ".join(
        f"{escaped(it.name)}: {escaped(it.before or '—')} → {escaped(it.after or '—')}"
        for it in status.drift
    )
    return (
        f"What this would do has changed since it was asked ({lines[:1_000]}), so nothing was "
        "done. A new card asks again."
    )


def nudged() -> str:
    """To who asked for a reminder."""
    return "I have reminded them."


def reminded(again: datetime) -> str:
    """To who asked for a reminder too soon after another."""
    return (
        "They were reminded only a moment ago. You can nudge them again "
        f"<!date^{int(again.timestamp())}^at {{time}}|at {again:%H:%M} UTC>."
    )


def granted_note(grant: Grant) -> str:
    """To the thread, when somebody allowed a tool for the rest of it."""
    return (
        f"From now on `{grant.tool}` runs in this thread without asking, as "
        f"{grant.by.name or grant.by.user} allowed. `/approvals always` lists and revokes it."
    )


def press_here(count: int) -> str:
    """To an approver who typed their approval."""
    if count == 1:
        return "Typing decides nothing, so that nobody is misread. Press here to approve:"
    return f"Typing decides nothing, and {count} approvals wait here. Press the ones you mean:"


def cannot_withdraw(ids: Sequence[str]) -> str:
    """To who wants to cancel something without it being clear what, or without being allowed to."""
    if not ids:
        return REFUSALS[Refusal.NOT_THE_REQUESTER]
    listed = ", ".join(f"`{id_}`" for id_ in ids)
    return f"Several of your requests wait here: {listed}. Press *Withdraw* on the one you mean."


def typed_decision_note(text: str) -> str:
    """Keeps in memory that somebody typed a decision."""
    return f"{text!r} was typed while an approval waits. It decided nothing; only buttons do."


def row_for_person(id_: str, prepared: Prepared, *, in_full: bool) -> str:
    """One approval in a list of a few, in full where somebody may approve it unseen otherwise."""
    summary = " ".join(prepared.summary.split())
    row = f"• *{escaped(summary if in_full else summary[:200])}* (`{id_}`)"
    if not in_full:
        return row
    fields = (f"{escaped(it.name)}: {escaped(it.value)}" for it in prepared.fields)
    return "\n".join([row, *(f"    {' '.join(line.split())}" for line in fields)])
