"""Agents in the shape of the SDK's own examples, each with a call that has to pass the gate."""

from typing import Annotated

import pytest
from agents import Agent, ModelSettings, RunContextWrapper, function_tool, handoff
from pydantic import BaseModel
from temporalio.client import Client

from tests.flows.flow import Flow
from tests.flows.own_agent import at_work_with, ran
from tests.support.scripted_model import Answer, calls, says


class Weather(BaseModel):
    """What a tool of the example returns."""

    city: str
    conditions: str


@function_tool(needs_approval=True)
def get_weather(city: Annotated[str, "The city to get the weather for"]) -> Weather:
    """Get the current weather information for a specified city."""
    return Weather(city=city, conditions="Sunny with wind.")


class Flight(BaseModel):
    """The context of the example with handoffs."""

    seat: str | None = None
    number: str | None = None


@function_tool(
    name_override="update_seat_tool",
    description_override="Update the seat of a flight.",
    needs_approval=True,
)
async def update_seat(context: RunContextWrapper[Flight], new_seat: str) -> str:
    """Change a seat.

    Args:
        context: the flight.
        new_seat: the new seat number to update to.
    """
    context.context.seat = new_seat
    return f"Updated seat to {new_seat} on {context.context.number}"


async def _give_number(context: RunContextWrapper[Flight]) -> None:
    context.context.number = "FLT-1"


def _dynamic(context: RunContextWrapper[Flight], agent: Agent[Flight]) -> str:
    return f"You are {agent.name}; the seat is {context.context.seat}."


def _airline() -> Agent[Flight]:
    """Handoffs with `on_handoff`, back and forth, and instructions that are a function."""
    seats = Agent[Flight](
        name="Seat Booking Agent",
        handoff_description="A helpful agent that can update a seat on a flight.",
        instructions=_dynamic,
        tools=[update_seat],
    )
    triage = Agent[Flight](
        name="Triage Agent",
        instructions="Delegate.",
        handoffs=[handoff(agent=seats, on_handoff=_give_number)],
    )
    seats.handoffs.append(triage)
    return triage


@function_tool(needs_approval=True)
def publish(text: str) -> str:
    """Publish a translation."""
    return f"published {text}"


def _translator() -> Agent[None]:
    """Agents as tools, of which one may be called only sometimes."""
    spanish = Agent[None](
        name="spanish_agent", instructions="Translate to Spanish.", tools=[publish]
    )
    french = Agent[None](name="french_agent", instructions="Translate to French.")
    return Agent[None](
        name="orchestrator_agent",
        instructions="Use the tools given to you to translate.",
        model_settings=ModelSettings(temperature=0.1),
        tools=[
            spanish.as_tool(
                tool_name="translate_to_spanish", tool_description="Translate to Spanish"
            ),
            french.as_tool(
                tool_name="translate_to_french",
                tool_description="Translate to French",
                is_enabled=False,
            ),
        ],
    )


async def test_tools(temporal: Client) -> None:
    agent = Agent[None](name="Hello world", instructions="Help.", tools=[get_weather])
    asked = calls(("get_weather", '{"city": "Tokyo", "approval_reason": ""}'))
    async with at_work_with(temporal, agent, asked, says("It is sunny.")) as flow:
        await _approve(flow, "Hello world")
        assert await flow.answered() == "It is sunny."
        assert "Sunny with wind." in flow.outputs[0]
        assert ran(flow) == [("", "get_weather")]


async def test_handoffs(temporal: Client) -> None:
    answers = (
        calls(("transfer_to_seat_booking_agent", "{}")),
        calls(("update_seat_tool", '{"new_seat": "12A", "approval_reason": ""}')),
        calls(("transfer_to_triage_agent", "{}")),
        says("Anything else?"),
    )
    flight = Flight(seat="1F")
    async with at_work_with(temporal, _airline(), *answers, context=flight) as flow:
        await _approve(flow, "Seat Booking Agent")
        assert await flow.answered() == "Anything else?"
        assert (flight.seat, flight.number) == ("12A", "FLT-1")
        assert "the seat is 1F" in flow.script.instructions[1]
        assert ran(flow) == [("Seat Booking Agent", "update_seat_tool")]


async def test_agents_as_tools(temporal: Client) -> None:
    answers: tuple[Answer, ...] = (
        calls(("translate_to_spanish", '{"input": "Hello"}')),
        calls(("publish", '{"text": "Hola", "approval_reason": ""}')),
        says("Hola"),
        says("It is published: Hola"),
    )
    async with at_work_with(temporal, _translator(), *answers) as flow:
        spec = await flow.agent.describe()
        assert [it.name for it in spec.tools] == ["translate_to_spanish"]
        await _approve(flow, "spanish_agent")
        assert await flow.answered() == "It is published: Hola"
        assert ran(flow) == [("spanish_agent", "publish")]
        assert flow.script.settings[0].temperature == pytest.approx(0.1)


async def _approve(flow: Flow, agent: str) -> None:
    id_ = await flow.ask()
    assert flow.cards.of(id_).shown.agent == agent
    assert ran(flow) == []
    await flow.vote(id_)
