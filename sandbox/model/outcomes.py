"""What became of a tool call, read from the words of its output."""

import re
from dataclasses import dataclass
from enum import Enum

from sandbox.model.consents import NAME_END, Consent, read_consent


class Ending(Enum):
    """How a call ended. `DONE` alone means that something was done."""

    DONE = "done"
    FAILED = "approved, but it failed"
    OPEN = "not ended yet"
    UNKNOWN = "approved, and nobody knows whether it was done"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CHANGES = "changes requested"
    SUPERSEDED = "superseded"
    DENIED = "denied by the policy"
    ASKED = "already asked"
    REFUSED = "refused a moment ago"
    TOO_MANY = "asked too often"
    NOT_ASKED = "failed to ask"
    STOPPED = "stopped"
    PROBLEM = "a problem"


SIGNS: tuple[tuple[Ending, str], ...] = (
    (Ending.ASKED, r"\balready asked\b"),
    (Ending.REFUSED, r"\brefused a moment ago\b"),
    (Ending.TOO_MANY, r"\btoo many\b(?= (?:requests|asks|approvals|times)\b|\s*:)"),
    (Ending.NOT_ASKED, r"failed to ask|could not be posted|could not ask anyone|^not asked\b"),
    (Ending.CHANGES, r"changes? (?:were |was )?requested|requested changes?"),
    (Ending.STOPPED, r"\bstopped\b"),
    (Ending.EXPIRED, r"\bexpired\b|nobody (?:answered|decided)|timed out"),
    (Ending.SUPERSEDED, r"\bsuperseded\b"),
    (Ending.WITHDRAWN, r"\bwithdrawn\b|no longer needed"),
    (Ending.DENIED, r"\bdenied by (?:the )?(?:policy|rule)\b"),
    (Ending.REJECTED, r"\brejected\b|\bdeclined by\b|\bdenied by\b"),
    (Ending.DONE, r"\bapproved by\b|\bis placed\b|\bis cancelled\b|^confirmed\b"),
    (
        Ending.PROBLEM,
        (
            r"nobody was asked|there is no\b|not valid|an error occurred|\berror\b|"
            r"nothing was done|only [\d,]+ .*in stock|over the budget|\bfailed\b|not found|"
            r"can ?not be|is already"
        ),
    ),
)
"""Whichever sign comes first in the text counts; a later one is only quoted."""

_UNSETTLED = (
    (Ending.UNKNOWN, re.compile(r"\b(?:it|this) may have been done\b", re.IGNORECASE)),
    (Ending.OPEN, re.compile(r"\bhas not ended yet\b|^not decided\b", re.IGNORECASE)),
)
"""Signs that count wherever they are: a yes before them says nothing of what was done."""
_BY = re.compile(rf"\bby (.{{1,80}}?){NAME_END}", re.IGNORECASE)
_REASON = re.compile(
    r"\breason:\s*(.+?)\s*(?=\.?\s*(?:nothing was|do not (?:try|retry)|$|\n))",
    re.IGNORECASE | re.DOTALL,
)
_POLICY = re.compile(r"denied by [^:]*:\s*(.+)", re.IGNORECASE | re.DOTALL)
_AFTER_COLON = re.compile(r"[^:.]*:\s*(.+)", re.DOTALL)
_RULE = re.compile(r"\brule ([\w.-]*\w)", re.IGNORECASE)
_QUOTED = re.compile(
    r"(?:the answer was|refused a moment ago)[^:]*:\s*(.+)", re.IGNORECASE | re.DOTALL
)
_CHANGE = re.compile(r"changes? requested[^:]*:\s*(?:reason:\s*)?(.+)", re.IGNORECASE | re.DOTALL)
_TAIL = re.compile(
    r"\s*(?:nothing was (?:done|ordered)|nobody was asked|this is not a|do not (?:try|retry)|"
    r"say so,|tell the person).*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Result:
    """An output, understood; `before` is the earlier ending that it quotes."""

    ending: Ending
    who: str = ""
    why: str = ""
    text: str = ""
    rule: str = ""
    consent: Consent | None = None
    before: "Result | None" = None


def read_ending(output: str) -> Result:
    """How a guarded call ended; without any sign of success it did not end well."""
    text = output.strip()
    if unsettled := next((it for it, sign in _UNSETTLED if sign.search(text)), None):
        return Result(unsettled, text=text)
    if consent := read_consent(text):
        ending = Ending.FAILED if consent.failed else Ending.DONE
        return Result(ending, consent.who, text=consent.rest, rule=consent.rule, consent=consent)
    ending = _first_sign(text)
    if ending in _PLAIN:
        return Result(ending, text=text)
    if ending is Ending.REFUSED:
        quoted = _QUOTED.search(text)
        return Result(ending, text=text, before=read_ending(quoted[1]) if quoted else None)
    if ending in _EXPLAINED:
        rule = _RULE.search(text.split(":")[0])
        return Result(
            ending, why=_why(_EXPLAINED[ending], text), text=text, rule=rule[1] if rule else ""
        )
    who = _BY.search(text)
    pattern = _CHANGE if ending is Ending.CHANGES else _REASON
    name = who[1].strip() if who and who.start() < 80 else ""
    return Result(ending, who=name, why=_why(pattern, text), text=text)


_PLAIN = frozenset({Ending.PROBLEM, Ending.STOPPED, Ending.ASKED})
_EXPLAINED = {
    Ending.DENIED: _POLICY,
    Ending.SUPERSEDED: _AFTER_COLON,
    Ending.TOO_MANY: _AFTER_COLON,
    Ending.NOT_ASKED: _AFTER_COLON,
}
"""Nobody's decision: where in the text the explanation is."""


def _why(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    reason = _TAIL.sub("", found[1]).strip(" .\"'“”") if found else ""
    return "" if reason.lower() in {"none given", "none", ""} else reason


def _first_sign(text: str) -> Ending:
    found = [
        (match.start(), place, ending)
        for place, (ending, sign) in enumerate(SIGNS)
        if (match := re.search(sign, text, re.IGNORECASE))
    ]
    return min(found)[2] if found else Ending.PROBLEM
