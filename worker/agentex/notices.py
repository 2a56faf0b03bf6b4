"""What workflows have to say, in words for a task, where those for Slack would be wrong."""

from collections.abc import Callable, Mapping

from countersign.messages.notices import offered, spoken
from countersign.messages.voice import Voice
from worker.agentex.voice import voice_for
from workflows.contracts.notices import Notice, NoticeCode

WORDS_DECIDE_NOTHING = (
    "Words in a task decide nothing, so that nobody is misread. Those who are named with a request "
    "decide it, where it says so. This still waits:"
)


def in_task(notice: Notice) -> str:
    """A notice as Markdown for a task."""
    voice = voice_for(notice.status)
    own = OWN.get(notice.code)
    return own(notice, voice) if own else spoken(notice, voice)


def _help(_: Notice, voice: Voice) -> str:
    examples = ("order 100 widgets", "how much budget is left?", "what do you sell?")
    listed = "\n".join(f"- {voice.code(it)}" for it in examples)
    return (
        f"Hello! I order things and ask before I do. Try one of these:\n\n{listed}\n\n"
        "Before anything is ordered or cancelled, somebody else has to approve it; I say who."
    )


def _press_here(notice: Notice, voice: Voice) -> str:
    return "\n\n".join([WORDS_DECIDE_NOTHING, *(offered(it, voice) for it in notice.offers)])


def _not_withdrawn(notice: Notice, voice: Voice) -> str:
    if not notice.ids:
        return spoken(notice, voice)
    listed = ", ".join(map(voice.code, notice.ids))
    return (
        f"Several of your requests wait here: {listed}. {voice.code('cancel all of them')} "
        "withdraws them; so does interrupting the task."
    )


def _said_earlier(_notice: Notice, _voice: Voice) -> str:
    return (
        "You said that before I asked for this, so I left it alone. If you mean it, say it again."
    )


OWN: Mapping[NoticeCode, Callable[[Notice, Voice], str]] = {
    NoticeCode.HELP: _help,
    NoticeCode.PRESS_HERE: _press_here,
    NoticeCode.NOT_WITHDRAWN: _not_withdrawn,
    NoticeCode.SAID_EARLIER: _said_earlier,
}
