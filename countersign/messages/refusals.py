"""Why a press or a typed word did not count, and what to do next."""

from collections.abc import Iterable

from countersign.messages.endings import capitalized, verdict
from countersign.messages.hand_overs import why_not_handed_over
from countersign.messages.voice import Voice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Refusal, Refused, Unchecked

UNCHECKED = {
    Unchecked.IDENTITY: "with Slack whether you may decide this",
    Unchecked.PREVIEW: "what this would do",
    Unchecked.CONVERSATION: "whether this conversation is still running",
    Unchecked.POLICY: "what the policy says about your changes",
    Unchecked.TOTAL: "what was asked for before this",
    Unchecked.OBJECTION: "whether somebody who wants to stop it may do so",
    Unchecked.TURN: "the votes that came before yours",
}
"""Of a server that is away it is said which one that is."""
TIME_IS_UP = "The time to decide is up now."

REFUSALS = {
    Refusal.OWN_REQUEST: (
        "You asked for this yourself, so somebody else has to decide. {who}. "
        "If it is no longer needed, choose {withdraw} under ⋯."
    ),
    Refusal.NOT_AN_APPROVER: "You can't decide this. {who}.",
    Refusal.ALREADY_VOTED: "Your approval already counts; another person is needed. {who}.",
    Refusal.HANDED_OVER: "You handed this to {receiver}.",
    Refusal.GUEST: "Guests of this workspace can't decide here. {who}.",
    Refusal.EXTERNAL: "People from another workspace can't decide here. {who}.",
    Refusal.DEACTIVATED: "This account is deactivated, so it can't decide. {who}.",
    Refusal.NOT_FROM_SLACK: (
        "This can't be decided in Slack. An operator can, with {approve} and the id."
    ),
    Refusal.NO_OPERATORS: "The rule does not let operators decide this from outside Slack. {who}.",
    Refusal.OPERATOR_IS_NOBODY: (
        "This needs several people, and an operator can't count as one of them, because nobody "
        "verified who it is. {who}."
    ),
    Refusal.NEEDS_REASON: "This needs a reason; nothing was changed. Please give one.",
    Refusal.NOT_THE_REQUESTER: (
        "Only the person who asked for it can withdraw it. If you may decide it, you can reject it."
    ),
    Refusal.NO_EDITS: "The rule does not let anybody change this before it is approved.",
    Refusal.NO_GRANTS: "The rule requires approval for every single call of this.",
    Refusal.NO_HAND_OVER: "A vote on this can't be handed over like this.",
    Refusal.NO_BREAK_GLASS: "You aren't one of the people who may break the glass here. {who}.",
    Refusal.OUTDATED: (
        "The request has changed since you saw it, so your press changed nothing. "
        "Please look at the card again."
    ),
    Refusal.TOO_LATE: (
        "Too late: the time to decide this was up when you pressed. Your press changed nothing."
    ),
    Refusal.TOO_OFTEN: (
        "You pressed many times within a minute, so I stopped counting. Nothing was changed; "
        "please wait a minute, then press once."
    ),
}


NOT_COUNTED = {
    Refusal.CLOSED: "it was decided already",
    Refusal.STALE_CARD: "that card had been replaced",
    Refusal.MALFORMED: "it could not be read",
    Refusal.OWN_REQUEST: "own request",
    Refusal.NOT_AN_APPROVER: "not one of those who can decide",
    Refusal.ALREADY_VOTED: "had approved already",
    Refusal.HANDED_OVER: "had handed over the vote",
    Refusal.UNVERIFIED: "it could not be checked",
    Refusal.GUEST: "guest of the workspace",
    Refusal.EXTERNAL: "from another workspace",
    Refusal.DEACTIVATED: "deactivated account",
    Refusal.NOT_FROM_SLACK: "not decided in Slack",
    Refusal.NO_OPERATORS: "not decided from outside Slack",
    Refusal.OPERATOR_IS_NOBODY: "nobody verified who it was",
    Refusal.NEEDS_REASON: "no reason was given",
    Refusal.NOT_THE_REQUESTER: "did not ask for it",
    Refusal.NO_EDITS: "may not be changed",
    Refusal.BAD_EDIT: "the changes were not accepted",
    Refusal.NO_GRANTS: "every single request has to be approved",
    Refusal.NO_HAND_OVER: "could not be handed over to that person",
    Refusal.NO_BREAK_GLASS: "may not approve alone",
    Refusal.OUTDATED: "it had changed since it was seen",
    Refusal.TOO_LATE: "the time was up",
    Refusal.TOO_OFTEN: "pressed too often",
    Refusal.FAULT: "a fault of this app",
}
"""For a list: why a press did not count, in a few words after a name."""


