"""Whatever people and models write: no limit breaks, nothing comes alive, nothing is hidden."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from countersign.slack.batch import batch_blocks, batch_text
from countersign.slack.card import approval_card, card_text, minimal_card
from countersign.slack.complete import is_complete
from countersign.slack.line import line_blocks, waiting_line
from countersign.slack.modals.approve_all import approve_all_modal, read_ticked_digests
from countersign.slack.modals.details import details_modal
from countersign.slack.modals.edit import edit_modal
from countersign.slack.modals.hand_over import hand_over_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.modals.reasons import break_glass_modal, changes_modal, reject_modal
from countersign.slack.modals.review import always_modal, review_modal
from countersign.slack.reminder import reminder_blocks, reminder_text
from countersign.slack.request_section import whole_question
from countersign.slack.text import MESSAGE_LIMIT, SECTION_LIMIT, clean, pieces
from countersign.slack.validate import message_problems
from sandbox.block_kit.inputs import state_values
from tests.support.builders import ALICE, NOON, a_press, a_thread
from tests.support.examples import examples
from tests.unit.slack.cases import (
    CARD,
    EVIL,
    FULL_RULE,
    a_vote,
    labels,
    live,
    pending,
    refused_by_slack,
    view_refused_by_slack,
    written,
)
from workflows.contracts.activity_inputs import Batch, Reminder
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, MessageKind
from workflows.contracts.core import ArgumentField, Difference
from workflows.contracts.decisions import Execution, HandOver, Outcome, Refusal, Refused, Verb, Via
from workflows.contracts.rules import Panel, People

SOURCE = "https://acme.slack.com/source"
IDS = [f"U0PERSON{at}" for at in range(30)]
ALLOWED = re.compile(
    r"@U0ALICE|@U0BOB|@U0CAROL|@U0PERSON\d+|#C0OPS|#C0TEAM|!subteam\^S0FINANCE"
    r"|!date\^\d+\^(\{date_short_pretty\} at )?\{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    r"|https://acme\.slack\.com/[a-zA-Z0-9/]+\|open the (card|thread)"
)
PARTS = (
    EVIL,
    "<!channel>",
    "`",
    "*_~",
    "\n> ",
    '"\\',
    "<@U0EVIL>",
    "\u202e",
    "\u200b",
    "&",
    "a",
    " ",
)
TOO_LONG = MESSAGE_LIMIT + 100
LENGTHS = (0, 0, 60, 700, TOO_LONG)


@dataclass(frozen=True, slots=True)
class Text:
    """Something written, again and again until it is so long."""

    part: str
    length: int = 0

    def __str__(self) -> str:
        return self.part * (self.length // max(len(self.part), 1) + 1)


@dataclass(frozen=True, slots=True)
class Case:
    """What others write into an approval, and how it stands."""

    title: Text
    summary: Text
    cost: Text
    reason: Text
    agent: Text
    rule: Text
    version: Text
    vote: Text
    asserted: Text
    result: Text
    problem: Text
    edited: Text | None
    fields: tuple[tuple[Text, Text], ...]
    changes: tuple[tuple[Text, Text, Text], ...]
    drift: tuple[tuple[Text, Text, Text], ...]
    replaces: bool
    solo: bool
    from_slack: bool
    posted: bool
    outcome: Outcome
    execution: Execution


SMALL = st.lists(st.sampled_from(PARTS), max_size=3).map("".join) | st.text(max_size=20)
SHORT = st.builds(Text, SMALL)
HOSTILE = st.builds(Text, SMALL | st.sampled_from(PARTS), st.sampled_from(LENGTHS))
DIFFERENCES = st.lists(st.tuples(SHORT, HOSTILE, HOSTILE), max_size=12).map(tuple)
LONG_FIELDS = st.lists(st.tuples(HOSTILE, HOSTILE), max_size=3).map(tuple)
SHORT_FIELDS = st.lists(st.tuples(SHORT, SHORT), max_size=30).map(tuple)
CASES = st.builds(
    Case,
    **dict.fromkeys(("title", "summary", "cost", "reason", "agent", "rule", "vote"), HOSTILE),
    **dict.fromkeys(("asserted", "result", "problem"), HOSTILE),
    version=SHORT,
    edited=st.none() | HOSTILE,
    fields=LONG_FIELDS | SHORT_FIELDS,
    changes=DIFFERENCES,
    drift=st.just(()) | DIFFERENCES,
    from_slack=st.sampled_from((True, True, True, False)),
    outcome=st.just(Outcome.PENDING) | st.sampled_from(Outcome),
    execution=st.sampled_from(Execution),
)
MANY = People(users=tuple(IDS), groups=("S0FINANCE",), channels=("C0TEAM",))
META = Meta(("approval-k3f9x2ab7q1m",), "C0OPS", "1.1")


def _differences(lines: Sequence[tuple[Text, Text, Text]]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name=str(name), before=str(before), after=str(after))
        for name, before, after in lines
    )


def _request(case: Case, base: ApprovalRequest) -> ApprovalRequest:
    prepared = base.prepared.model_copy(
        update={
            "title": str(case.title),
            "summary": str(case.summary),
            "cost": str(case.cost),
            "reason": str(case.reason),
            "agent": str(case.agent),
            "fields": tuple(
                ArgumentField(name=str(name), value=str(value)) for name, value in case.fields
            ),
        }
    )
    rule = FULL_RULE.model_copy(
        update={
            "name": str(case.rule),
            "version": str(case.version),
            "panels": (Panel(who=MANY, needed=20),) * 4,
            "notify": MANY,
            "hand_over": MANY,
            "names": dict.fromkeys(MANY.ids, str(case.vote)),
            "solo": case.solo,
            "from_slack": case.from_slack,
        }
    )
    replaces = "approval-older0000000" if case.replaces else ""
    changes = _differences(case.changes)
    update = {"prepared": prepared, "rule": rule, "replaces": replaces, "changes": changes}
    return base.model_copy(update=update)


def _approval(case: Case, id_: str = "approval-k3f9x2ab7q1m") -> ApprovalStatus:
    """One with everything that it can have, in other people's words."""
    base = pending()
    reason, asserted = str(case.vote), str(case.asserted)
    vote = a_vote(reason=reason, verb=Verb.BREAK_GLASS, arguments="{}")
    vote = vote.model_copy(update={"instead_of": IDS[1], "escalated": True})
    operator = a_vote(None, via=Via.CLI, asserted=asserted)
    person = ALICE.model_copy(update={"user": IDS[0]})
    request = _request(case, base.request)
    update: dict[str, Any] = {
        "id": id_,
        "request": request,
        "votes": (vote,) * 7 + (operator,) * 2,
        "handed": (HandOver(by=ALICE, to=person, at=NOON),) * 5,
        "escalated": True,
        "refused": (Refused(why=Refusal.MALFORMED, at=NOON, detail=reason),) * 21,
        "outcome": case.outcome,
        "result": str(case.result),
        "execution": case.execution,
        "drift": _differences(case.drift),
        "card": CARD.model_copy(
            update={"ts": "1.1" if case.posted else "", "problems": (str(case.problem),) * 9}
        ),
    }
    if case.edited:
        update["effective"] = base.request.call
        update["prepared"] = request.prepared.model_copy(update={"summary": str(case.edited)})
    if case.outcome is not Outcome.PENDING:
        decision = a_press().model_copy(update={"reason": reason, "asserted": asserted})
        update |= {"decision": decision, "ended_at": NOON, "replaced_by": "approval-newer0000000"}
    return base.model_copy(update=update)


