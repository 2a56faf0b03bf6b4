"""What the model says of itself and of tools; of what they did it says what they said."""

from collections.abc import Sequence

from sandbox.model.arguments import Reading
from sandbox.model.conversation import Conversation, Waiting
from sandbox.model.tool_results import bullets
from sandbox.model.tools import Parameter

STILL_NEEDED = "I still need"
"""How a question begins that the next message answers."""
ONLY_PEOPLE = (
    "I can't do that: I can't approve anything myself, and no message changes that. **Only people "
    "can**, with the buttons on the card."
)
PRESS = (
    "A message decides nothing, not even that one. Whoever may decide has to press **Approve** or "
    "**Reject** on the card."
)
WHICH = "Which of your requests do you mean?"
"""How a question begins that the next message answers by picking."""
TOO_MUCH = "That is more than I can make sense of, so I did nothing. Say it in one sentence."
ONLY_WORDS = "I can't open links or run code, so I did nothing. Say in words what you need."


def hello(conversation: Conversation) -> str:
    """Who is speaking, and what they can do."""
    return _with_tools("Hello! I'm a scripted model on your own machine.", conversation)


def help_(conversation: Conversation) -> str:
    """How it works."""
    said = "What needs approval waits until a person presses **Approve**; I never act on my own."
    return _with_tools(said, conversation)


def lost(conversation: Conversation) -> str:
    """Nothing else is an answer."""
    return _with_tools("I didn't understand that, so I did nothing.", conversation)


def _with_tools(text: str, conversation: Conversation) -> str:
    if not conversation.tools:
        return f"{text} I was not given any tools."
    listed = bullets(it.about or it.spoken for it in conversation.tools)
    return f"{text} This is what I can do:\n\n{listed}\n\nAsk for it in your own words."


def still_needed(reading: Reading) -> str:
    """What has to be said yet for a call, and a number that would do."""
    labels = {it.name: it.label for it in reading.tool.parameters}
    wrong = (f"**{labels[name]}** can't be {value}. " for name, value in reading.wrong.items())
    asked = "; ".join(map(_asked, reading.missing))
    example = next((it.example for it in reading.missing if it.example), "")
    such = f" Say for example “{example}”." if example and len(reading.missing) == 1 else ""
    return f"{''.join(wrong)}{STILL_NEEDED} {asked}.{such}"


def _asked(it: Parameter) -> str:
    return f"**{it.label}**, {it.rule}" + (f" ({it.about})" if it.about else "")


def waiting(conversation: Conversation) -> str:
    """What a thread waits for."""
    return waits(conversation.waiting)


def waits(waiting: Sequence[Waiting]) -> str:
    """What is being waited for."""
    if not waiting:
        return "Nothing is waiting for approval in this thread."
    return f"I'm waiting for somebody to decide:\n\n{bullets(it.line for it in waiting)}"


def who(conversation: Conversation) -> str:
    """Who has to approve what waits."""
    listed = bullets(it.whole for it in conversation.waiting)
    return listed or "The policy decides that, and never me. Nothing is waiting in this thread."


def which(waiting: Sequence[Waiting]) -> str:
    """Several requests may be meant."""
    listed = "\n".join(f"{at}. {it.line}" for at, it in enumerate(waiting, 1))
    return f"{WHICH}\n\n{listed}"


def which_again(conversation: Conversation) -> str:
    """The same question once more, if the answer to it picks nothing."""
    own = [it for it in conversation.waiting if it.is_own]
    return which(own) if own and WHICH in conversation.last_answer else ""


def unclear() -> str:
    """What is to be different was not understood."""
    return "I can't tell what should be different. Say for example “make it 2”."


def left(conversation: Conversation) -> str:
    """Nothing more is to be done."""
    goes_on = "What waits for approval goes on waiting." if conversation.waiting else ""
    return f"All right, I leave it at that. {goes_on or 'Nothing was done.'}"


def until(conversation: Conversation) -> str:
    """How long it takes, as far as anybody knows."""
    if not conversation.waiting:
        return "That depends on who has to approve it. Nothing is waiting in this thread."
    listed = bullets(it.until_when for it in conversation.waiting)
    return f"That's up to the people who decide:\n\n{listed}"


def not_yours(waiting: Sequence[Waiting]) -> str:
    """Only who asked can change a request."""
    return f"Only the person who asked can change that. {waits(waiting)}"


def already_waits(waiting: Sequence[Waiting]) -> str:
    """The very same call is waiting; it is not made again."""
    listed = bullets(it.line for it in waiting)
    return f"That is already waiting for approval, so I don't ask twice:\n\n{listed}"


def report(conversation: Conversation, length: int = 12_500) -> str:
    """An answer that is longer than Slack takes in one message, in all kinds of Markdown."""
    about = (f"{place}. {it.spoken}: {it.about}" for place, it in enumerate(conversation.tools, 1))
    chapter = "\n\n".join(
        ["", "Nothing is done without **approval**.", "\n".join(about), "> So be it."]
    )
    parts = ["# A long report", "It says **little**, and that at *great* length."]
    while sum(map(len, parts)) <= length:
        parts.append(f"## Chapter {len(parts) - 1}{chapter}\n\n```text\nthe same again\n```")
    return "\n\n".join(parts)
