"""What is stored must stay readable: an approval may wait for longer than a release lives."""

import random
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, BOB, a_thread
from workflows.client import _APPROVAL_ID
from workflows.contracts import activity_inputs, approvals, core, decisions, rules
from workflows.contracts.activity_inputs import EphemeralMessage, Reply, StatusLine
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card, Posted
from workflows.contracts.core import (
    APPROVAL_ALPHABET,
    APPROVAL_ID_LENGTH,
    APPROVAL_PREFIX,
    AgentSpec,
    ArgumentField,
    Call,
    Message,
    Origin,
    Person,
    Prepared,
    ToolResult,
    ToolSpec,
)
from workflows.contracts.decisions import Decision, Execution, Outcome, Refusal, Refused, Via
from workflows.conversation import memory
from workflows.conversation.memory import Memory
from workflows.listing import rows
from workflows.listing.rows import PendingApproval

PERSON = '{"team":"T0ACME","user":"U0ALICE","name":"alice"}'
ORIGIN = '{"kind":"slack","team":"T0ACME","channel":"C0OPS","id":"1.000100"}'
FIELD = '{"name":"item","value":"widget"}'
MESSAGE = f'{{"id":"Ev1","ts":"1.0","author":{PERSON},"text":"hi","files":["a.pdf"]}}'
DECISION = (
    f'{{"id":"1.0:U0BOB","at":"2026-11-23T12:00:00Z","via":"button","by":{PERSON},'
    '"reason":"ok","channel":"C0OPS","card":"2.0"}'
)
REFUSED = f'{{"why":"closed","at":"2026-11-23T12:00:00Z","decision":{DECISION},"detail":"(1,)"}}'
CALL = (
    '{"id":"call_1","tool":"place_order","arguments":"{}",'
    f'"origin":{ORIGIN},"requester":{PERSON},"approval":"approval-1"}}'
)
PREPARED = (
    f'{{"problem":"","title":"Place","summary":"Order 1","fields":[{FIELD}],'
    '"cost":"€1.00","reason":"low","agent":"Buyer"}'
)
RULE = '{"name":"orders"}'
REQUEST = f'{{"call":{CALL},"prepared":{PREPARED},"asked_at":"2026-11-23T12:00:00Z","rule":{RULE}}}'
POSTED = (
    f'{{"kind":"reminder","channel":"D0BOB","ts":"2.0","user":"U0BOB","number":1,"by":{PERSON}}}'
)
CARD = '{"channel":"C0OPS","ts":"2.0","permalink":"https://a.test/2","source":"https://a.test/1"}'
TOOL = (
    '{"name":"act","description":"Act.","parameters":{"type":"object"},'
    '"needs_approval":true,"title":"Act","status":"is acting…"}'
)
GOLDEN: dict[type[BaseModel], str] = {
    Person: PERSON,
    Origin: ORIGIN,
    Message: MESSAGE,
    Decision: DECISION,
    Refused: REFUSED,
    ArgumentField: FIELD,
    Call: CALL,
    Prepared: PREPARED,
    ToolResult: '{"ok":true,"text":"done"}',
    ApprovalRequest: REQUEST,
    Card: CARD,
    Posted: POSTED,
    ApprovalStatus: (
        f'{{"id":"approval-1","request":{REQUEST},"outcome":"approved","decision":{DECISION},'
        f'"execution":"done","result":"#1","card":{CARD},"refused":[{REFUSED}],"edition":2,'
        f'"reminders":[{POSTED}]}}'
    ),
    ToolSpec: TOOL,
    AgentSpec: f'{{"name":"B","instructions":"Buy.","model":"m","tools":[{TOOL}]}}',
    Reply: f'{{"origin":{ORIGIN},"key":"k","markdown":"**hi**","at":"2026-11-23T12:00:00Z"}}',
    StatusLine: f'{{"origin":{ORIGIN},"text":"is thinking…"}}',
    EphemeralMessage: (f'{{"to":{PERSON},"origin":{ORIGIN},"notice":{{"code":"nudged"}}}}'),
    Memory: (
        f'{{"origin":{ORIGIN},"items":[{{"role":"user","content":"hi"}}],"seen":["Ev1"],'
        f'"turns":3,"inbox":[{MESSAGE}]}}'
    ),
    PendingApproval: (
        '{"id":"approval-1","asked_at":"2026-11-23T12:00:00Z","tool":"act","title":"Act",'
        f'"summary":"Act","requester":{PERSON},"origin":{ORIGIN},"permalink":"https://a.test"}}'
    ),
}
"""Every model as release 0.1 wrote it. Lines are added here, never changed."""
LEAST: dict[type[BaseModel], str] = {
    Person: '{"team":"T0ACME","user":"U0ALICE"}',
    Message: f'{{"id":"Ev1","ts":"1.0","author":{PERSON},"text":"hi"}}',
    Decision: '{"id":"1","at":"2026-11-23T12:00:00Z","via":"operator"}',
    Refused: '{"why":"malformed","at":"2026-11-23T12:00:00Z"}',
    Prepared: "{}",
    Card: '{"channel":"C0OPS","ts":"2.0"}',
    Posted: '{"kind":"card","channel":"C0OPS","ts":"2.0"}',
    ApprovalStatus: f'{{"id":"approval-1","request":{REQUEST}}}',
    Memory: f'{{"origin":{ORIGIN}}}',
    PendingApproval: '{"id":"approval-1","asked_at":"2026-11-23T12:00:00Z"}',
}
"""What has always been needed; a field that is added needs a default."""


