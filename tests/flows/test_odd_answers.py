"""What models really send, in a conversation: every call once, and the valid ones go on."""

from agents import ModelResponse, Usage
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputRefusal,
)
from temporalio.client import Client, WorkflowExecutionStatus

from countersign.messages.effects import NOTHING
from countersign.messages.faults import UNFORESEEN
from tests.flows.flow import act, working
from tests.support.scripted_model import calls, says
from worker.model.answer import TWICE


def _same_id(name: str, arguments: str) -> ModelResponse:
    """One call by a server that gives every call the same id."""
    call = ResponseFunctionToolCall(
        type="function_call", call_id="0", name=name, arguments=arguments
    )
    return ModelResponse(output=[call], usage=Usage(), response_id=None)


def _refuses(text: str) -> ModelResponse:
    message = ResponseOutputMessage(
        id="msg",
        type="message",
        role="assistant",
        status="completed",
        content=[ResponseOutputRefusal(type="refusal", refusal=text)],
    )
    return ModelResponse(output=[message], usage=Usage(), response_id=None)


def _odd() -> ModelResponse:
    """A message as a client builds it that does not check: without content."""
    message = ResponseOutputMessage.model_construct(type="message", id="m", content=None)
    return ModelResponse(output=[message], usage=Usage(), response_id=None)


async def test_a_call_beside_an_unknown_one_is_still_asked_for(temporal: Client) -> None:
    both = calls(("act", '{"n": 1}'), ("send_email", "{}"))
    async with working(temporal, both, says("One of two.")) as flow:
        await flow.vote(await flow.ask())

        assert await flow.answered() == "One of two."
        assert any("NO SUCH TOOL: there is no tool named send_email" in it for it in flow.outputs)
        assert any("APPROVED by bob. act ran" in it for it in flow.outputs)
        assert len(flow.agent.ran) == 1


async def test_a_free_call_beside_an_unknown_one_runs(temporal: Client) -> None:
    both = calls(("send_email", "{}"), ("look", '{"n": 1}'))
    async with working(temporal, both, says("I looked.")) as flow:
        await flow.say("look and mail")

        assert await flow.answered() == "I looked."
        assert [call.tool for call in flow.agent.ran] == ["look"]
        assert len(flow.outputs) == 2


async def test_nothing_but_unknown_tools_ends_in_the_models_words(temporal: Client) -> None:
    async with working(temporal, calls(("send_email", "{}")), says("I can't mail.")) as flow:
        await flow.say("mail it")

        assert await flow.answered() == "I can't mail."


async def test_the_same_guarded_call_twice_is_asked_for_once_and_told_once(
    temporal: Client,
) -> None:
    async with working(temporal, act(1, 1), says("Done.")) as flow:
        await flow.vote(await flow.ask())

        assert await flow.answered() == "Done."
        first, second = flow.outputs
        assert "APPROVED by bob" in first
        assert second == f"NOT RUN: {TWICE}"
        assert flow.cards.posted == len(flow.agent.ran) == 1


async def test_the_same_free_call_twice_runs_once(temporal: Client) -> None:
    twice = calls(("look", '{"n": 1}'), ("look", '{"n":1}'))
    async with working(temporal, twice, says("I looked.")) as flow:
        await flow.say("look")

        assert await flow.answered() == "I looked."
        assert len(flow.agent.ran) == 1
        assert flow.outputs[1] == f"NOT RUN: {TWICE}"


async def test_one_id_for_every_call_is_no_hindrance_within_a_turn_and_over_turns(
    temporal: Client,
) -> None:
    look, do = _same_id("look", "{}"), _same_id("act", '{"n": 1}')
    async with working(temporal, look, do, says("Done."), look, says("Again.")) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered(1) == "Done."
        await flow.say("look again")

        assert await flow.answered(2) == "Again."
        assert len(flow.outputs) == 3
        assert len({call.key for call in flow.agent.ran}) == 3


async def test_arguments_that_cannot_be_read_are_told_to_the_model_and_can_be_given_back(
    temporal: Client,
) -> None:
    async with working(temporal, calls(("act", '{"n": ')), says("I see.")) as flow:
        await flow.say("act")

        assert await flow.answered() == "I see."
        assert "NOT RUN: The arguments are no JSON object" in flow.outputs[0]
        given = [it for it in flow.script.given[-1] if it.get("type") == "function_call"]
        assert "not_run_because" in given[0]["arguments"]
        assert flow.cards.posted == len(flow.agent.ran) == 0


async def test_a_refusal_reaches_the_person_in_its_own_words(temporal: Client) -> None:
    async with working(temporal, _refuses("I can't help with buying that.")) as flow:
        await flow.say("order rifles")

        assert await flow.answered() == "I can't help with buying that."


async def test_an_answer_of_no_form_is_no_silence_and_the_thread_lives_on(
    temporal: Client,
) -> None:
    async with working(temporal, _odd(), ValueError("\ud800"), says("Here.")) as flow:
        await flow.say("hello")
        assert await flow.answered(1)
        await flow.say("hello?")
        assert await flow.answered(2) == f"{UNFORESEEN} {NOTHING}"
        await flow.say("hello??")

        assert await flow.answered(3) == "Here."
        handle = temporal.get_workflow_handle(flow.thread.workflow_id)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def test_who_reads_a_refusal_reads_what_was_done_before_it(temporal: Client) -> None:
    async with working(temporal, act(1), _refuses("I cannot go on.")) as flow:
        await flow.vote(await flow.ask())
        told = await flow.answered()
        assert told.startswith("I cannot go on.\n\nThis was approved and done:")
        assert "act ran with" in told


async def test_words_beside_a_call_are_read_before_it_is_decided(temporal: Client) -> None:
    asking = act(1)
    asking.output.insert(0, says("I'd like to do this now.").output[0])
    async with working(temporal, asking, says("Done.")) as flow:
        id_ = await flow.ask()
        assert await flow.answered(1) == "I'd like to do this now."
        await flow.vote(id_)
        assert await flow.answered(2) == "Done."
