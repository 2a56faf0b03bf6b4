"""How an approval ended and what came of it: two lines, and what is unusual."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from countersign.messages.endings import stopped_by
from countersign.messages.outcomes import (
    GO_ON,
    PASSED_ON,
    THEN,
    UNDECIDED_BECAUSE,
    deciding,
    ending,
    executed,
    heading,
)
from countersign.slack.arguments import difference_blocks
from countersign.slack.blocks import as_many, bold, context, paragraph, quote, rich, section, words
from countersign.slack.facts import is_alone
from countersign.slack.people import decider, listed, plain_name, voters, where
from countersign.slack.request_section import headed, sentence, summary, unsaid
from countersign.slack.text import (
    HEADER_LIMIT,
    SECTION_LIMIT,
    clean,
    hour,
    line,
    mention,
    moment,
    pieces,
    plain,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Execution, Outcome, Verb
from workflows.digest import differences

REASON_LIMIT = 500
RESULT_LIMIT = 500
MOST_CHANGES = 5
ROOM_FOR_CHANGES = 3_000
"""Characters of JSON."""
RESULT_AS_HEADER = HEADER_LIMIT - 10
SAME_DAY_SECONDS = 12 * 3_600
UNFINISHED = frozenset({Execution.FAILED, Execution.UNKNOWN, Execution.PASSED_ON})
"""What has to be said in full, with what to do next."""


def settled_blocks(status: ApprovalStatus) -> Iterator[Block]:
    """What came of it, and who decided, when and for whom; then only what is unusual."""
    mark, word = heading(status)
    if is_alone(status):
        yield from headed("🚨 ", status, f"{_alone(status)} approved alone, in an emergency")
        yield rich(paragraph(bold(plain(f"{mark} {_came_of_it(status, word)}", 600).text)))
    else:
        yield from headed(f"{mark} ", status, _came_of_it(status, word))
    yield section(_by_line(status))
    if (decision := status.decision) and decision.reason:
        yield rich(quote(plain(decision.reason, REASON_LIMIT).text or "—"))
    yield from _unusual(status)


def settled_text(status: ApprovalStatus) -> str:
    """The same in mrkdwn, for where there are no blocks."""
    mark, word = heading(status)
    alone = "🚨 Approved alone, in an emergency. " if is_alone(status) else ""
    came = execution(status) if status.execution in UNFINISHED else status.result
    came = line(came, RESULT_LIMIT).text
    parts = (verdict_line(status), ending(status), came)
    said = " ".join(_sentence_end(part) for part in parts if part)
    return f"{alone}{mark} {word}: {summary(status)}. {said}"


def whole_verdict_blocks(status: ApprovalStatus) -> Iterator[Block]:
    """For Details: who decided, why and what came of it, all of it in full."""
    yield section(f"*{verdict_line(status)}*")
    if told := ending(status):
        yield section(told)
    yield from _before_it_was_stopped(status)
    if status.decision and status.decision.reason:
        yield from _quoted("Reason:", status.decision.reason)
    if told := executed(status.execution, " ".join(clean(status.result).split())):
        yield from (rich(paragraph(words(part))) for part in pieces(told, SECTION_LIMIT))


def verdict_line(status: ApprovalStatus) -> str:
    """The outcome, by whom and when, on one line of mrkdwn; without a full stop."""
    decision = deciding(status)
    at = decision.at if decision else status.ended_at
    when = f", {_when(status, at)}" if at else ""
    if decision is None:
        because = _because(status)
        return f"{str(status.outcome).capitalize()}{when}{f': {because}' if because else ''}"
    by = listed(_deciders(status, decision))
    alone = " alone, in an emergency" if is_alone(status) else ""
    outcome = str(status.outcome).capitalize()
    return f"{outcome}{alone} by {by}{when}{where(decision)}"


def _because(status: ApprovalStatus) -> str:
    if status.outcome is Outcome.STOPPED:
        return stopped_by(status.stop)
    return UNDECIDED_BECAUSE.get(status.outcome, "")


def execution(status: ApprovalStatus) -> str:
    """What became of the action, as it is and on one line; empty if it was not begun."""
    return executed(status.execution, plain(status.result, RESULT_LIMIT).text)


def headline(status: ApprovalStatus, limit: int) -> str:
    """What came of it, with its mark, on one line of mrkdwn."""
    mark, word = heading(status)
    return f"{mark} {line(_came_of_it(status, word), limit).text}"


def _came_of_it(status: ApprovalStatus, word: str) -> str:
    """The tool's own words where it is done and they are few, else what was asked."""
    if _result_says_it(status):
        return plain(status.result, RESULT_AS_HEADER).text.removesuffix(".")
    return f"{word}: {sentence(status)}"


