"""What workflows have to say, in words: one function for each code."""

from collections.abc import Callable, Mapping

from countersign.messages.effects import effects_for_person
from countersign.messages.endings import end_note
from countersign.messages.faults import apology
from countersign.messages.refusals import either, refusal, sentence
from countersign.messages.voice import MarkdownVoice, Voice
from workflows.contracts.activity_inputs import Reply
from workflows.contracts.core import MESSAGE_LIMIT
from workflows.contracts.decisions import Refusal
from workflows.contracts.notices import Notice, NoticeCode, Offer, has_news

DRIFT_LIMIT = 1_000
TITLE_LIMIT = 200
FILES_ONLY = "I can't read files yet. Tell me in words what you need, and I'll get to it."
MODEL_SILENT = "My model gave me no answer to that. Please put it differently."
REMINDED_ENOUGH = (
    "They have been reminded of this many times, so I won't write to them again. Ask them yourself."
)
EDIT_SEEN = (
    "You changed your message after I had read it. I'm going by what it said before, and so are "
    "the approvals I asked for. To change that, tell me in a new message."
)


def spoken(notice: Notice, voice: Voice) -> str:
    """A notice in the words of a surface."""
    return SENTENCES[notice.code](notice, voice)


def in_plain_markdown(notice: Notice) -> str:
    """A notice in Markdown that mentions nobody."""
    return spoken(notice, MarkdownVoice())


def in_markdown(reply: Reply, say: Callable[[Notice], str] = in_plain_markdown) -> str:
    """All of a reply: what the model says, then what we say."""
    parts = [reply.markdown, *map(say, reply.notices)]
    return "\n\n".join(part for part in parts if part)


def help_text(_: Notice, voice: Voice) -> str:
    """What one can ask for here."""
    examples = ("order 100 widgets", "how much budget is left?", "what do you sell?")
    listed = "\n".join(f"- {voice.code(it)}" for it in examples)
    return (
        f"Hello! I order things and ask before I do. Try one of these:\n\n{listed}\n\n"
        "Before anything is ordered or cancelled, somebody has to press "
        f"{voice.strong('Approve')} here in Slack."
    )


def _too_long(notice: Notice, _: Voice) -> str:
    return (
        f"That message is {notice.count:,} characters long and I read up to {MESSAGE_LIMIT:,}. "
        "Please send me the part that matters; I have done nothing with this one."
    )


def _silent(notice: Notice, _: Voice) -> str:
    done = effects_for_person(notice.effects)
    return done if has_news(notice.effects) else f"{MODEL_SILENT} {done}"


def _effects(notice: Notice, _: Voice) -> str:
    return effects_for_person(notice.effects) if has_news(notice.effects) else ""


def _too_many_messages(notice: Notice, _: Voice) -> str:
    return (
        f"Too many messages arrived at once, and I haven't read {notice.count:,} of them. "
        "Please tell me again what still matters."
    )


def _nobody_asked_yet(notice: Notice, voice: Voice) -> str:
    until = f" until {notice.at:%Y-%m-%d %H:%M} UTC" if notice.at else ""
    return (
        "I can't find out yet who has to approve this, so nobody has been asked and "
        f"nothing has been done. I'll keep trying{until} and ask as soon as I can. "
        f"{voice.code('cancel that')} takes it back."
    )


def _granted(notice: Notice, voice: Voice) -> str:
    if notice.grant is None:
        return ""
    by, what = notice.grant.by, notice.grant.title or "this"
    return (
        f"From now on “{voice.text(what)}” needs no approval in this thread; "
        f"{voice.text(by.name or by.user)} allowed it. You can revoke that with "
        f"{voice.code('/approvals always')}."
    )


def _ended(notice: Notice, voice: Voice) -> str:
    return end_note(notice.status, voice) if notice.status else ""


def _refused(notice: Notice, voice: Voice) -> str:
    if notice.refused is None or notice.status is None:
        return ""
    return refusal(notice.refused, notice.status, voice, is_time_up=notice.is_over)


def _replaced(notice: Notice, voice: Voice) -> str:
    drift = notice.status.drift if notice.status else ()
    lines = "; ".join(
        f"{voice.text(it.name)}: {voice.text(it.before or '—')} → {voice.text(it.after or '—')}"
        for it in drift
    )
    return (
        f"What this would do has changed since it was asked ({lines[:DRIFT_LIMIT]}), so nothing "
        "was done. A new card asks again."
    )


