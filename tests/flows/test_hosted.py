"""Tools that the model's provider runs, under the gate like all others, on a real Temporal."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from agents import Agent, HostedMCPTool, function_tool
from temporalio.client import Client

from countersign.messages.endings import verdict
from countersign.messages.faults import NOT_TWICE
from countersign.messages.notices import in_plain_markdown
from countersign.messages.voice import MarkdownVoice
from tests.flows.flow import Flow, a_rule, at_work
from tests.flows.own_agent import OwnAgent, at_work_with, ran
from tests.support.builders import ALICE
from tests.support.histories import written_of
from tests.support.scripted_model import Answer, asks_to_run, calls, says, together, was_run
from workflows.client import ApprovalClosedError
from workflows.contracts.core import StopRequest
from workflows.contracts.decisions import Execution, Outcome, Refusal, Verb
from workflows.contracts.notices import Notice, NoticeCode
from workflows.contracts.rules import Ruling, Verdict

TOKEN = "Bearer-of-the-deploys-server"
SECRET_PATH = "https://mcp.example.com/a-path-that-is-a-key/mcp"
ROLL_BACK = asks_to_run("roll_back", '{"service": "shop"}')


def deploys(**more: Any) -> HostedMCPTool:
    config: Any = {
        "type": "mcp",
        "server_label": "deploys",
        "server_url": SECRET_PATH,
        "require_approval": "always",
        "authorization": TOKEN,
        "headers": {"X-Key": TOKEN},
        **more,
    }
    return HostedMCPTool(tool_config=config)


@function_tool(needs_approval=True)
def restart(service: str) -> str:
    """Restart a service."""
    return f"restarted {service}"


def an_agent(**more: Any) -> Agent[Any]:
    return Agent[Any](name="Deployer", tools=[deploys(**more), restart])


@asynccontextmanager
async def deploying(temporal: Client, *answers: Answer) -> AsyncGenerator[Flow]:
    async with at_work_with(temporal, an_agent(), *answers) as flow:
        yield flow


@asynccontextmanager
async def deploying_again(flow: Flow, **changed: Any) -> AsyncGenerator[None]:
    """Another worker for the same thread, whose agent is the same but for its server's settings."""
    own = OwnAgent(an_agent(**changed))
    flow.agent, flow.beside, flow.hosted = own, (own.code,), own.hosted.by_ref
    async with at_work(flow):
        yield


def notices(flow: Flow) -> list[Notice]:
    """All that was said in the thread beside the model's words."""
    return [notice for reply in flow.threads.posted for notice in reply.notices]


def replies(flow: Flow) -> list[Mapping[str, Any]]:
    """What the provider was last answered."""
    return [it for it in flow.script.given[-1] if it.get("type") == "mcp_approval_response"]


async def test_the_provider_is_let_run_what_was_approved_and_no_secret_is_kept(
    temporal: Client,
) -> None:
    done = together(was_run(ROLL_BACK, "rolled back"), says("Rolled back."))
    async with deploying(temporal, together(ROLL_BACK), done) as flow:
        id_ = await flow.ask("roll the shop back")
        shown = flow.cards.of(id_).shown
        assert [(it.name, it.value) for it in shown.fields][:2] == [
            ("service", "shop"),
            ("server", "deploys at mcp.example.com"),
        ]
        assert "cannot be promised" in shown.fields[-1].value
        await flow.vote(id_)

        assert await flow.answered() == "Rolled back."
        card = await flow.settled(id_)
        assert (card.call.tool, card.outcome) == ("deploys.roll_back", Outcome.APPROVED)
        assert (card.execution, card.result) == (Execution.PASSED_ON, "")
        (sent,) = (it for it in flow.script.given[-1] if it.get("type") == "mcp_approval_request")
        assert sent["arguments"] == ROLL_BACK.arguments
        assert replies(flow) == [
            {
                "type": "mcp_approval_response",
                "approval_request_id": ROLL_BACK.id,
                "approve": True,
            }
        ]
        (tool,) = (it for it in flow.script.tools[-1] if isinstance(it, HostedMCPTool))
        assert tool.tool_config.get("authorization") == TOKEN
        assert tool.tool_config.get("server_url") == SECRET_PATH
        assert ran(flow) == []
        assert await flow.failed_tasks() == []
        stored = await written_of(temporal, flow.thread.workflow_id, id_)
        assert "roll_back" in stored
        assert TOKEN not in stored
        assert "a-path-that-is-a-key" not in stored


