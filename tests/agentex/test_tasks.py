"""What a task shows: answers, calls and approvals, each once, whatever the backend does."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from countersign.agentex.client import KEY_HEADER
from countersign.agentex.messages import TaskMessages
from countersign.slack.directory import Directory
from tests.agentex.standin_support import client
from tests.agentex.tasks_support import (
    ALICE,
    ARGUMENTS,
    BOB,
    BY_FINANCE,
    CAROL,
    ID,
    IN_SLACK,
    NOWHERE,
    Tasks,
    a_decision,
    tasks,
    tried,
)
from tests.support.builders import NOON
from worker.agentex.no_slack import NoSlack
from worker.agentex.tasks import TEXT_LIMIT, AgentexTasks
from workflows.contracts.activity_inputs import Batch, EphemeralMessage, StatusLine
from workflows.contracts.core import ToolResult
from workflows.contracts.decisions import (
    CountedVote,
    Execution,
    Outcome,
    Refusal,
    Refused,
    Stop,
    Via,
)
from workflows.contracts.notices import Notice, NoticeCode
from workflows.contracts.rules import Panel, People, Rule

ENDED_AT = NOON + timedelta(minutes=5)
LOST: list[Mapping[str, Any]] = [
    {"kind": "http_500", "when": "before", "count": 2},
    {"kind": "http_503", "when": "after"},
    {"kind": "http_429", "when": "after", "count": 2},
    {"kind": "drop", "when": "after"},
    {"kind": "drop", "when": "before"},
]
LOST_IDS = [f"{it['kind']} {it['when']}" for it in LOST]


@pytest_asyncio.fixture
async def it() -> AsyncGenerator[Tasks]:
    async with tasks() as made:
        yield made


class TestAnswers:
    async def test_an_answer_is_a_message_of_the_agent_in_markdown(self, it: Tasks):
        await tried(it.surface.post_reply, it.reply("**Done**, <@U0BOB> was asked."))
        [message] = await it.messages()
        assert message["content"] == "**Done**, @U0BOB was asked."
        assert (message["author"], message["format"]) == ("agent", "markdown")

    @pytest.mark.parametrize("fault", LOST, ids=LOST_IDS)
    async def test_it_is_there_once_whatever_fails(self, it: Tasks, fault: Mapping[str, Any]):
        await it.at.people.fail("messages.create", **fault)
        outcome = await tried(it.surface.post_reply, it.reply("Done."))
        assert outcome.error is None
        assert outcome.attempts > 1
        assert await it.texts() == ["Done."]

    async def test_another_activity_that_posts_it_again_finds_it(self, it: Tasks):
        await tried(it.surface.post_reply, it.reply("Done."))
        await tried(it.surface.post_reply, it.reply("Done.", again=True))
        assert await it.texts() == ["Done."]

    async def test_the_same_answer_to_another_message_is_another(self, it: Tasks):
        await tried(it.surface.post_reply, it.reply("Done."))
        later = NOON + timedelta(seconds=1)
        await tried(it.surface.post_reply, it.reply("Done.", at=later, again=True))
        assert await it.texts() == ["Done.", "Done."]

    async def test_answers_stand_in_the_order_in_which_they_came_to_be_said(self, it: Tasks):
        late = it.reply("second", at=NOON + timedelta(seconds=1))
        await tried(it.surface.post_reply, late)
        await tried(it.surface.post_reply, it.reply("first"))
        assert await it.texts() == ["first", "second"]

    async def test_while_the_backend_is_away_nothing_is_lost(self, it: Tasks):
        await it.at.sandbox.public.go_away()
        away = await tried(it.surface.post_reply, it.reply("Done."), most=3)
        assert away.error is not None
        assert (away.error.type, away.error.non_retryable) == ("agentex_away", False)
        await it.at.sandbox.public.come_back()
        await tried(it.surface.post_reply, it.reply("Done."), first=4)
        assert await it.texts() == ["Done."]

    async def test_our_own_words_follow_the_models(self, it: Tasks):
        notice = Notice(code=NoticeCode.TOO_MANY_MESSAGES, count=3)
        await tried(it.surface.post_reply, it.reply("Hello.", notices=(notice,)))
        [text] = await it.texts()
        assert text.startswith("Hello.\n\nToo many messages")

    async def test_help_sends_nobody_to_a_button(self, it: Tasks):
        help_ = Notice(code=NoticeCode.HELP)
        await tried(it.surface.post_reply, it.reply("", notices=(help_,)))
        [text] = await it.texts()
        assert "Slack" not in text
        assert "somebody else has to approve" in text

    @pytest.mark.parametrize("nothing", ["", "  \n", "\u200b"], ids=["empty", "spaces", "hidden"])
    async def test_where_nothing_can_be_seen_something_is_said(self, it: Tasks, nothing: str):
        otherwise = Notice(code=NoticeCode.SILENT)
        await tried(it.surface.post_reply, it.reply(nothing, otherwise=otherwise))
        [text] = await it.texts()
        assert "no answer" in text

    async def test_a_very_long_answer_is_one_message_with_a_mark(self, it: Tasks):
        await tried(it.surface.post_reply, it.reply("€" * 200_000))
        [text] = await it.texts()
        assert len(text.encode()) <= TEXT_LIMIT
        assert "are left out]" in text

    async def test_half_a_character_does_not_stop_an_answer(self, it: Tasks):
        await tried(it.surface.post_reply, it.reply("odd \ud800\0 text"))
        assert await it.texts() == ["odd \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} text"]

    async def test_a_task_that_is_not_there_is_final(self, it: Tasks):
        gone = it.origin.model_copy(update={"id": "00000000-0000-0000-0000-000000000000"})
        outcome = await tried(
            it.surface.post_reply, it.reply("Done.").model_copy(update={"origin": gone})
        )
        assert outcome.error is not None
        assert (outcome.error.type, outcome.attempts) == ("agentex_404", 1)

    async def test_a_wrong_key_is_tried_again_and_says_so(self, it: Tasks):
        async with client(it.at.sandbox, "wrong") as sdk:
            assert sdk.default_headers[KEY_HEADER] == "wrong"
            surface = AgentexTasks(TaskMessages(sdk), Directory(NoSlack()))
            outcome = await tried(surface.post_reply, it.reply("Done."), most=2)
        assert outcome.error is not None
        assert outcome.error.type == "agentex_401"
        assert "AGENT_API_KEY" in outcome.error.message
        assert outcome.error.next_retry_delay == timedelta(minutes=1)

    async def test_what_is_for_one_person_is_said_in_the_task_once(self, it: Tasks):
        refused = Refused(
            why=Refusal.OWN_REQUEST, at=NOON, decision=a_decision(ALICE, via=Via.PROMPT)
        )
        notice = Notice(code=NoticeCode.REFUSED, refused=refused, status=it.status())
        ephemeral = EphemeralMessage(to=ALICE, origin=it.origin, notice=notice)
        await it.at.people.fail("messages.create", "drop", when="after")
        outcome = await tried(it.surface.post_ephemeral, ephemeral)
        [text] = await it.texts()
        assert outcome.attempts == 2
        assert "Bob or @Carol" in text

    async def test_a_typed_approval_is_told_that_words_decide_nothing(self, it: Tasks):
        ephemeral = EphemeralMessage(
            to=ALICE, origin=it.origin, notice=Notice(code=NoticeCode.PRESS_HERE)
        )
        await tried(it.surface.post_ephemeral, ephemeral)
        [text] = await it.texts()
        assert "decide nothing" in text
        assert "Press" not in text

    async def test_there_is_no_status_line_and_no_summary(self, it: Tasks):
        await it.surface.show_status(StatusLine(origin=it.origin, text="is thinking…"))
        batch = Batch(origin=it.origin, key="k", rows=())
        assert await it.surface.show_batch(batch)
        assert await it.messages() == []


class TestLink:
    async def test_it_opens_the_task_on_the_page(self):
        async with tasks("http://localhost:3000") as it:
            address = f"http://localhost:3000/?agent_name={it.at.name}&task_id={it.origin.id}"
            assert await it.surface.link(it.origin) == address

    async def test_without_a_page_there_is_none(self, it: Tasks):
        assert await it.surface.link(it.origin) == ""


class TestFreeCalls:
    AT = datetime(2026, 11, 23, 12, 0, 1, 234567, tzinfo=UTC)

    async def test_a_call_and_its_result_belong_together(self, it: Tasks):
        call = it.call(tool="check_budget")
        await tried(it.surface.show_call, call, self.AT, '{"quarter": 4}')
        await tried(it.surface.show_result, call, self.AT, ToolResult(ok=True, text="€1.00 left"))
        asked, answered = await it.messages()
        assert (asked["name"], asked["arguments"]) == ("check_budget", {"quarter": 4})
        assert asked["tool_call_id"] == answered["tool_call_id"]
        assert (answered["content"], answered["is_error"]) == ("€1.00 left", False)

    async def test_a_retry_shows_neither_twice(self, it: Tasks):
        call = it.call()
        await it.at.people.fail("messages.create", "drop", when="after")
        await tried(it.surface.show_call, call, self.AT, "{}")
        await it.at.people.fail("messages.create", "drop", when="after")
        failed = ToolResult(ok=False, text="no stock")
        await tried(it.surface.show_result, call, self.AT, failed)
        assert [message["type"] for message in await it.messages()] == [
            "tool_request",
            "tool_response",
        ]
        assert (await it.messages("tool_response"))[0]["is_error"] is True

    async def test_a_call_id_that_comes_again_in_another_turn_is_another_call(self, it: Tasks):
        for seconds in range(2):
            at = self.AT + timedelta(seconds=seconds)
            await tried(it.surface.show_call, it.call(id="call_0"), at, "{}", first=2)
        ids = {message["tool_call_id"] for message in await it.messages()}
        assert len(ids) == 2

    @pytest.mark.parametrize("arguments", ["", "[1]", "{", '{"a": 1}'])
    async def test_whatever_the_arguments_are_they_are_an_object(self, it: Tasks, arguments: str):
        outcome = await tried(it.surface.show_call, it.call(), self.AT, arguments)
        assert outcome.error is None
        assert len(await it.messages("tool_request")) == 1


class TestApprovals:
    async def test_what_waits_is_a_call_and_a_line(self, it: Tasks):
        status = it.status(deadline=NOON + timedelta(days=1))
        shown = await tried(it.surface.show_approval, status, IN_SLACK)
        request, line = await it.messages()
        assert request["type"] == "tool_request"
        assert request["tool_call_id"] == f"{ID}/call_1"
        assert request["arguments"] == {"sku": "widget", "quantity": 100, "token": "••••"}
        text = line["content"]
        assert "**Waiting for approval:** Order 100 widgets" in text
        assert "Needs @Bob, @Carol" in text
        assert "[card](https://acme.slack.test/p5) in #finance" in text
        assert " · decide by 2026-11-24 12:00 UTC · `" in text
        assert "temporal workflow" not in text
        assert shown.result.line
        assert "hunter2" not in str(await it.messages())

    async def test_without_a_card_it_says_how_to_decide(self, it: Tasks):
        await tried(it.surface.show_approval, it.status(), NOWHERE)
        [text] = await it.texts()
        assert f"`countersign approve {ID}`" in text
        assert f"`countersign reject {ID}`" in text
        command = (
            f"temporal workflow signal --workflow-id={ID} --name=fulfill_order_signal --input=true"
        )
        assert command in text
        assert "unknown_method" not in text

    async def test_a_card_that_slack_refuses_is_told_with_the_reason(self, it: Tasks):
        card = NOWHERE.model_copy(update={"problems": ("C0FINANCE: not_in_channel",)})
        await tried(it.surface.show_approval, it.status(), card)
        [text] = await it.texts()
        assert "could not be posted (C0FINANCE: not\\_in\\_channel)" in text
        assert f"countersign approve {ID}" in text

    async def test_where_no_operator_may_decide_none_is_told_to(self, it: Tasks):
        rule = BY_FINANCE.model_copy(update={"operator": False})
        await tried(it.surface.show_approval, it.status(rule), NOWHERE)
        [text] = await it.texts()
        assert "countersign approve" not in text
        assert "no decision from outside Slack" in text

    async def test_several_approvers_are_counted(self, it: Tasks):
        rule = Rule(
            name="big",
            panels=(Panel(who=People(users=("U0BOB", "U0CAROL")), needed=2),),
            names=BY_FINANCE.names,
        )
        vote = CountedVote(decision=a_decision(BOB))
        status = it.status(rule, votes=(vote,), counted=1)
        await tried(it.surface.show_approval, status, IN_SLACK)
        [text] = await it.texts()
        assert "Needs 2 of @Bob, @Carol, has 1" in text

    @pytest.mark.parametrize("fault", LOST, ids=LOST_IDS)
    @pytest.mark.parametrize("route", ["messages.create", "messages.update", "messages.list"])
    async def test_every_message_is_there_once_whatever_fails(
        self, it: Tasks, route: str, fault: Mapping[str, Any]
    ):
        await it.at.people.fail(route, **fault)
        first = await tried(it.surface.show_approval, it.status(), IN_SLACK)
        assert first.error is None
        await it.at.people.fail(route, **fault)
        done = self._done(it, card=first.result)
        last = await tried(it.surface.show_approval, done, first.result)
        assert last.error is None
        await tried(it.surface.show_approval, done, first.result)
        kinds = [message["type"] for message in await it.messages()]
        assert kinds == ["tool_request", "text", "tool_response"]
        assert last.result == first.result

    async def test_what_was_not_heard_of_when_it_was_asked_is_shown_later_once(self, it: Tasks):
        await it.at.people.fail("messages.create", "drop", when="after", count=2)
        await tried(it.surface.show_approval, it.status(), IN_SLACK, most=2)
        kinds = [message["type"] for message in await it.messages()]
        assert kinds == ["tool_request", "text"]
        counted = it.status(card=IN_SLACK, counted=1)
        other = IN_SLACK.model_copy(update={"permalink": ""})
        await tried(it.surface.show_approval, counted, other)
        assert [message["type"] for message in await it.messages()] == kinds
        assert "card in #finance" in (await it.texts())[0]

    async def test_approvals_of_one_moment_have_a_line_each(self, it: Tasks):
        one = it.status()
        two = one.model_copy(update={"id": "approval-zzzzzzzzzzzz"})
        both = (tried(it.surface.show_approval, status, IN_SLACK) for status in (one, two))
        shown = await asyncio.gather(*both)
        lines = {outcome.result.line for outcome in shown}
        assert len(lines) == len(await it.texts()) == 2
        again = it.status(card=IN_SLACK)
        found = await tried(it.surface.show_approval, again, IN_SLACK)
        assert found.result.line == shown[0].result.line

    async def test_approved_and_done(self, it: Tasks):
        first = await tried(it.surface.show_approval, it.status(), IN_SLACK)
        await tried(it.surface.show_approval, self._done(it, card=first.result), first.result)
        _, line, response = await it.messages()
        assert line["content"].startswith("✅ **Approved by Bob:** Order 100 widgets")
        assert "☑️ Done: Order #7 placed." in line["content"]
        assert "Waiting" not in line["content"]
        assert (response["content"], response["is_error"]) == ("Order #7 placed.", False)
        assert response["tool_call_id"] == f"{ID}/call_1"

    async def test_while_it_runs_there_is_no_result(self, it: Tasks):
        running = self._done(it, execution=Execution.RUNNING, result="")
        await tried(it.surface.show_approval, running, IN_SLACK)
        assert [message["type"] for message in await it.messages()] == ["tool_request", "text"]
        assert "Running…" in (await it.texts())[0]

    @pytest.mark.parametrize(
        ("execution", "said"),
        [(Execution.FAILED, "Failed: no stock"), (Execution.UNKNOWN, "may have been done")],
    )
    async def test_approved_and_not_done_is_an_error(
        self, it: Tasks, execution: Execution, said: str
    ):
        status = self._done(it, execution=execution, result="no stock")
        await tried(it.surface.show_approval, status, IN_SLACK)
        [response] = await it.messages("tool_response")
        assert response["is_error"] is True
        assert said in (await it.texts())[0]

    async def test_who_approved_is_named_all_of_them(self, it: Tasks):
        votes = (CountedVote(decision=a_decision(BOB)), CountedVote(decision=a_decision(CAROL)))
        await tried(
            it.surface.show_approval,
            self._done(it, votes=votes, decision=votes[1].decision),
            IN_SLACK,
        )
        assert "**Approved by Bob and Carol:**" in (await it.texts())[0]

    async def test_an_operator_is_called_one(self, it: Tasks):
        decision = a_decision(None, via=Via.OPERATOR)
        await tried(it.surface.show_approval, self._done(it, decision=decision), NOWHERE)
        assert "**Approved by an operator:**" in (await it.texts())[0]

    async def test_changes_of_an_approver_are_told(self, it: Tasks):
        status = it.status()
        fewer = status.request.prepared.model_copy(update={"summary": "Order 50 widgets"})
        edited = self._done(it, effective=status.call, prepared=fewer)
        await tried(it.surface.show_approval, edited, IN_SLACK)
        [text] = await it.texts()
        assert "Order 50 widgets" in text
        assert "With changes:" in text

    @pytest.mark.parametrize(
        ("outcome", "fields", "said"),
        [
            (
                Outcome.REJECTED,
                {"decision": a_decision(CAROL, reason="too many")},
                "⛔ **Rejected by Carol:** Order 100 widgets for €4,120.00 · “too many”",
            ),
            (Outcome.WITHDRAWN, {"decision": a_decision(ALICE)}, "**Withdrawn by alice"),
            (Outcome.EXPIRED, {}, "⌛ **Expired:**"),
            (
                Outcome.CHANGES_REQUESTED,
                {"decision": a_decision(BOB, reason="fewer")},
                "**Changes requested by Bob:**",
            ),
            (
                Outcome.SUPERSEDED,
                {"replaced_by": "approval-2"},
                "Replaced: there is a new request in its place.",
            ),
            (Outcome.STOPPED, {"stop": Stop.TERMINATED}, "ended by an operator"),
            (Outcome.FAILED_TO_ASK, {}, "nobody was asked"),
        ],
        ids=lambda it: str(it) if isinstance(it, Outcome) else "",
    )
    async def test_every_other_end(
        self, it: Tasks, outcome: Outcome, fields: dict[str, Any], said: str
    ):
        status = it.status(outcome=outcome, ended_at=ENDED_AT, **fields)
        await tried(it.surface.show_approval, status, IN_SLACK)
        [text] = await it.texts()
        [response] = await it.messages("tool_response")
        assert said in text
        assert "Nothing was done." in text
        assert response["is_error"] is True
        assert "Nothing was done." in response["content"]

    async def test_what_was_allowed_by_itself_is_shown_at_its_end(self, it: Tasks):
        rule = BY_FINANCE.model_copy(update={"auto_approve": True})
        decision = a_decision(None, via=Via.RULE)
        status = self._done(it, rule=rule, decision=decision)
        await tried(it.surface.show_automatic, status)
        await tried(it.surface.show_automatic, status)
        kinds = [message["type"] for message in await it.messages()]
        assert kinds == ["tool_request", "tool_response"]

    async def test_where_the_task_is_gone_the_card_is_enough(self, it: Tasks):
        gone = it.origin.model_copy(update={"id": "00000000-0000-0000-0000-000000000000"})
        call = it.call(origin=gone, approval=ID)
        status = it.status()
        request = status.request.model_copy(update={"call": call})
        status = status.model_copy(update={"request": request})
        shown = await tried(it.surface.show_approval, status, IN_SLACK)
        assert shown.result.problems == ("task: agentex_404",)
        unseen = await tried(it.surface.show_approval, status, NOWHERE)
        assert unseen.error is not None
        assert unseen.error.non_retryable

    @pytest.mark.parametrize(
        ("evil", "shown"),
        [
            ("<!channel> <@U0BOB>", "\\<!channel\\> \\<@U0BOB\\>"),
            ("![x](http://evil.test/p.png)", "!\\[x\\](http\\://evil.test/p.png)"),
            ("**Approved by Bob:** all", "\\*\\*Approved by Bob:\\*\\* all"),
            ("a\n\n# Approved\n---", "a # Approved ---"),
            ("`x` www.evil.test", "\\`x\\` www\\.evil.test"),
            ("right \u202eto left", "right to left"),
            ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)\\>"),
        ],
    )
    async def test_what_others_wrote_is_shown_as_it_is(self, it: Tasks, evil: str, shown: str):
        status = it.status()
        prepared = status.request.prepared.model_copy(update={"summary": evil})
        request = status.request.model_copy(update={"prepared": prepared})
        decision = a_decision(CAROL, reason=evil)
        ended = {"outcome": Outcome.REJECTED, "decision": decision, "ended_at": ENDED_AT}
        for fields in ({}, ended):
            await tried(
                it.surface.show_approval,
                status.model_copy(update={"request": request, **fields}),
                IN_SLACK,
            )
        for text in await it.texts():
            assert shown in text
            assert evil not in text

    async def test_the_result_of_a_call_is_data_and_has_no_escapes(self, it: Tasks):
        decision = a_decision(CAROL.model_copy(update={"name": "C_arol*"}), reason="<b> & *so*")
        status = it.status(outcome=Outcome.REJECTED, decision=decision, ended_at=ENDED_AT)
        await tried(it.surface.show_approval, status, IN_SLACK)
        [response] = await it.messages("tool_response")
        assert response["content"].startswith("Rejected by C_arol*: <b> & *so*.")

    async def test_a_name_that_somebody_chose_is_no_markup(self, it: Tasks):
        rule = BY_FINANCE.model_copy(update={"names": {"U0BOB": "**Bob** [x](http://e.test)"}})
        await tried(it.surface.show_approval, it.status(rule), IN_SLACK)
        assert "@\\*\\*Bob\\*\\* \\[x\\](http\\://e.test)" in (await it.texts())[0]

    def _done(self, it: Tasks, rule: Rule = BY_FINANCE, **fields: Any) -> Any:
        given = {
            "outcome": Outcome.APPROVED,
            "execution": Execution.DONE,
            "result": "Order #7 placed.",
            "decision": a_decision(BOB),
            "ended_at": ENDED_AT,
        }
        return it.status(rule, **(given | fields))


def test_the_builder_of_these_tests_masks_what_is_secret() -> None:
    assert "hunter2" not in ARGUMENTS
