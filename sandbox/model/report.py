"""How the outputs of tools are told to people: what was done, what was not, and what next."""

from collections.abc import Sequence

from sandbox.model import catalogue, replies
from sandbox.model.outcomes import Ending, Result, read_ending
from sandbox.model.steps import Ability, Field, Used
from sandbox.model.words import plural

GUARDED = frozenset({Ability.ORDER, Ability.CANCEL, Ability.CONFIRM})

UNDONE = {
    Ability.ORDER: "Nothing was ordered",
    Ability.CANCEL: "Nothing was cancelled; the order stands",
    Ability.CONFIRM: "I did not go on",
}
NEXT = {
    Ability.ORDER: "Tell me if you want it smaller (`make it 10`) or something else instead.",
    Ability.CANCEL: "Tell me if you want to know where it stands (`where is my order?`).",
    Ability.CONFIRM: "Tell me what to do instead.",
}
ASK_AGAIN = "Shall I ask again?"


def tell(used: Sequence[Used]) -> str:
    """One answer from all outputs of a turn."""
    guarded = [one for one in used if one.ability in GUARDED]
    if guarded:  # then what was looked up first was only the way there
        used = [one for one in used if one.ability is not Ability.SEARCH]
    if len(used) == 1:
        return _tell(used[0], alone=True)
    if not guarded:
        return "\n\n".join(_tell(one, alone=False) for one in used)
    return "Here is how it went:\n\n" + replies.bullets(
        [_tell(one, alone=False).replace("\n", "\n  ") for one in used]
    )


def _tell(used: Used, *, alone: bool) -> str:
    if used.ability in GUARDED:
        result = read_ending(used.output)
        text = _ended(used, result)
        return f"{text} {_next(used.ability, result)}".strip() if alone else text
    if used.ability is Ability.SEARCH:
        return catalogue.found(used.output, str(used.fields.get(Field.QUERY, "")))
    if used.ability is Ability.BUDGET:
        return f"**Budget:** {used.output}"
    return used.output or f"`{used.name}` answered nothing."


def _ended(used: Used, result: Result) -> str:
    what, undone = _what(used), UNDONE[used.ability or Ability.ORDER]
    who = result.who or "an approver"
    why = f": “{result.why}”" if result.why else ", without giving a reason"
    match result.ending:
        case Ending.DONE:
            return _done(used, result)
        case Ending.FAILED:
            return f"**It failed.** {_capital(who)} approved {what}, but then: {_stop(result.text)}"
        case Ending.REJECTED:
            return f"**Rejected.** {_capital(who)} said no to {what}{why}. {undone}."
        case Ending.CHANGES:
            change = f": “{result.why}”" if result.why else ""
            return f"**Changes requested.** {_capital(who)} wants {what} changed{change}. {undone}."
        case _:
            return _undecided(what, undone, result)


def _undecided(what: str, undone: str, result: Result) -> str:
    match result.ending:
        case Ending.EXPIRED:
            return (
                f"**Expired.** Nobody decided in time about {what}; that is no refusal. {undone}."
            )
        case Ending.WITHDRAWN:
            by = f" by {result.who}" if result.who else ""
            return f"**Withdrawn{by}.** {_capital(what)} is no longer asked for. {undone}."
        case Ending.NOT_ASKED:
            return (
                f"**I couldn't ask anybody** about {what}: the approval could not be posted. "
                f"{undone}. An administrator has to check whether I may post in this channel."
            )
        case Ending.STOPPED:
            return (
                f"**Stopped.** An operator ended the approval of {what}; nobody decided. {undone}."
            )
        case _:
            said = "nothing was done" in result.text.lower()
            return f"**That did not work.** {_stop(result.text)}" + ("" if said else f" {undone}.")


def _done(used: Used, result: Result) -> str:
    by = f" Approved by {result.who}." if result.who else ""
    text = _stop(result.text)
    if used.ability is Ability.CONFIRM:
        question = text.removeprefix("Confirmed:").strip() or str(
            used.fields.get(Field.QUESTION, "")
        )
        return f"**Confirmed** by {result.who or 'an approver'}: {question}"
    return f"**Done.** {text}{by}"


def _next(ability: Ability | None, result: Result) -> str:
    match result.ending:
        case Ending.EXPIRED | Ending.STOPPED:
            return ASK_AGAIN
        case Ending.REJECTED | Ending.CHANGES:
            return NEXT[ability or Ability.ORDER]
        case _:
            return ""


def _what(used: Used) -> str:
    match used.ability:
        case Ability.ORDER:
            quantity, item = used.fields.get(Field.QUANTITY), str(used.fields.get(Field.ITEM, ""))
            count = f"{quantity:,} × " if isinstance(quantity, int) else ""
            return f"the order of **{count}{item or plural('item')}**"
        case Ability.CANCEL:
            return f"the cancellation of **order #{used.fields.get(Field.ORDER, '?')}**"
        case _:
            return f"the question “{used.fields.get(Field.QUESTION, '')}”"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _stop(text: str) -> str:
    """With a full stop."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
