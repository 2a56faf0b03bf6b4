"""What the model says, in one place. Every sentence is Markdown."""

from collections.abc import Sequence

from sandbox.model.words import plural

TRY = "\n- `order 100 widgets`\n- `how much budget is left?`\n- `what do you sell?`"

HELLO = (
    "Hello! I'm the purchasing assistant. Tell me what you need, for example `order 100 widgets`. "
    "Whatever costs money waits for a person to press **Approve**."
)
HELP = (
    "I take care of purchasing, and I **never order anything on my own**. I can\n\n"
    "- **order** things: `order 20 chairs and 5 desks for the Berlin office`\n"
    "- **look around**: `what do you sell?`, `how much is a desk?`\n"
    "- **check the budget**: `how much budget is left?`\n"
    "- **follow up**: `where is order 8123?`, `what did I order?`\n"
    "- **cancel** an order: `cancel order 8123`\n"
    "- **ask for a confirmation**: `confirm with someone that the invoice is right`\n\n"
    "Orders, cancellations and confirmations go to an approver first, here in Slack."
)
WHO = (
    "I'm the purchasing assistant, a scripted model that runs on your own machine. I can search "
    "the catalogue, look at the budget and *propose* orders; only people can approve them."
)
THANKS = "You're welcome! I'm here when you need something else."
BYE = "Goodbye! What waits for approval keeps waiting, and I'll answer here when it is decided."
FINE = "I'm fine, thank you. What may I order for you?"
SORRY = (
    "Sorry that I wasn't more useful. Tell me what you need in a few plain words, for example "
    "`order 3 laptops` or `how much budget is left?`."
)
ONLY_PEOPLE = (
    "I can't do that: I can't approve anything myself, and no message changes that. **Only people "
    "can**, with the buttons on the card. What I can do is propose an order and put it in front of "
    "an approver."
)
PRESS = (
    "A message decides nothing, not even that one. Whoever may decide has to press **Approve** or "
    "**Reject** on the card."
)
YES_TO_WHAT = "Yes to what? Nothing waits for an answer here. Tell me what you need:\n" + TRY
LEFT = "All right, I leave it at that. Nothing was ordered."
CONFUSED = "I didn't understand that, so I did nothing. Try one of these:\n" + TRY
TOO_MUCH = (
    "That is more than I can make sense of, so I did nothing. Put the request in one sentence:\n"
    + TRY
)
ONLY_WORDS = (
    "I can't open links or run code, so I did nothing. Tell me in words what you need:\n" + TRY
)
WHAT_TO_ORDER = "What would you like to order? For example `12 chairs` or `what do you sell?`"
WHICH_ORDER = "Which order do you mean? Give me its number, for example `#8123`."
NOTHING_ORDERED = "Nothing was ordered in this thread so far."
NOTHING_WAITS = "Nothing is waiting for approval in this thread."
NOT_PLACED = (
    "It has not been placed yet, so there is nothing to cancel: it is still waiting for approval. "
    "If you no longer want it, withdraw it on its card, or have it rejected there."
)
WHAT_TO_CONFIRM = (
    "What is to be confirmed? For example `confirm with someone that the invoice is right`."
)
WHO_APPROVES = (
    "The policy decides who may approve, and the card names them. I'm never among them, and I "
    "can't choose or skip anyone."
)


def how_many(item: str) -> str:
    """Asks for a quantity; `QUESTION_HOW_MANY` reads it back from the thread."""
    return f"How many **{plural(item)}** shall I order?"


def of_what(quantity: float) -> str:
    """Asks for an item."""
    return f"**{quantity:,.0f}** of what? `what do you sell?` shows the catalogue."


def not_a_quantity(item: str) -> str:
    """For zero, minus two, two and a half, and a slip of the finger."""
    return f"I can only order whole pieces, at least one and at most a million. {how_many(item)}"


def no_tool(what: str) -> str:
    """The product did not offer the tool that this needs."""
    return f"I can't {what} here: I was not given a tool for that. Nothing was done."


def waits(lines: Sequence[str]) -> str:
    """What is being waited for."""
    if not lines:
        return NOTHING_WAITS
    return "I'm waiting for somebody to decide:\n\n" + bullets(lines)


def already_waits(lines: Sequence[str]) -> str:
    """The very same call is waiting; it is not made again."""
    return (
        "That is already waiting for approval, so I don't ask twice:\n\n"
        f"{bullets(lines)}\n\nIt goes on by itself as soon as somebody decides."
    )


def change_waits(lines: Sequence[str], quantity: float) -> str:
    """A change to something that waits."""
    return (
        "The order is still waiting for approval and what is on its card can't be changed from "
        f"here:\n\n{bullets(lines)}\n\nWithdraw it on the card (or ask the approver for changes), "
        f"then tell me to order **{quantity:,.0f}**."
    )


def already_placed(number: int, what: str, wanted: str) -> str:
    """A change to something that is done."""
    return (
        f"**Order #{number}** for {what} is already placed, so I can't change it. I can\n\n"
        f"- cancel it: `cancel order {number}`\n"
        f"- order on top of it: `order {wanted}`"
    )


def ordered(lines: Sequence[str], waiting: Sequence[str]) -> str:
    """What was ordered in this thread."""
    parts = ["In this thread you ordered:\n\n" + bullets(lines)] if lines else [NOTHING_ORDERED]
    if waiting:
        parts.append("Still waiting for approval:\n\n" + bullets(waiting))
    return "\n\n".join(parts)


def unknown(item: str, catalogue: str, was_to_be_ordered: bool) -> str:
    """There is no such thing to be had."""
    undone = ", so nothing was ordered" if was_to_be_ordered else ""
    return f"I can't find **{item}** in the catalogue{undone}. {catalogue}"


def bullets(lines: Sequence[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)