async def test_a_rejection_goes_back_with_its_reason(temporal: Client) -> None:
    answers = (together(ROLL_BACK), says("Bob said no."), says("Hello."))
    async with deploying(temporal, *answers) as flow:
        id_ = await flow.ask()
        await flow.vote(id_, approve=False, reason="not on a Friday")

        assert await flow.answered() == "Bob said no."
        (reply,) = replies(flow)
        assert (reply["approve"], reply["approval_request_id"]) == (False, ROLL_BACK.id)
        assert "not on a Friday" in reply["reason"]
        await flow.say("and now?")
        assert await flow.answered(2) == "Hello."
        assert replies(flow) == []
        assert "not on a Friday" in flow.outputs[-1]


async def test_what_was_run_is_told_once_and_then_as_a_call_with_its_output(
    temporal: Client,
) -> None:
    done = together(was_run(ROLL_BACK, "rolled back to 41"), says("Done."))
    async with deploying(temporal, together(ROLL_BACK), done, says("It was 41.")) as flow:
        await flow.vote(await flow.ask())
        await flow.answered()
        await flow.renew()
        await flow.say("to which?")
        await flow.threads.until(lambda: flow.threads.replies[-1] == "It was 41.")

        given = flow.script.given[-1]
        assert not [it for it in given if str(it.get("type")).startswith("mcp_")]
        (call,) = (it for it in given if it.get("type") == "function_call")
        assert (call["name"], call["arguments"]) == ("deploys__roll_back", ROLL_BACK.arguments)
        assert flow.outputs == ["rolled back to 41"]


async def test_two_at_once_beside_a_call_of_our_own(temporal: Client) -> None:
    other = asks_to_run("scale", '{"service": "shop"}')
    asked = together(ROLL_BACK, calls(("restart", '{"service": "shop"}')), other)
    done = together(was_run(ROLL_BACK, "rolled back"), says("One of three."))
    async with deploying(temporal, asked, done) as flow:
        await flow.say("do it all")
        first, second, third = await flow.asked(3)
        assert [flow.cards.of(it).call.tool for it in (first, second, third)] == [
            "deploys.roll_back",
            "restart",
            "deploys.scale",
        ]
        await flow.vote(third, approve=False)
        await flow.vote(second)
        await flow.vote(first)

        assert await flow.answered() == "One of three."
        assert {it["approval_request_id"]: it["approve"] for it in replies(flow)} == {
            ROLL_BACK.id: True,
            other.id: False,
        }
        assert ran(flow) == [("", "restart")]
        assert await flow.failed_tasks() == []


async def test_the_worker_is_away_and_the_thread_renews_while_a_card_waits(
    temporal: Client,
) -> None:
    done = together(was_run(ROLL_BACK, "rolled back"), says("Rolled back."))
    async with deploying(temporal, together(ROLL_BACK), done) as flow:
        id_ = await flow.ask()
        await flow.renew()
    async with deploying_again(flow):
        await flow.vote(id_)
        await flow.threads.until(lambda: flow.threads.replies[-1] == "Rolled back.")
        assert [it["approve"] for it in replies(flow)] == [True]
        assert await flow.failed_tasks() == []


async def test_an_id_that_comes_again_is_another_request(temporal: Client) -> None:
    again = asks_to_run("drop_database", "{}", id_=ROLL_BACK.id)
    answers = (
        together(ROLL_BACK),
        together(was_run(ROLL_BACK, "rolled back"), again),
        says("Not dropped."),
    )
    async with deploying(temporal, *answers) as flow:
        await flow.vote(await flow.ask())
        _, second = await flow.asked(2)
        assert flow.cards.of(second).call.tool == "deploys.drop_database"
        await flow.vote(second, approve=False)

        assert await flow.answered() == "Not dropped."
        assert [it["approve"] for it in replies(flow)] == [False]