def _strangers(part: Any) -> list[str]:
    return [item for item in live(part) if not ALLOWED.fullmatch(item)]


def _check_message(blocks: Sequence[Block]) -> None:
    assert message_problems(blocks) == []
    assert refused_by_slack(blocks) == []
    shown = written(blocks)
    assert _strangers(shown) == []
    assert "\u202e" not in str(shown)
    assert all(0 < len(label) <= 75 for label in labels(blocks))
    for block in shown:
        for element in block.get("elements", ()):
            if element.get("type") == "button":
                assert element["text"]["text"].strip()
                assert element.get("accessibility_label", "-").strip()


def _check_text(text: str) -> None:
    assert text.strip()
    assert len(text) <= MESSAGE_LIMIT
    assert _strangers({"type": "mrkdwn", "text": text}) == []
    assert not re.search(r"&(?!amp;|lt;|gt;)", text)


def _check_view(view: View) -> None:
    assert view_refused_by_slack(view) == []
    shown = view.to_dict()["blocks"]
    assert _strangers(shown) == []
    inputs = [block for block in shown if block["type"] == "input"]
    assert all(block["block_id"] for block in inputs)
    assert "\u202e" not in str([block for block in shown if block["type"] != "input"])


def _texts(part: Any) -> str:
    """Everything that people read, one after the other."""
    if isinstance(part, dict):
        own = part["text"] if isinstance(part.get("text"), str) else ""
        own = unescape(own) if part.get("type") == "mrkdwn" else own
        return own + "".join(_texts(inner) for inner in part.values())
    if isinstance(part, list):
        return "".join(map(_texts, part))
    return ""


def _said(status: ApprovalStatus) -> list[str]:
    """All that is approved, as it has to be readable."""
    shown = status.shown
    values = [clean(field.value) for field in shown.fields]
    lines = [shown.summary, shown.reason]
    if shown.cost not in shown.summary:
        values.append(clean(shown.cost))
    if status.request.replaces:
        values += [clean(it.after).replace("\n", " ⏎ ") for it in status.request.changes]
    return [*values, *(" ".join(clean(text).split()) for text in lines)]