def _models() -> set[type[BaseModel]]:
    modules = (activity_inputs, approvals, core, decisions, memory, rows, rules)
    found = (it for module in modules for it in vars(module).values() if isinstance(it, type))
    return {it for it in found if issubclass(it, BaseModel) and it is not BaseModel}


def _read(model: type[Any], json: str) -> Any:
    """As Temporal reads it from a history."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=json.encode())
    return pydantic_data_converter.payload_converter.from_payload(payload, model)


def _as_far_as(stored: Any, read: Any) -> Any:
    """What was read, without the fields that later releases added, however deep."""
    if isinstance(stored, dict) and isinstance(read, dict):
        return {key: _as_far_as(stored[key], read[key]) for key in stored if key in read}
    if isinstance(stored, list) and isinstance(read, list) and len(stored) == len(read):
        return [_as_far_as(old, new) for old, new in zip(stored, read, strict=True)]
    return read


def test_no_model_that_histories_hold_is_gone() -> None:
    assert set(GOLDEN) <= _models()


@pytest.mark.parametrize("model", GOLDEN, ids=lambda it: it.__name__)
def test_what_the_first_release_stored_is_still_read_whole(model: type[BaseModel]) -> None:
    stored = _read(dict, GOLDEN[model])
    read = _read(model, GOLDEN[model]).model_dump(mode="json")
    assert _as_far_as(stored, read) == stored


@pytest.mark.parametrize("model", LEAST, ids=lambda it: it.__name__)
def test_no_field_became_necessary(model: type[BaseModel]) -> None:
    assert isinstance(_read(model, LEAST[model]), model)


@pytest.mark.parametrize("model", GOLDEN, ids=lambda it: it.__name__)
def test_what_a_newer_release_adds_does_not_disturb(model: type[BaseModel]) -> None:
    newer = GOLDEN[model].removesuffix("}") + ',"from_the_future":{"a":[1]}}'
    assert _read(model, newer) == _read(model, GOLDEN[model])


@pytest.mark.parametrize("model", GOLDEN, ids=lambda it: it.__name__)
def test_nothing_that_is_stored_can_be_changed(model: type[BaseModel]) -> None:
    assert model.model_config.get("frozen") is True


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (Outcome, ("pending", "approved", "rejected", "failed to ask")),
        (Execution, ("not started", "running", "done", "failed")),
        (Via, ("button", "operator")),
        (Refusal, ("closed", "stale_card", "malformed")),
    ],
    ids=["Outcome", "Execution", "Via", "Refusal"],
)
def test_words_that_histories_hold_are_never_taken_back(
    enum: type[StrEnum], values: tuple[str, ...]
) -> None:
    assert set(values) <= {str(it) for it in enum}


def test_names_by_which_running_workflows_are_reached_stay() -> None:
    assert core.DECIDE_SIGNAL == "fulfill_order_signal"
    assert (core.SAY_SIGNAL, core.CARD_LOST_SIGNAL) == ("say", "card_lost")
    assert core.STATUS_QUERY == "status"
    assert core.APPROVAL_WORKFLOW == "ApprovalWorkflow"
    assert core.CONVERSATION_WORKFLOW == "ConversationWorkflow"
    thread = slack_thread("T1", "C1", "1.2")
    assert thread.workflow_id == "conversation-T1-C1-1.2"


def test_ids_survive_being_read_aloud_and_are_known_as_ids() -> None:
    assert len(set(APPROVAL_ALPHABET)) == len(APPROVAL_ALPHABET) == 32
    assert not set("ilou") & set(APPROVAL_ALPHABET)
    letters = "".join(random.Random(0).choices(APPROVAL_ALPHABET, k=APPROVAL_ID_LENGTH))
    assert _APPROVAL_ID.fullmatch(APPROVAL_PREFIX + letters)


@pytest.mark.parametrize("value", ["", "approval-", "conversation-T1-C1-1.0", "approval-A", "x"])
def test_nothing_else_is_taken_for_an_id(value: str) -> None:
    assert not _APPROVAL_ID.fullmatch(value)


def test_the_same_call_has_one_key_and_two_approvals_have_two() -> None:
    call = Call(id="0", tool="act", arguments="{}", origin=a_thread(), requester=ALICE)
    first, second = (
        call.model_copy(update={"approval": it}) for it in ("approval-1", "approval-2")
    )
    assert first.key == first.model_copy().key
    assert len({call.key, first.key, second.key}) == 3


def test_a_person_is_an_account_and_not_a_name() -> None:
    assert ALICE.same_as(ALICE.model_copy(update={"name": "renamed"}))
    assert ALICE.same_as(ALICE.model_copy(update={"team": "T0BRANCH"}))
    assert not ALICE.same_as(BOB)
    assert not ALICE.same_as(None)
