"""What became of a tool call, read from the words of its output."""

import re
from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How a call ended. `DONE` alone means that something was done."""

    DONE = "done"
    FAILED = "approved, but it failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CHANGES = "changes requested"
    NOT_ASKED = "failed to ask"
    STOPPED = "stopped"
    PROBLEM = "a problem"


SIGNS: tuple[tuple[Ending, str], ...] = (
    (Ending.NOT_ASKED, r"failed to ask|could not be posted|could not ask anyone"),
    (Ending.CHANGES, r"changes? (?:were |was )?requested|requested changes?"),
    (Ending.FAILED, r"approved by .{1,200}? but it failed"),
    (Ending.STOPPED, r"\bstopped\b"),
    (Ending.EXPIRED, r"\bexpired\b|nobody (?:answered|decided)|timed out"),
    (Ending.WITHDRAWN, r"\bwithdrawn\b|no longer needed|superseded"),
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

_NAME_END = r"(?=,? but\b|(?<!\b[A-Z])\.(?:\s|$)|[:;,\n]| at \d| via |$)"
_BY = re.compile(rf"\bby (.{{1,80}}?){_NAME_END}", re.IGNORECASE)
_REASON = re.compile(
    r"\breason:\s*(.+?)\s*(?=\.?\s*(?:nothing was|do not (?:try|retry)|$|\n))",
    re.IGNORECASE | re.DOTALL,
)
_CHANGE = re.compile(r"changes? requested[^:]*:\s*(?:reason:\s*)?(.+)", re.IGNORECASE | re.DOTALL)
_TAIL = re.compile(
    r"\s*(?:nothing was (?:done|ordered)|do not (?:try|retry)|tell the person).*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Result:
    """An output, understood."""

    ending: Ending
    who: str = ""
    why: str = ""
    text: str = ""


def read_ending(output: str) -> Result:
    """How a guarded call ended; without any sign of success it did not end well."""
    text = output.strip()
    ending = _first_sign(text)
    who = _BY.search(text)
    if ending in {Ending.PROBLEM, Ending.NOT_ASKED, Ending.STOPPED}:
        return Result(ending, text=text)
    why = (_CHANGE if ending is Ending.CHANGES else _REASON).search(text)
    reason = _TAIL.sub("", why[1]).strip(" .\"'“”") if why else ""
    return Result(
        ending,
        who=who[1].strip() if who and who.start() < 80 else "",
        why="" if reason.lower() in {"none given", "none", ""} else reason,
        text=_without_verdict(text) if ending in {Ending.DONE, Ending.FAILED} else text,
    )


def _first_sign(text: str) -> Ending:
    found = [
        (match.start(), place, ending)
        for place, (ending, sign) in enumerate(SIGNS)
        if (match := re.search(sign, text, re.IGNORECASE))
    ]
    return min(found)[2] if found else Ending.PROBLEM


def _without_verdict(text: str) -> str:
    """`APPROVED by Bob Keller. Order #1 is placed.` without its first sentence."""
    failed = re.match(
        r"approved by .{1,200}? but it failed:?\s*(.*)", text, re.IGNORECASE | re.DOTALL
    )
    if failed:
        return failed[1]
    done = re.match(
        rf"approved by .{{1,200}}?{_NAME_END}[.:,;]?\s*(.*)", text, re.IGNORECASE | re.DOTALL
    )
    return (done[1] or text) if done else text
