"""The tools of the agent at a place, for who only wants to know what they are."""

from collections.abc import Mapping

from countersign.agents.catalogue import tools_of
from countersign.agents.errors import AgentError
from countersign.agents.loading import found_agent
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError
from workflows.contracts.core import ToolSpec

REFUSALS = (AgentError, AwayError, PreflightError)
"""What a place may be refused with; each text is one line."""


async def specs_at(where: str) -> Mapping[str, ToolSpec]:
    """The tools by name, without the context that they run in.

    Raises:
        AgentError: there is no agent, or it cannot be kept.
        AwayError: its own code says that a later try may work.
        PreflightError: its own code says what has to be changed.
    """
    async with found_agent(where) as agent:
        return {name: tool.spec for name, tool in tools_of(agent).items()}
