"""What Temporal's Web UI says of a workflow: one line in lists, and how it stands.

Both are read as Markdown there. Nothing that people or models wrote can be markup in it.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Message, Origin, Person
from workflows.contracts.decisions import Decision, Execution, Outcome, Verb
from workflows.contracts.origins import SLACK, full_name, harmless, origin_name
from workflows.contracts.rules import Panel, Rule
from workflows.redaction import hide_in_speech

LINE_BYTES = 380
"""Of a line, as JSON. Temporal refuses to start a workflow with more than 400
(`limit.userMetadataSummarySize`)."""
WORDS_LIMIT = 80
"""Characters of what somebody said."""
NAME_LIMIT = 40
MOST_NAMED = 10
"""People, groups and channels that are named; of more, their number is told."""
MARKUP = frozenset("[]<>*`|~\\")
JOINER = "\u200d"
"""Makes one emoji of several."""
MARKS = {"U": "@", "W": "@", "S": "@", "C": "#", "G": "#"}
BY_THEMSELVES = frozenset({Outcome.EXPIRED, Outcome.FAILED_TO_ASK, Outcome.STOPPED})
"""Ends that nobody decided."""
EXECUTIONS = {
    Execution.NOT_STARTED: "",
    Execution.RUNNING: "It is being carried out.",
    Execution.DONE: "It was done.",
    Execution.FAILED: "It failed.",
    Execution.UNKNOWN: "Nobody knows whether it was done.",
    Execution.PASSED_ON: "The model's provider was left to run it.",
}


def line(text: str) -> str:
    """A text as one line that Temporal takes."""
    plain = _plain(text)
    if _size(plain) <= LINE_BYTES:
        return plain
    while _size(f"{plain}…") > LINE_BYTES:
        plain = plain[: -max(1, (_size(plain) - LINE_BYTES) // 12)]
    return f"{plain}…"


def conversation_memo(origin: Origin, message: Message | None) -> Mapping[str, str]:
    """Who began a conversation, where, and with which words, as far as that is known.

    A reply that came before the mention of its thread was not said to us.
    """
    memo = {"where": _where(origin)}
    if message is not None:
        memo["who"] = _person(message.author)
        if message.is_addressed:
            memo["words"] = _cut(_plain(hide_in_speech(message.text)), WORDS_LIMIT)
    return memo


def conversation_summary(origin: Origin, message: Message | None) -> str:
    """The same as one line: `alice in Slack, channel C0OPS: order 100 widgets`."""
    return summary_of(conversation_memo(origin, message))


def summary_of(memo: Mapping[str, Any]) -> str:
    """The line of a conversation that has this memo; empty if it says nothing of it."""
    who = f"{memo['who']} in " if memo.get("who") else ""
    said = f": {memo['words']}" if memo.get("words") else ""
    return line(f"{who}{memo.get('where', '')}{said}")


def approval_details(status: ApprovalStatus) -> str:
    """How an approval stands: whom it waits for, or how it ended and what came of it."""
    return " ".join(filter(None, _standing(status)))


def _standing(status: ApprovalStatus) -> Iterator[str]:
    if status.outcome is not Outcome.PENDING:
        yield _ended(status)
        yield EXECUTIONS[status.execution]
        return
    yield _waiting(status)
    if voted := [_decider(vote.decision) for vote in status.votes]:
        yield f"Approved so far by {_listed(voted)}."
    if status.deadline is not None:
        yield f"Until {status.deadline.astimezone(UTC):%Y-%m-%d %H:%M} UTC."


def _waiting(status: ApprovalStatus) -> str:
    rule = status.in_force
    who = " and ".join(_panel(panel, rule) for panel in rule.panels) or "an operator"
    count = f", {status.counted} of {rule.needed}" if rule.needed > 1 else ""
    also = " Others were asked too, since nobody decided." if status.escalated else ""
    return f"Waiting for {who}{count}.{also}"


def _panel(panel: Panel, rule: Rule) -> str:
    return _listed([_called(id_, rule) for id_ in panel.who.ids], "or") or "an operator"


def _ended(status: ApprovalStatus) -> str:
    word, last = str(status.outcome).capitalize(), status.decision
    if last is None or status.outcome in BY_THEMSELVES:
        return f"{word}."
    if last.verb is Verb.BREAK_GLASS:
        return f"{word} by {_decider(last)} alone, in an emergency."
    votes = status.votes if status.outcome is Outcome.APPROVED else ()
    names = [_decider(vote.decision) for vote in votes] or [_decider(last)]
    return f"{word} by {_listed(names)}."


def _decider(decision: Decision) -> str:
    if decision.by is not None:
        return _person(decision.by)
    return "the rule" if decision.via.is_verified else "an operator"


def _called(id_: str, rule: Rule) -> str:
    mark = MARKS.get(id_[:1], "")
    name = rule.names.get(id_, "").removeprefix(mark)
    return f"{mark}{_cut(_plain(name), NAME_LIMIT)}" if name else id_


def _person(person: Person) -> str:
    if not person.is_in_slack:
        return full_name(person.user)
    return harmless(person.name, NAME_LIMIT) or person.user


def _where(origin: Origin) -> str:
    where = origin_name(origin.kind)
    if origin.kind != SLACK:
        return where
    is_direct = origin.channel.startswith("D")
    return f"{where}, direct message" if is_direct else f"{where}, channel {origin.channel}"


def _listed(names: list[str], word: str = "and") -> str:
    shown, more = names[:MOST_NAMED], len(names) - MOST_NAMED
    if more > 0:
        shown.append(f"{more} more")
    *first, last = shown or [""]
    return f"{', '.join(first)} {word} {last}" if first else last


def _plain(text: str) -> str:
    """On one line, without markup and without characters that cannot be seen."""
    return " ".join("".join(map(_seen, text)).split())


def _seen(char: str) -> str:
    kind = unicodedata.category(char)
    if kind[0] == "Z" or kind == "Cc":
        return " "
    return "" if char in MARKUP or (kind[0] == "C" and char != JOINER) else char


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _size(text: str) -> int:
    """Bytes as Temporal's converter writes it: up to twelve for a character outside ASCII."""
    return len(json.dumps(text))
