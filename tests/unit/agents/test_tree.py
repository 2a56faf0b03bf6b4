"""An agent and all that it reaches: described whole, or refused in one line that says where."""

from collections.abc import Callable
from typing import Any

import pytest
from agents import (
    Agent,
    AgentOutputSchema,
    AgentOutputSchemaBase,
    Handoff,
    RunContextWrapper,
    SQLiteSession,
    StopAtTools,
    function_tool,
    handoff,
    input_guardrail,
    output_guardrail,
)
from agents.sandbox import SandboxAgent
from pydantic import BaseModel

from countersign.agents.catalogue import Catalogue
from countersign.agents.description import described_stops
from countersign.agents.errors import AgentError, DuplicateAgentError, DuplicateToolError
from worker.agent import AgentRunner
from workflows.contracts.core import AgentCall, AgentSpec, GuardrailSpec, HandoffSpec, ToolSpec

OF_ITS_OWN: Any = print
"""What stands for a function of the author's."""


@function_tool(needs_approval=True)
def water(plant: str) -> str:
    """Water a plant."""
    return f"watered {plant}"


@function_tool(name_override="water")
def flood() -> str:
    """Flood everything."""
    return "wet"


class Report(BaseModel):
    """What an agent answers."""

    plants: int


def _tree() -> Agent[str]:
    helper = Agent[str](name="Helper", instructions="Carry.", tools=[water])
    gardener = Agent[str](
        name="Gardener",
        instructions=lambda context, agent: f"{agent.name} works in {context.context}.",
        tools=[water, helper.as_tool("ask_helper", "Ask for help.", max_turns=3)],
        model="gpt-small",
        handoff_description="Knows plants.",
        output_type=Report,
    )
    owner = Agent[str](name="Owner", instructions="Own.", handoffs=[gardener])
    gardener.handoffs.append(handoff(owner, tool_name_override="give_back"))
    return owner


async def _described(agent: Agent[Any], context: object = None) -> AgentSpec:
    return await AgentRunner(Catalogue.of(agent), context, "gpt-big").describe()


async def test_every_agent_is_described_once_however_it_is_reached() -> None:
    owner = await _described(_tree(), "the garden")
    gardener, helper = owner.others
    assert (owner.name, gardener.name, helper.name) == ("Owner", "Gardener", "Helper")
    assert (owner.model, gardener.model) == ("gpt-big", "gpt-small")
    assert gardener.instructions.startswith("Gardener works in the garden.")
    assert owner.handoffs == (
        HandoffSpec(
            tool="transfer_to_gardener",
            description="Handoff to the Gardener agent to handle the request. Knows plants.",
            to="Gardener",
        ),
    )
    [back] = gardener.handoffs
    assert (back.tool, back.to, back.has_code) == ("give_back", "Owner", True)
    assert gardener.output is not None
    assert (gardener.output.name, set(gardener.output.shape["properties"])) == (
        "Report",
        {"plants"},
    )
    asked = gardener.tool("ask_helper")
    assert asked is not None
    assert asked.runs == AgentCall(agent="Helper", max_turns=3)
    assert [it.needs_approval for it in helper.tools] == [True]


def test_a_tool_that_two_agents_share_is_one_tool() -> None:
    assert list(Catalogue.of(_tree()).tools) == ["water"]


async def test_guardrails_are_described_by_name() -> None:
    @input_guardrail(name="polite", run_in_parallel=False)
    def check(context: RunContextWrapper[Any], agent: Agent[Any], given: Any) -> Any:
        del context, agent, given

    @output_guardrail
    def brief(context: RunContextWrapper[Any], agent: Agent[Any], answer: Any) -> Any:
        del context, agent, answer

    spec = await _described(
        Agent(name="A", instructions="I", input_guardrails=[check], output_guardrails=[brief])
    )
    assert spec.input_guardrails == (GuardrailSpec(name="polite"),)
    assert spec.output_guardrails == (GuardrailSpec(name="brief"),)


def test_tools_that_end_a_run_are_named_as_the_model_calls_them() -> None:
    def a_spec(name: str, called: str = "") -> ToolSpec:
        return ToolSpec(
            name=name,
            called=called,
            description="",
            parameters={},
            needs_approval=False,
            title="",
            status="",
        )

    tools = [a_spec("look"), a_spec("ops.look", "ops__look"), a_spec("ops.stop", "ops__stop")]
    behaviors: Any = [
        (StopAtTools(stop_at_tool_names=["look", "gone"]), ("look", "ops__look")),
        (StopAtTools(stop_at_tool_names=["ops.stop"]), ("ops__stop",)),
        (StopAtTools(stop_at_tool_names=["ops__stop"]), ("ops__stop",)),
        ("stop_on_first_tool", ("*",)),
        ("run_llm_again", ()),
    ]
    for behavior, named in behaviors:
        assert described_stops(Agent(name="A", tool_use_behavior=behavior), tools) == named


async def test_a_handoff_is_offered_only_where_it_is_enabled() -> None:
    other = Agent[None](name="Other")
    spec = await _described(Agent(name="A", handoffs=[handoff(other, is_enabled=lambda *_: False)]))
    assert (spec.handoffs, [it.name for it in spec.others]) == ((), ["Other"])