def _nudged(notice: Notice, voice: Voice) -> str:
    if notice.at is None:
        whom = either(map(voice.who, notice.ids)) if notice.ids else "them"
        return f"Reminded {whom}."
    again = voice.moment(notice.at)
    return f"They were reminded a moment ago. You can remind them again {again}."


def _press_here(notice: Notice, voice: Voice) -> str:
    count = len(notice.offers)
    head = (
        "Typing “approve” doesn't count. Use the button:"
        if count == 1
        else f"Typing “approve” doesn't count, and {count} requests wait here. Use the buttons:"
    )
    return "\n".join([head, *(offered(it, voice) for it in notice.offers)])


def offered(offer: Offer, voice: Voice) -> str:
    """One approval in a list of a few, in full where somebody may approve it unseen otherwise."""
    summary = " ".join(offer.prepared.summary.split())
    title = voice.text(summary if offer.in_full else summary[:TITLE_LIMIT])
    row = f"• {voice.strong(title)}"
    if not offer.in_full:
        return row
    fields = (f"{voice.text(it.name)}: {voice.text(it.value)}" for it in offer.prepared.fields)
    return "\n".join([row, *(f"    {' '.join(line.split())}" for line in fields)])


def _not_withdrawn(notice: Notice, voice: Voice) -> str:
    if not notice.ids:
        return sentence(Refusal.NOT_THE_REQUESTER, voice)
    return (
        f"{len(notice.ids)} of your requests wait here. Which one do you mean? Say for example "
        f"“the first”, name the item, or choose {voice.strong('Withdraw')} under ⋯ on its card."
    )


def _said_earlier(_: Notice, voice: Voice) -> str:
    return (
        "You said that before I asked for this, so I left it alone. If you mean it, say it "
        f"again or choose {voice.strong('Withdraw')} under ⋯ on its card."
    )


def _goes_on(notice: Notice, voice: Voice) -> str:
    link = voice.link("our last thread", notice.link) if notice.link else ""
    return (
        f"I take that as part of {link or 'our last thread'} and answer there. To start something "
        "new, say in full what you need."
    )


def _ran_unasked(notice: Notice, voice: Voice) -> str:
    names = ", ".join(map(voice.code, notice.calls))
    return (
        f"{voice.strong('This was not approved:')} the model's provider ran {names} without "
        "asking, although it was told to ask each time. I could not hold it. Check what was done, "
        "and have an administrator look at it."
    )


def _stopped(notice: Notice, _: Voice) -> str:
    return f"Stopped. {effects_for_person(notice.effects)}"


SENTENCES: Mapping[NoticeCode, Callable[[Notice, Voice], str]] = {
    NoticeCode.HELP: help_text,
    NoticeCode.FILES_ONLY: lambda _notice, _voice: FILES_ONLY,
    NoticeCode.TOO_LONG: _too_long,
    NoticeCode.SILENT: _silent,
    NoticeCode.EFFECTS: _effects,
    NoticeCode.APOLOGY: lambda notice, _voice: apology(notice),
    NoticeCode.EDIT_SEEN: lambda _notice, _voice: EDIT_SEEN,
    NoticeCode.TOO_MANY_MESSAGES: _too_many_messages,
    NoticeCode.NOBODY_ASKED_YET: _nobody_asked_yet,
    NoticeCode.GRANTED: _granted,
    NoticeCode.ENDED: _ended,
    NoticeCode.REFUSED: _refused,
    NoticeCode.REPLACED: _replaced,
    NoticeCode.NUDGED: _nudged,
    NoticeCode.REMINDED_ENOUGH: lambda _notice, _voice: REMINDED_ENOUGH,
    NoticeCode.PRESS_HERE: _press_here,
    NoticeCode.NOT_WITHDRAWN: _not_withdrawn,
    NoticeCode.SAID_EARLIER: _said_earlier,
    NoticeCode.GOES_ON: _goes_on,
    NoticeCode.STOPPED: _stopped,
    NoticeCode.RAN_UNASKED: _ran_unasked,
}