async def test_two_requests_under_one_id_are_an_answer_that_nobody_is_asked_about(
    temporal: Client,
) -> None:
    other = asks_to_run("drop_database", "{}", id_=ROLL_BACK.id)
    async with deploying(temporal, together(ROLL_BACK, other)) as flow:
        await flow.say("go")
        await flow.answered()
        assert flow.cards.ids == []
        assert notices(flow)[-1].code is NoticeCode.APOLOGY


async def test_it_cannot_be_edited_and_is_not_run_here(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("Hm.")) as flow:
        flow.policy.rule = a_rule(edit=True)
        id_ = await flow.ask()
        await flow.vote(id_, arguments='{"service": "blog"}')
        await flow.told()
        assert await flow.refusals(id_) == [Refusal.NO_EDITS]
        await flow.vote(id_, approve=False, verb=Verb.REQUEST_CHANGES, reason="the blog instead")
        await flow.answered()
        assert "the blog instead" in replies(flow)[0]["reason"]


async def test_what_expires_is_not_allowed_and_a_later_press_lets_nothing_run(
    temporal: Client,
) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("Nobody decided.")) as flow:
        flow.policy.rule = a_rule(expires_after=timedelta(seconds=1))
        id_ = await flow.ask()

        assert await flow.answered() == "Nobody decided."
        card = await flow.settled(id_)
        assert (card.outcome, card.execution) == (Outcome.EXPIRED, Execution.NOT_STARTED)
        (reply,) = replies(flow)
        assert (reply["approve"], reply["approval_request_id"]) == (False, ROLL_BACK.id)
        assert "EXPIRED: nobody answered by" in reply["reason"]
        assert "Nothing was done." in reply["reason"]
        assert verdict(card, MarkdownVoice()).endswith(
            "nobody decided in time and nothing was done."
        )
        with pytest.raises(ApprovalClosedError):
            await flow.vote(id_)
        assert len(flow.script.given) == 2
        assert await flow.failed_tasks() == []


async def test_withdrawn_it_is_not_allowed(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("Withdrawn.")) as flow:
        await flow.ask()
        await flow.say("cancel that")
        await flow.threads.until(lambda: "Withdrawn." in flow.threads.replies)
        assert [it["approve"] for it in replies(flow)] == [False]


async def test_what_the_provider_does_not_say_may_have_been_done(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("")) as flow:
        await flow.vote(await flow.ask())
        await flow.answered()
        notice = notices(flow)[-1]
        assert notice.code is NoticeCode.SILENT
        assert [it.execution for it in notice.effects] == [Execution.PASSED_ON]
        assert len(flow.script.given) == 2


async def test_an_answer_that_fails_is_not_asked_for_again(temporal: Client) -> None:
    answers = (together(ROLL_BACK), RuntimeError("broke off"), says("Look at the server."))
    async with deploying(temporal, *answers) as flow:
        await flow.vote(await flow.ask())
        await flow.answered()
        notice = notices(flow)[-1]
        assert notice.code is NoticeCode.APOLOGY
        assert [it.execution for it in notice.effects] == [Execution.PASSED_ON]
        assert len(flow.script.given) == 2
        told = in_plain_markdown(notice)
        assert told.startswith("This may have been done; check before you ask again:\n\n- Roll")
        assert NOT_TWICE in told
        assert "othing was done" not in told

        await flow.say("did it work?")
        assert await flow.answered(2) == "Look at the server."
        assert replies(flow) == []
        assert "MAY HAVE BEEN DONE: Roll back (deploys)." in str(flow.script.given[-1])


async def test_what_the_provider_runs_of_itself_is_said_at_once(temporal: Client) -> None:
    async with deploying(temporal, together(was_run(ROLL_BACK, "done"), says("Done."))) as flow:
        await flow.say("roll back")
        await flow.answered()
        codes = [it.code for it in notices(flow)]
        assert NoticeCode.RAN_UNASKED in codes
        assert flow.cards.ids == []