def test_an_agent_that_needs_approval_is_a_tool_of_the_policy() -> None:
    clerk = Agent[None](name="Clerk", tools=[water])
    ask = clerk.as_tool("ask_clerk", "Ask.", needs_approval=True)
    agent = Agent[None](name="A", tools=[ask], handoffs=[Agent[None](name="B", tools=[ask])])
    tools = Catalogue.of(agent).tools
    assert list(tools) == ["ask_clerk", "water"]
    tool = tools["ask_clerk"]
    assert (tool.title, tool.place) == ("Ask Clerk", "the agent Clerk as a tool")
    assert set(tool.spec.parameters["properties"]) == {"input", "approval_reason", "replaces"}
    free = Agent[None](name="C", tools=[clerk.as_tool("ask", "Ask.")])
    assert list(Catalogue.of(free).tools) == ["water"]


def test_two_agents_of_one_name_are_refused_with_both_places() -> None:
    agent = Agent[None](
        name="A",
        handoffs=[Agent(name="B")],
        tools=[Agent[None](name="B").as_tool("ask", "Ask.")],
    )
    told = r"two agents are called B: one is a handoff of A, the other the tool ask of A"
    with pytest.raises(DuplicateAgentError, match=told):
        Catalogue.of(agent)


def test_two_tools_of_one_name_are_refused_wherever_they_are() -> None:
    agent = Agent[None](name="A", tools=[water], handoffs=[Agent(name="B", tools=[flood])])
    with pytest.raises(
        DuplicateToolError, match=r"two tools are called water: .*water and .*flood"
    ):
        Catalogue.of(agent)


def test_a_function_and_an_agent_may_not_have_one_name() -> None:
    other = Agent[None](name="B", tools=[Agent[None](name="C").as_tool("water", "Water.")])
    with pytest.raises(DuplicateToolError, match=r"called water: a function and the agent C .* B"):
        Catalogue.of(Agent(name="A", tools=[water], handoffs=[other]))


def test_a_handoff_may_not_be_called_like_a_tool() -> None:
    to = handoff(Agent[None](name="B"), tool_name_override="water")
    with pytest.raises(DuplicateToolError, match="a handoff of A is called water like a tool of A"):
        Catalogue.of(Agent(name="A", tools=[water], handoffs=[to]))


class Own(AgentOutputSchemaBase):
    """A way of one's own to read answers."""

    def is_plain_text(self) -> bool:
        return False

    def name(self) -> str:
        return "own"

    def json_schema(self) -> dict[str, Any]:
        return {}

    def is_strict_json_schema(self) -> bool:
        return False

    def validate_json(self, json_str: str) -> Any:
        return json_str


@input_guardrail
def twin(context: RunContextWrapper[Any], agent: Agent[Any], given: Any) -> Any:
    """Check nothing."""
    del context, agent, given


async def _extract(result: object) -> str:
    return str(result)


async def _enter(context: object, arguments: str) -> Agent[None]:
    del context, arguments
    return Agent(name="Somebody")


def _inner(**more: Any) -> Callable[[Agent[Any]], None]:
    return lambda it: it.tools.append(Agent[None](name="B").as_tool("ask", "Ask.", **more))


def _handing(it: Handoff[Any, Any] | Agent[Any]) -> Callable[[Agent[Any]], None]:
    return lambda agent: agent.handoffs.append(it)


@pytest.mark.parametrize(
    ("has", "told"),
    [
        (_inner(custom_output_extractor=_extract), "ask has a custom_output_extractor"),
        (_inner(session=SQLiteSession("x")), "ask has a session"),
        (_inner(conversation_id="x"), "ask has a conversation_id"),
        (
            _handing(handoff(Agent(name="B"), input_filter=lambda it: it)),
            "transfer_to_b of A has an input_filter",
        ),
        (
            _handing(handoff(Agent(name="B"), nest_handoff_history=True)),
            "has nest_handoff_history",
        ),
        (
            _handing(Handoff("go", "Go.", {}, _enter, "Somebody")),
            "go of A does not say to which agent",
        ),
        (_handing(SandboxAgent(name="B")), "B has a sandbox"),
        (_handing(Agent(name="B", output_type=Own())), "B has an output type that reads itself"),
        (_handing(Agent(name="B", input_guardrails=[twin, twin])), "two guardrails of one name"),
        (
            _handing(Agent(name="B", tool_use_behavior=OF_ITS_OWN)),
            "B has a tool_use_behavior that is",
        ),
        (
            _handing(Agent(name="B", output_type=int, tool_use_behavior="stop_on_first_tool")),
            "B has a tool_use_behavior beside an output type",
        ),
    ],
)
def test_what_would_not_be_kept_anywhere_is_refused_in_one_line(
    has: Callable[[Agent[Any]], None], told: str
) -> None:
    agent = Agent[None](name="A")
    has(agent)
    with pytest.raises(AgentError, match=told) as raised:
        Catalogue.of(agent)
    assert "\n" not in str(raised.value)


async def test_the_sdk_s_own_way_to_say_an_output_type_is_kept() -> None:
    spec = await _described(
        Agent(name="A", output_type=AgentOutputSchema(dict[str, int], strict_json_schema=False))
    )
    assert spec.output is not None
    assert not spec.output.is_strict
