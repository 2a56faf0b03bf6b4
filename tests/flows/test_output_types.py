"""Answers that are no plain text are read by their schema, and posted as people read."""

from typing import Any

import pytest
from agents import Agent, function_tool
from pydantic import BaseModel, Field
from temporalio.client import Client

from tests.flows.own_agent import at_work_with
from tests.support.scripted_model import calls, says


class Trip(BaseModel):
    """A plan."""

    city: str
    days: int = Field(title="Days away", ge=1)
    stops: list[str]


@function_tool(needs_approval=True)
def book(city: str) -> str:
    """Book a trip."""
    return f"booked {city}"


def _agent(output_type: Any) -> Agent[None]:
    return Agent[None](name="A", instructions="Plan.", tools=[book], output_type=output_type)


@pytest.mark.parametrize(
    ("output_type", "answer", "told"),
    [
        (
            Trip,
            '{"city": "Rome", "days": 2, "stops": ["Forum", "Pantheon"]}',
            "- **City:** Rome\n- **Days away:** 2\n- **Stops:**\n  - Forum\n  - Pantheon",
        ),
        (list[str], '{"response": ["Rome", "Oslo"]}', "- Rome\n- Oslo"),
        (bool, '{"response": true}', "yes"),
        (str, "Rome it is.", "Rome it is."),
    ],
)
async def test_fields_are_a_list_of_what_people_call_them(
    temporal: Client, output_type: Any, answer: str, told: str
) -> None:
    answers = (calls(("book", '{"city": "Rome", "approval_reason": ""}')), says(answer))
    async with at_work_with(temporal, _agent(output_type), *answers) as flow:
        await flow.vote(await flow.ask())
        assert await flow.answered() == told


@pytest.mark.parametrize("answer", ["Rome it is.", '{"city": "Rome"}', '{"city": 1, "days": 0}'])
async def test_an_answer_that_does_not_fit_is_not_taken_for_one(
    temporal: Client, answer: str
) -> None:
    async with at_work_with(temporal, _agent(Trip), says(answer)) as flow:
        await flow.say("plan")
        assert "made no sense" in await flow.answered()
        assert await flow.failed_tasks() == []