def _result_says_it(status: ApprovalStatus) -> bool:
    result = plain(status.result, RESULT_AS_HEADER)
    return status.execution is Execution.DONE and bool(result.text) and result.complete


def _by_line(status: ApprovalStatus) -> str:
    requester = status.request.call.requester
    if status.outcome is Outcome.WITHDRAWN and _is_by(status.decision, requester):
        return verdict_line(status)
    asked = f" · asked by {mention(requester.user)}"
    if is_alone(status) and (decision := deciding(status)):
        return f"Decided {_when(status, decision.at)}{asked}"
    return f"{verdict_line(status)}{asked}"


def _is_by(decision: Decision | None, who: Person) -> bool:
    return decision is not None and decision.by is not None and decision.by.same_as(who)


def _unusual(status: ApprovalStatus) -> Iterator[Block]:
    yield from _what_came(status)
    changed = as_many([*_what_changed(status)], MOST_CHANGES, ROOM_FOR_CHANGES)
    yield from changed.blocks
    if not changed.complete:
        yield context("More has changed: *Details* shows all of it.")
    if then := THEN.get(status.outcome):
        yield section(then)
    if told := _who_had_approved(status):
        yield context(told)
    is_superseded = status.outcome is Outcome.SUPERSEDED
    if status.replaced_at or (status.replaced_by and not is_superseded):
        yield context(_replaced(status))


def _what_came(status: ApprovalStatus) -> Iterator[Block]:
    """The result where the header does not have it, and what to do after a failure."""
    result = plain(status.result, RESULT_LIMIT).text
    if result and not _result_says_it(status):
        yield rich(paragraph(words(result)))
    if status.execution is Execution.FAILED:
        yield section(GO_ON if result else f"No reason was given. {GO_ON}")
    elif status.execution is Execution.UNKNOWN:
        yield section("Check before asking again.")
    elif status.execution is Execution.PASSED_ON:
        yield section(PASSED_ON)


def _what_changed(status: ApprovalStatus) -> Iterator[Block]:
    told = _came_of_it(status, "")
    if status.prepared is not None:
        changed = unsaid(differences(status.request.prepared, status.prepared), told)
        yield from difference_blocks("Changed before it was approved:", changed)
    if status.outcome is Outcome.SUPERSEDED and status.drift:
        yield from difference_blocks("Changed since it was asked:", unsaid(status.drift, told))


def _who_had_approved(status: ApprovalStatus) -> str:
    """Votes that came to nothing; all who voted are named."""
    if status.outcome is Outcome.APPROVED:
        return ""
    is_stopped = status.outcome is Outcome.STOPPED and status.decision
    last = [decider(status, status.decision)] if is_stopped and status.decision else []
    names = voters(status) or last
    return f"Approved before that by {listed(names)}." if names else ""


def _before_it_was_stopped(status: ApprovalStatus) -> Iterator[Block]:
    if told := _who_had_approved(status):
        yield context(told)
    if status.replaced_by:
        yield context(_replaced(status))


def _replaced(status: ApprovalStatus) -> str:
    """Where to go on; true also once the new request is decided."""
    if not status.replaced_at:
        return "Replaced: there is a new request in its place."
    return f"Replaced: <{status.replaced_at}|open the new request>"


def _deciders(status: ApprovalStatus, decision: Decision) -> Sequence[str]:
    """All who approved it, or the one who ended it otherwise."""
    last = decider(status, decision)
    if status.outcome is not Outcome.APPROVED:
        return [last]
    every = voters(status)
    counted = any(vote.decision.id == decision.id for vote in status.votes)
    return every if counted or last in every else [*every, last]


def _alone(status: ApprovalStatus) -> str:
    decisions = (status.decision, *(vote.decision for vote in status.votes))
    by = [it.by for it in decisions if it and it.by and it.verb is Verb.BREAK_GLASS]
    return (plain_name(status, by[0]) if by else "") or "Somebody"


def _when(status: ApprovalStatus, at: datetime) -> str:
    """Only the time where it was decided within hours; else the day as well."""
    within = (at - status.request.asked_at).total_seconds() < SAME_DAY_SECONDS
    return hour(at) if within else moment(at)


def _quoted(name: str, text: str) -> Iterator[Block]:
    for part in pieces(" ".join(clean(text).split()), SECTION_LIMIT):
        yield rich(paragraph(bold(name)), quote(part))


def _sentence_end(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