async def test_a_server_that_changes_while_it_waits_is_asked_about_anew(temporal: Client) -> None:
    done = together(was_run(ROLL_BACK, "rolled back"), says("Rolled back."))
    async with deploying(temporal, together(ROLL_BACK), done) as flow:
        first = await flow.ask()
    async with deploying_again(flow, server_url="https://other.example.com/mcp"):
        await flow.vote(first)
        _, second = await flow.asked(2)
        (change,) = flow.cards.of(second).request.changes
        assert (change.before, change.after) == (
            "deploys at mcp.example.com",
            "deploys at other.example.com",
        )
        await flow.vote(second)
        assert await flow.answered() == "Rolled back."
        assert [it["approve"] for it in replies(flow)] == [True]


async def test_a_rule_frees_a_tool_and_it_is_recorded_so(temporal: Client) -> None:
    done = together(was_run(ROLL_BACK, "rolled back"), says("Rolled back."))
    async with deploying(temporal, together(ROLL_BACK), done) as flow:
        flow.policy.rule = a_rule(auto_approve=True)
        await flow.say("roll back")
        assert await flow.answered() == "Rolled back."
        assert [it["approve"] for it in replies(flow)] == [True]
        (query,) = flow.policy.queries
        assert (query.call.tool, query.call.at_provider) == ("deploys.roll_back", True)
        assert query.prepared.asks


async def test_what_the_policy_denies_is_answered_with_why(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("It is forbidden.")) as flow:
        flow.policy.rulings = [Ruling(verdict=Verdict.DENY, because="Not on Fridays.")]
        await flow.say("roll back")
        await flow.answered()
        assert flow.cards.ids == []
        (reply,) = replies(flow)
        assert (reply["approve"], "Not on Fridays." in reply["reason"]) == (False, True)


@pytest.mark.parametrize(
    "arguments", ["no JSON", "[1]", '{"approval_reason": "why"}', '{"not_run_because": "x"}']
)
async def test_what_cannot_be_shown_as_it_is_asks_nobody(temporal: Client, arguments: str) -> None:
    request = asks_to_run("roll_back", arguments)
    async with deploying(temporal, together(request), says("That did not work.")) as flow:
        await flow.say("roll back")
        await flow.answered()
        assert flow.cards.ids == []
        assert [it["approve"] for it in replies(flow)] == [False]
        (sent,) = (it for it in flow.script.given[-1] if it.get("type") == "mcp_approval_request")
        assert sent["arguments"] == arguments