def refusal(
    refused: Refused, status: ApprovalStatus, voice: Voice, *, is_time_up: bool = False
) -> str:
    """Why a press did not count, and what to do next."""
    link = status.card.permalink if status.card else ""
    onward = voice.link("Open the card", link) if link else ""
    told = _told(refused, status, voice, is_time_up=is_time_up)
    return f"{told} {onward}" if onward else told


def _told(refused: Refused, status: ApprovalStatus, voice: Voice, *, is_time_up: bool) -> str:
    detail = voice.text(refused.detail)
    match refused.why:
        case Refusal.CLOSED:
            return too_late(status, voice)
        case Refusal.STALE_CARD:
            return (
                "That card was replaced and no longer decides anything. The request is still "
                f"{voice.strong(status.outcome)}; please use the newer card."
            )
        case Refusal.UNVERIFIED:
            return _unchecked(refused, voice, is_time_up=is_time_up)
        case Refusal.FAULT:
            return (
                "That didn't work because of a fault of mine; nothing was changed. Please press "
                "again. If it keeps happening, give an administrator this id: "
                f"{voice.code(status.id)} {detail}."
            )
        case Refusal.BAD_EDIT:
            return f"Your changes were not accepted. {detail}"
        case Refusal.NO_HAND_OVER if refused.decision:
            told = why_not_handed_over(refused.decision, status, voice)
        case _:
            told = sentence(refused.why, voice, status)
    return told


def _unchecked(refused: Refused, voice: Voice, *, is_time_up: bool) -> str:
    """What could not be found out, and when to press again."""
    if refused.unchecked is Unchecked.SERVER:
        onward = TIME_IS_UP if is_time_up else "Press again when it is back."
        return (
            f"The server {voice.text(refused.detail)} does not answer, so this could not be "
            f"checked; nothing was changed. {onward}"
        )
    what = UNCHECKED[refused.unchecked or Unchecked.IDENTITY]
    onward = TIME_IS_UP if is_time_up else "Please press again."
    return f"I couldn't check {what} just now, so nothing was changed. {onward}"


def sentence(why: Refusal, voice: Voice, status: ApprovalStatus | None = None) -> str:
    """The sentence for a reason that needs no more data."""
    told = REFUSALS.get(why, "That did not count, and nothing was changed.")
    return told.format(
        who=capitalized(who_can(status, voice)) if status else "Somebody else can",
        receiver=_receivers(status, voice) if status else "somebody else",
        withdraw=voice.strong("Withdraw"),
        approve=voice.code("countersign approve"),
    )


def too_late(status: ApprovalStatus, voice: Voice) -> str:
    """What a press found decided already. Who decided it themselves needs to hear no more."""
    told = verdict(status, voice)
    return told if told.startswith("You ") else f"{told} Your press changed nothing."


def either(names: Iterable[str]) -> str:
    """`A, B or C`."""
    *first, last = [*names] or [""]
    return f"{', '.join(first)} or {last}" if first else last


def _receivers(status: ApprovalStatus, voice: Voice) -> str:
    """To whom votes were handed; whose is whose is known by those who did it."""
    return either(dict.fromkeys(voice.who(it.to.user) for it in status.handed)) or "somebody else"


def who_can(status: ApprovalStatus, voice: Voice) -> str:
    """Who can decide, and who has."""
    rule = status.in_force
    asked_by = status.request.call.requester.user
    others = [id_ for id_ in rule.approver_ids if id_ != asked_by or rule.self_approval]
    can = either(map(voice.who, others)) or "nobody"
    already = ", ".join(voice.who(it.decision.by.user) for it in status.votes if it.decision.by)
    return f"{can} can" + (f"; {already} already has" if already else "")
