"""An agent with all that it reaches, as `countersign agent check` and the log tell it."""

from typing import Any

from agents import Agent, function_tool, handoff

from countersign.agents.report import AgentReport, report_of, tree_of

OF_ITS_OWN: Any = print
"""What stands for a function of the author's."""


@function_tool(needs_approval=True)
def refund(order: int) -> str:
    """Refund an order."""
    return str(order)


@function_tool
def look() -> str:
    """Look."""
    return "green"


async def _is_large(_context: object, given: dict[str, Any], _id: str) -> bool:
    return bool(given["order"] > 10)


def shape(report: AgentReport) -> object:
    below = [shape(it) for it in report.agents]
    return (report.name, report.via, [it.name for it in report.tools], below)


def test_agents_are_a_tree_in_which_each_is_shown_where_it_is_reached_first() -> None:
    translator = Agent(name="Translator", tools=[look])
    billing = Agent(name="Billing", tools=[refund, look])
    triage = Agent(
        name="Triage", handoffs=[handoff(billing)], tools=[translator.as_tool("translate", "T")]
    )
    billing.handoffs.append(triage)

    tree = tree_of(triage)
    assert shape(report_of(tree, None)) == (
        "Triage",
        "",
        [],
        [
            ("Billing", "a handoff of Triage", ["refund", "look"], []),
            ("Translator", "the tool translate of Triage", ["look"], []),
        ],
    )
    assert tree.refusals == ()
    assert [it.agent.name for it in tree.all()] == ["Triage", "Billing", "Translator"]


def test_what_is_refused_anywhere_below_is_told_of_the_whole_tree() -> None:
    inner = Agent(name="Inner", tool_use_behavior=OF_ITS_OWN)
    tree = tree_of(Agent(name="Outer", handoffs=[Agent(name="Middle", handoffs=[inner])]))
    (refusal,) = tree.refusals
    assert "Inner has a tool_use_behavior" in str(refusal)

    twice = tree_of(Agent(name="One", handoffs=[Agent(name="One")]))
    (refusal,) = twice.refusals
    assert "two agents are called One" in str(refusal)


def test_a_tool_that_decides_by_the_call_says_so() -> None:
    @function_tool(needs_approval=_is_large)
    def cancel(order: int) -> str:
        """Cancel an order."""
        return str(order)

    (told,) = report_of(tree_of(Agent(name="A", tools=[cancel])), None).tools
    assert "it asks for some of its calls only" in told.why
    assert not told.is_free