async def test_a_handoff_beside_it_comes_after_the_provider_was_told(temporal: Client) -> None:
    other = Agent[Any](name="Other")
    agent = Agent[Any](name="Deployer", tools=[deploys()], handoffs=[other])
    transfer = calls(("transfer_to_other", "{}"))
    answers = (
        together(ROLL_BACK, transfer),
        together(was_run(ROLL_BACK, "rolled back"), transfer),
        says("Other here."),
    )
    async with at_work_with(temporal, agent, *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "Other here."
        second, third = flow.script.given[1:]
        assert [it["approve"] for it in second if "approve" in it] == [True]
        assert "NOT HANDED OVER yet" in str(second)
        assert not [it for it in third if str(it.get("type")).startswith("mcp_")]
        assert await flow.failed_tasks() == []


async def test_an_answer_that_ends_it_waits_until_the_provider_was_told(temporal: Client) -> None:
    agent = Agent[Any](
        name="Deployer", tools=[deploys(), restart], tool_use_behavior="stop_on_first_tool"
    )
    asked = together(ROLL_BACK, calls(("restart", '{"service": "blog", "approval_reason": ""}')))
    done = together(was_run(ROLL_BACK, "rolled back"), says("Both are done."))
    async with at_work_with(temporal, agent, asked, done) as flow:
        await flow.say("do both")
        for id_ in await flow.asked(2):
            await flow.vote(id_)
        assert await flow.answered() == "Both are done."
        assert [it["approve"] for it in replies(flow)] == [True]


async def test_a_handoff_beside_what_was_rejected_comes_at_once(temporal: Client) -> None:
    other = Agent[Any](name="Other")
    agent = Agent[Any](name="Deployer", tools=[deploys()], handoffs=[other])
    asked = together(ROLL_BACK, calls(("transfer_to_other", "{}")))
    async with at_work_with(temporal, agent, asked, says("Other here.")) as flow:
        await flow.vote(await flow.ask(), approve=False, reason="no")
        assert await flow.answered() == "Other here."
        given = flow.script.given[-1]
        assert not [it for it in given if str(it.get("type")).startswith("mcp_")]
        assert "REJECTED" in str(given)


async def test_an_agent_that_is_called_as_a_tool_has_it_too(temporal: Client) -> None:
    inner = Agent[Any](name="Deployer", tools=[deploys()])
    outer = Agent[Any](name="Triage", tools=[inner.as_tool("deployer", "Deploys.")])
    answers = (
        calls(("deployer", '{"input": "roll back"}')),
        together(ROLL_BACK),
        together(was_run(ROLL_BACK, "rolled back"), says("Rolled back.")),
        says("The deployer did it."),
    )
    async with at_work_with(temporal, outer, *answers) as flow:
        id_ = await flow.ask()
        assert flow.cards.of(id_).shown.agent == "Deployer"
        await flow.renew()
        await flow.vote(id_)
        await flow.threads.until(lambda: flow.threads.replies[-1] == "The deployer did it.")
        assert "Rolled back." in str(flow.script.given[-1])
        assert await flow.failed_tasks() == []


async def test_an_inner_agent_whose_answer_is_lost_says_what_may_have_been_done(
    temporal: Client,
) -> None:
    inner = Agent[Any](name="Deployer", tools=[deploys()])
    outer = Agent[Any](name="Triage", tools=[inner.as_tool("deployer", "Deploys.")])
    ask = calls(("deployer", '{"input": "roll back"}'))
    answers = (ask, together(ROLL_BACK), RuntimeError("broke off"), says("Look at the server."))
    async with at_work_with(temporal, outer, *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == "Look at the server."
        (told,) = flow.outputs
        assert "NO ANSWER from Deployer" in told
        assert "MAY HAVE BEEN DONE: Roll back (deploys)." in told


async def test_a_turn_that_is_stopped_lets_nothing_run(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("Never said.")) as flow:
        id_ = await flow.ask()
        await flow.conversations.stop(flow.thread, StopRequest(id="s1", by=ALICE))
        await flow.settled(id_)
        await flow.answered()
        assert await flow.outcome(id_) is Outcome.WITHDRAWN
        assert len(flow.script.given) == 1
        assert [it.execution for it in notices(flow)[-1].effects] == [Execution.NOT_STARTED]


async def test_what_is_in_a_thread_waits_for_withdrawal_to_be_changed(temporal: Client) -> None:
    async with deploying(temporal, together(ROLL_BACK), says("It waits.")) as flow:
        await flow.ask()
        await flow.say("make it the blog")
        assert await flow.answered() == "It waits."
        assert "has to be withdrawn first" in str(flow.script.given[-1])


async def test_what_was_told_once_is_not_told_again_in_the_same_run(temporal: Client) -> None:
    looks = function_tool(lambda: "fine", name_override="look", description_override="Look.")
    agent = Agent[Any](name="Deployer", tools=[deploys(), looks])
    answers = (
        together(ROLL_BACK),
        together(was_run(ROLL_BACK, "rolled back"), calls(("look", "{}"))),
        says("Rolled back, and it is fine."),
    )
    async with at_work_with(temporal, agent, *answers) as flow:
        await flow.vote(await flow.ask())
        await flow.answered()
        assert [it["approve"] for it in flow.script.given[1] if "approve" in it] == [True]
        assert replies(flow) == []
        assert "rolled back" in flow.outputs