def _unseen(status: ApprovalStatus, shown: Any) -> list[str]:
    texts = _texts(shown).replace("\t", " ")
    said = [text.replace("\t", " ") for text in _said(status)]
    parts = (part.strip() for text in said for part in pieces(text, SECTION_LIMIT))
    return [part for part in parts if part not in texts]


@examples(30, phases=[Phase.reuse, Phase.generate])
@given(case=CASES)
def test_a_card_takes_anything_and_is_approved_only_when_all_of_it_is_seen(
    case: Case,
) -> None:
    status = _approval(case)
    blocks = approval_card(status, SOURCE, "main")
    _check_message(blocks)
    _check_text(card_text(status))
    _check_message(minimal_card(status, "main"))
    assert "Approve" not in labels(minimal_card(status, "main"))
    offered = {"Approve", "Review all…"}.intersection(labels(blocks))
    assert len(offered) == (case.outcome is Outcome.PENDING and case.from_slack)
    if is_complete(status) and case.outcome is Outcome.PENDING:
        assert _unseen(status, written(blocks)) == []
    assert ("Approve" in offered) <= is_complete(status)


@pytest.mark.parametrize(
    ("part", "outcome"),
    [
        *itertools.product([EVIL, "<", '"\\', "\u200b"], [Outcome.PENDING, Outcome.REJECTED]),
        (EVIL, Outcome.EXPIRED),
    ],
)
def test_a_card_with_everything_at_its_longest_fits(part: str, outcome: Outcome) -> None:
    text = Text(part, TOO_LONG)
    fields = ((Text("name"), text), *((Text(f"n{at}"), Text(part)) for at in range(40)))
    texts = {name: text for name, kind in Case.__annotations__.items() if kind is Text}
    case = Case(
        **texts,
        edited=text,
        fields=fields,
        changes=((text, text, text),) * 12,
        drift=((text, text, text),) * 12,
        replaces=True,
        solo=True,
        from_slack=True,
        posted=True,
        outcome=outcome,
        execution=Execution.FAILED,
    )
    _check_message(approval_card(_approval(case), SOURCE, "a-long-deployment-20"))
    least = minimal_card(_approval(case), "a-long-deployment-20")
    _check_message(least)
    assert "Approv" in str(least[0].to_dict()) or outcome is not Outcome.PENDING


@examples(30, phases=[Phase.reuse, Phase.generate])
@given(case=CASES)
def test_details_of_what_is_decided_show_what_was_shown(case: Case) -> None:
    status = _approval(case)
    waiting = status.model_copy(update={"outcome": Outcome.PENDING, "decision": None})
    ended = status.model_copy(update={"outcome": Outcome.REJECTED, "decision": a_press()})
    assert labels(approval_card(ended)) == ["Details"]
    assert whole_question(ended) == whole_question(waiting)
    if "The rest doesn't fit" not in str(details_modal(ended, META).to_dict()):
        assert _unseen(waiting, details_modal(ended, META).to_dict()["blocks"]) == []


@examples(30, phases=[Phase.reuse, Phase.generate])
@given(cases=st.lists(CASES, min_size=1, max_size=2))
def test_lines_reminders_and_summaries_take_anything(cases: list[Case]) -> None:
    status = _approval(cases[0])
    _check_message(line_blocks(status, "main"))
    _check_text(waiting_line(status))
    for kind in (MessageKind.REMINDER, MessageKind.NUDGE):
        reminder = Reminder(status=status, number=1, kind=kind, by=ALICE)
        blocks = reminder_blocks(reminder, "main")
        _check_message(blocks)
        _check_text(reminder_text(reminder))
        assert ("Approve" in labels(blocks)) <= is_complete(status)
        if "Approve" in labels(blocks):
            assert _unseen(status, written(blocks)) == []
    many = [_approval(it, f"approval-{at:012}") for at, it in enumerate(cases * 13)]
    batch = Batch(origin=a_thread(), key="k", rows=tuple(many))
    _check_message(batch_blocks(batch, "main"))
    assert _strangers({"type": "mrkdwn", "text": batch_text(batch)}) == []


@examples(30, phases=[Phase.reuse, Phase.generate])
@given(cases=st.lists(CASES, min_size=1, max_size=2))
def test_dialogs_take_anything_and_approve_only_what_they_show(cases: list[Case]) -> None:
    rows = [_approval(it, f"approval-{at:012}") for at, it in enumerate(cases)]
    status = rows[0]
    builders = (reject_modal, changes_modal, hand_over_modal, details_modal, edit_modal)
    for build in builders:
        _check_view(build(status, META))
    for build in (review_modal, always_modal, break_glass_modal):
        view = build(status, META)
        _check_view(view)
        if view.submit:
            assert _unseen(status, view.to_dict()["blocks"]) == []
    view = approve_all_modal(rows, META)
    _check_view(view)
    ticked = read_ticked_digests(state_values(view.to_dict()["blocks"], {}))
    for row in rows:
        if row.id in ticked:
            assert is_complete(row)
