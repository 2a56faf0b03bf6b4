"""How the outputs of tools are told to people: what was done, what was not, and what next."""

import re
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
LATER = "Tell me again in a while, when what waits has been decided."
APPROVAL_ID = re.compile(r"approval-\w+")


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
        case Ending.DONE | Ending.UNKNOWN:
            return _done(used, result)
        case Ending.FAILED:
            yes = f"The rule {result.rule} allowed" if result.rule else f"{_capital(who)} approved"
            return f"**It failed.** {yes} {what}, but then: {_stop(result.text)}"
        case Ending.REJECTED:
            return f"**Rejected.** {_capital(who)} said no to {what}{why}. {undone}."
        case Ending.CHANGES:
            change = f": “{result.why}”" if result.why else ""
            return f"**Changes requested.** {_capital(who)} wants {what} changed{change}. {undone}."
        case Ending.REFUSED:
            return _before(used, result)
        case _:
            return _undecided(what, undone, result)


def _before(used: Used, result: Result) -> str:
    asked = "**Not asked again**: this was decided a moment ago."
    if result.before is None:
        return f"{asked} {UNDONE[used.ability or Ability.ORDER]}."
    return f"{asked} {_ended(used, result.before)}"


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
            return _not_asked(what, undone, result)
        case Ending.STOPPED:
            return (
                f"**Stopped.** An operator ended the approval of {what}; nobody decided. {undone}."
            )
        case Ending.SUPERSEDED:
            why = f": {result.why}" if result.why else ""
            return f"**Superseded.** {_capital(what)} was given up{why}. {undone}."
        case _:
            return _unasked(what, undone, result)


def _not_asked(what: str, undone: str, result: Result) -> str:
    if not result.text.lower().startswith("not asked"):
        return (
            f"**I couldn't ask anybody** about {what}: the approval could not be posted. "
            f"{undone}. An administrator has to check whether I may post in this channel."
        )
    why = f": {result.why}" if result.why else ""
    return (
        f"**I couldn't ask anybody** about {what}{why}. {undone}. "
        "An administrator has to look at that; it is no refusal."
    )


def _unasked(what: str, undone: str, result: Result) -> str:
    match result.ending:
        case Ending.DENIED:
            rule = f" (rule **{result.rule}**)" if result.rule else ""
            why = f": {result.why}" if result.why else ""
            return f"**Not allowed.** The policy{rule} rules out {what}{why}. {undone}."
        case Ending.OPEN:
            return f"**Not ended yet.** {_capital(what)} goes on by itself."
        case Ending.UNKNOWN:
            return f"**Not known.** {_capital(what)} may have been done. Check before asking again."
        case Ending.ASKED:
            found = APPROVAL_ID.search(result.text)
            name = f" as `{found[0]}`" if found else ""
            return (
                f"**Already waiting.** {_capital(what)} waits for approval{name}, so I don't ask "
                "twice. It goes on by itself as soon as somebody decides."
            )
        case Ending.TOO_MANY:
            why = f" {_stop(_capital(result.why))}" if result.why else ""
            return f"**Too many requests.**{why} {_capital(what)} was not put to anybody. {undone}."
        case _:
            said = "nothing was done" in result.text.lower()
            return f"**That did not work.** {_stop(result.text)}" + ("" if said else f" {undone}.")


def _done(used: Used, result: Result) -> str:
    if result.ending is Ending.UNKNOWN:
        what = _capital(_what(used))
        return f"**Not known.** {what} may have been done. Check before asking again."
    by = _consented(result)
    text = _stop(result.text)
    if used.ability is Ability.CONFIRM:
        question = text.removeprefix("Confirmed:").strip() or str(
            used.fields.get(Field.QUESTION, "")
        )
        return f"**Confirmed** by {result.who or 'an approver'}: {question}"
    return f"**Done.** {text}{by}"


def _consented(result: Result) -> str:
    """Who allowed it, and what they changed about it."""
    consent = result.consent
    if result.rule:
        return f" The rule **{result.rule}** allows it, so nobody had to be asked."
    if consent is None or not result.who:
        return ""
    if consent.changes:
        told = ", ".join(f"{name} **{new}** instead of {old}" for name, new, old in consent.changes)
        return f" {_capital(result.who)} approved it with changes: {told}."
    once = ", once for this whole thread" if consent.for_thread else ""
    return f" Approved by {result.who}{once}."


def _next(ability: Ability | None, result: Result) -> str:
    match result.ending:
        case Ending.EXPIRED | Ending.STOPPED | Ending.SUPERSEDED:
            return ASK_AGAIN
        case Ending.REJECTED | Ending.CHANGES | Ending.DENIED:
            return NEXT[ability or Ability.ORDER]
        case Ending.REFUSED if result.before:
            return _next(ability, result.before)
        case Ending.TOO_MANY:
            return LATER
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
