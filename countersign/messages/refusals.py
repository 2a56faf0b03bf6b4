"""Why a press or a typed word did not count, and what to do next."""

from countersign.messages.endings import verdict
from countersign.messages.voice import Voice
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import Refusal, Refused, Unchecked

UNCHECKED = {
    Unchecked.IDENTITY: "with Slack whether you may decide this",
    Unchecked.PREVIEW: "what it would do now",
    Unchecked.CONVERSATION: "whether this conversation is still running",
    Unchecked.POLICY: "what the policy says about your changes",
    Unchecked.OBJECTION: "whether somebody who wants to stop it may do so",
    Unchecked.TURN: "the votes that came before yours",
}

REFUSALS = {
    Refusal.OWN_REQUEST: (
        "You asked for this yourself, so somebody else has to decide: {who}. "
        "If it is no longer needed, press {withdraw}."
    ),
    Refusal.NOT_AN_APPROVER: "You can't decide this. {who}.",
    Refusal.ALREADY_VOTED: "Your approval already counts; another person is needed. {who}.",
    Refusal.HANDED_OVER: (
        "You handed over your vote, so somebody else decides in your place. {who}."
    ),
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
    Refusal.NO_HAND_OVER: (
        "It can't be handed over like this: the rule has to allow it, to that person, and "
        "you have to be able to decide it yourself."
    ),
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
            return f"Too late: {verdict(status, voice)} Your press changed nothing."
        case Refusal.STALE_CARD:
            return (
                f"That card was replaced and no longer decides anything. {voice.code(status.id)} "
                f"is still {voice.strong(status.outcome)}; please use the newer card."
            )
        case Refusal.UNVERIFIED:
            what = UNCHECKED[refused.unchecked or Unchecked.IDENTITY]
            onward = "The time to decide is up now." if is_time_up else "Please press again."
            return f"I couldn't check {what} just now, so nothing was changed. {onward}"
        case Refusal.FAULT:
            return (
                "That didn't work because of a fault of mine; nothing was changed. Please press "
                "again. If it keeps happening, give an administrator this id: "
                f"{voice.code(status.id)} {detail}."
            )
        case Refusal.BAD_EDIT:
            return f"Your changes were not accepted. {detail}"
        case _:
            return sentence(refused.why, voice, status)


def sentence(why: Refusal, voice: Voice, status: ApprovalStatus | None = None) -> str:
    """The sentence for a reason that needs no more data."""
    told = REFUSALS.get(why, "That did not count, and nothing was changed.")
    return told.format(
        who=who_can(status, voice) if status else "somebody else can",
        withdraw=voice.strong("Withdraw (requester)"),
        approve=voice.code("countersign approve"),
    )


def who_can(status: ApprovalStatus, voice: Voice) -> str:
    """Who can decide, and who has."""
    rule = status.in_force
    asked_by = status.request.call.requester.user
    others = [id_ for id_ in rule.approver_ids if id_ != asked_by or rule.self_approval]
    can = ", ".join(map(voice.who, others)) or "nobody"
    already = ", ".join(voice.who(it.decision.by.user) for it in status.votes if it.decision.by)
    return f"{can} can" + (f"; {already} already has" if already else "")
