"""What the model says of itself and of tools; of what they did it says what they said."""

from collections.abc import Sequence

from sandbox.model.arguments import Reading
from sandbox.model.tool_results import bullets
from sandbox.model.tools import Parameter, Tool

STILL_NEEDED = "I still need"
"""How a question begins that the next message answers."""
HELLO = "Hello! I'm a scripted model on your own machine: I call the tools that I'm offered."
HELP = "I **never act on my own**: what needs approval waits until a person presses **Approve**."
ONLY_PEOPLE = (
    "I can't do that: I can't approve anything myself, and no message changes that. **Only people "
    "can**, with the buttons on the card."
)
PRESS = (
    "A message decides nothing, not even that one. Whoever may decide has to press **Approve** or "
    "**Reject** on the card."
)
YES_TO_WHAT = "Yes to what? Nothing waits for an answer here."
LEFT = "All right, I leave it at that. Nothing was done."
NOTHING_DONE = "Nothing was done in this thread so far."
LOST = "I didn't understand that, so I did nothing."
TOO_MUCH = "That is more than I can make sense of, so I did nothing. Say it in one sentence."
ONLY_WORDS = "I can't open links or run code, so I did nothing. Say in words what you need."
SMALL_TALK = (
    ("who (?:can|may|must) (?:approve|decide)", "The policy decides that. I'm never among them."),
    ("(?:who|what) are you|are you (?:an? )?(?:bot|human|ai)", HELLO),
    (r"thank\w*|thx|cheers|great|perfect", "You're welcome!"),
    ("stupid|idiot|useless|shut up", "Sorry that I wasn't more useful."),
    ("bye|goodbye|see you", "Goodbye! What waits for approval keeps waiting."),
)
"""Phrases that no tool is meant by, and their answers."""


def with_tools(text: str, tools: Sequence[Tool]) -> str:
    """A text, and everything that can be called."""
    if not tools:
        return f"{text} I was not given any tools."
    listed = (f"`{it.example({})}`" + (f": {it.about}" if it.about else "") for it in tools)
    return f"{text} I can call\n\n{bullets(listed)}\n\nSay it like that, or in your own words."


def still_needed(reading: Reading) -> str:
    """What has to be said yet for a call, and a call that would work."""
    wrong = (f"**{name}** can't be {value}. " for name, value in reading.wrong.items())
    asked = "; ".join(map(_asked, reading.missing))
    call = reading.tool.example(reading.values)
    return f"{''.join(wrong)}{STILL_NEEDED} {asked}. Say for example `{call}`."


def _asked(it: Parameter) -> str:
    return f"**{it.name}**, {it.rule}" + (f" ({it.about})" if it.about else "")


def waits(lines: Sequence[str]) -> str:
    """What is being waited for."""
    if not lines:
        return "Nothing is waiting for approval in this thread."
    return f"I'm waiting for somebody to decide:\n\n{bullets(lines)}"


def already_waits(lines: Sequence[str]) -> str:
    """The very same call is waiting; it is not made again."""
    return f"That is already waiting for approval, so I don't ask twice:\n\n{bullets(lines)}"


def report(tools: Sequence[Tool], length: int = 12_500) -> str:
    """An answer that is longer than Slack takes in one message, in all kinds of Markdown."""
    about = "\n".join(f"{place}. `{it.name}`: {it.about}" for place, it in enumerate(tools, 1))
    chapter = f"\n\nNothing is done without **approval**.\n\n{about}\n\n> ~~Silence~~ is no *yes*."
    parts = ["# A long report", "It says **little**, and that at *great* length."]
    while sum(map(len, parts)) <= length:
        parts.append(f"## Chapter {len(parts) - 1}{chapter}\n\n```text\nthe same again\n```")
    return "\n\n".join(parts)
